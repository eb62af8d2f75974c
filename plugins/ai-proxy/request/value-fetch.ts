import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { parseDecimal } from "../../../assembly/bytes/decimal";
import { writeU64 } from "../../../assembly/bytes/integers";
import { ABSENT, Slice, sliceEquals, sliceOfBuffer } from "../../../assembly/bytes/slice";
import { nowInSeconds } from "../../../assembly/host/clock";
import { Callout, CalloutResponse, dispatchHttp } from "../../../assembly/host/callout";
import { HeaderPairs } from "../../../assembly/host/header-pairs";
import { setSharedData } from "../../../assembly/host/shared-data";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { jsonContent, jsonInteger, JsonKind, jsonKind, jsonUnescape } from "../../../assembly/json/value";
import { VALUE_HEAD } from "./shared-value";
import { ValueSource } from "../config/value-source";
import { ValueWaiters } from "./value-waiters";

const KEPT_BYTES = 64 * 1024;

/** Seconds; a longer lifetime is not believed. */
const LONGEST_LIFETIME: i64 = 86_400;

const received = new ByteBuffer();
const body = new ByteBuffer();
const document = new JsonDocument();
const request = new HeaderPairs();

/** Is called when a fetch has ended. */
export abstract class ValueFetchListener {
  /** `reason` says why there is no value; "" if there is one. */
  abstract onFetched(fetch: ValueFetch, reason: string): void;
}

/** One callout for a value. */
export class ValueFetch extends Callout {
  /** The streams that wait for it. */
  readonly waiters: ValueWaiters = new ValueWaiters();

  constructor(
    readonly source: ValueSource,
    private readonly listener: ValueFetchListener,
  ) {
    super();
  }

  /** Sends the request; `false` if the cluster cannot be asked. */
  send(cluster: string): bool {
    const source = this.source;
    body.clear();
    source.writeBody(nowInSeconds(), body);
    const method = body.size ? "POST" : "GET";
    request.clear().addText(":method", method).addText(":path", source.path).addText(":authority", source.authority);
    if (source.authorization.length) request.addText("authorization", source.authorization);
    if (body.size) request.addText("content-type", source.contentType);
    return dispatchHttp(cluster, request, body.size ? body.slice : ABSENT, source.timeout, this);
  }

  onResponse(response: CalloutResponse): void {
    this.listener.onFetched(this, receive(this.source, response));
  }
}

/** Shares the value that was received last, and the time. */
export function shareValue(source: ValueSource, time: u64): void {
  writeU64(received.slice, 0, time);
  setSharedData(sliceOfBuffer(source.key), received.slice);
}

/** Seconds, from a number or from digits in a string; -1 if it says none: the value is then fetched again as one without. */
function lifetimeOf(value: Slice): i64 {
  if (jsonKind(value) == JsonKind.String) return parseDecimal(jsonContent(value));
  return jsonKind(value) == JsonKind.Number ? max<i64>(jsonInteger(value, 0), 0) : -1;
}

/** Reads the value from a response into `received`; returns why there is none, or "". */
function receive(source: ValueSource, response: CalloutResponse): string {
  if (!response.hasArrived) return "no answer";
  if (!sliceEquals(response.headers.get(":status"), "200")) return "its status is not 200";
  received.release(KEPT_BYTES);
  received.zeros(VALUE_HEAD);
  const bytes = response.body.bytes();
  const isJson = source.member.length > 0 && document.parse(bytes) == JsonError.None;
  if (!source.member.length) received.append(bytes);
  else if (isJson && jsonKind(document.get(source.member)) == JsonKind.String) {
    jsonUnescape(document.get(source.member), received);
  }
  if (received.size <= VALUE_HEAD) return "its answer holds no text";
  if (isJson && source.lifetimeMember.length) {
    const seconds = lifetimeOf(document.get(source.lifetimeMember));
    if (seconds >= 0) writeU64(received.slice, 8, <u64>min<i64>(max<i64>(seconds, 1), LONGEST_LIFETIME) * 1000);
  }
  return "";
}
