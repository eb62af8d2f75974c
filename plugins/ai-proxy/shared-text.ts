import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals, sliceOfBuffer, sliceSize, sliceStart, subslice } from "../../assembly/bytes/slice";
import { Callout, CalloutResponse, dispatchHttp } from "../../assembly/host/callout";
import { now } from "../../assembly/host/clock";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { log, LogLevel } from "../../assembly/host/log";
import { setSharedData, sharedData, sharedDataVersion, Written } from "../../assembly/host/shared-data";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { JsonKind, jsonKind, jsonUnescape } from "../../assembly/json/value";
import { setTickPeriod } from "../../assembly/plugin/root";
import { sources, TextSource } from "./text-source";

/** The bytes of a time: in front of the shared text that at which it was fetched, under a key of its own that of the last try. */
const STAMP = 8;
/** Milliseconds between two looks at what has become old. */
const TICK = 250;
/** Milliseconds between two tries of a source that fails. */
const RETRY: u64 = 5_000;
/** A source that no request has asked for so long is not fetched any more, until one does. */
const REST: u64 = 3_600_000;
const KEPT_BYTES = 64 * 1024;

const stamp = new ByteBuffer();
const received = new ByteBuffer();
const document = new JsonDocument();
const request = new HeaderPairs();

/** What hears that a text was fetched, or could not be. */
export abstract class TextListener {
  abstract onText(): void;
}

/** Begins to fetch what the configuration names; once it was accepted. */
export function watchTexts(): void {
  for (let i = 0; i < sources.length; i++) {
    // Makes room for the time of the last try, so that workers can compete for the next one.
    if (sharedData(sliceOfBuffer(sources[i].tryKey)) == ABSENT) noteTry(sources[i], 0, 0);
  }
  if (sources.length) setTickPeriod(TICK);
}

/** Fetches what is missing or old. */
export function refreshTexts(): void {
  for (let i = 0; i < sources.length; i++) if (sources[i].cluster.length) refreshText(sources[i], sources[i].cluster);
}

/** The text, UTF-8; ABSENT if it was never fetched. Valid until the callback returns. */
export function readText(source: TextSource): Slice {
  source.usedAt = milliseconds();
  const shared = sharedData(sliceOfBuffer(source.key));
  return shared == ABSENT ? ABSENT : subslice(shared, STAMP);
}

/** Fetches the text if it is missing or old, and no other worker is at it. */
export function refreshText(source: TextSource, cluster: string): void {
  const time = milliseconds();
  if (source.usedAt && time - source.usedAt > REST) return;
  const shared = sharedData(sliceOfBuffer(source.key));
  if (shared != ABSENT && time - stampOf(shared) < source.refreshMilliseconds) return;
  if (wasTried(source, time)) return;
  if (noteTry(source, time, sharedDataVersion()) == Written.Yes) fetch(source, cluster, new Fetch(source, null));
}

/** Fetches the text for a request that waits for it; `false` where that cannot be done, or has just failed. */
export function fetchTextFor(stream: u32, source: TextSource, cluster: string, listener: TextListener): bool {
  const time = milliseconds();
  if (source.isFailing && wasTried(source, time)) return false;
  noteTry(source, time, 0);
  const callout = new Fetch(source, listener);
  callout.stream = stream;
  return fetch(source, cluster, callout);
}

class Fetch extends Callout {
  constructor(
    private readonly source: TextSource,
    private readonly listener: TextListener | null,
  ) {
    super();
  }

  onResponse(response: CalloutResponse): void {
    const source = this.source;
    const reason = receive(source, response);
    if (reason.length) tell(source, reason);
    else {
      source.isFailing = false;
      setSharedData(sliceOfBuffer(source.key), received.slice);
    }
    const listener = this.listener;
    if (listener) listener.onText();
  }
}

/** Takes the time and the text from an answer; gives why there is none, or "". */
function receive(source: TextSource, response: CalloutResponse): string {
  if (!response.answered) return "no answer";
  const status = response.headers.get(":status");
  if (!sliceEquals(status, "200")) return "its status is not 200";
  received.release(KEPT_BYTES);
  writeStamp(milliseconds(), received);
  const body = response.body.bytes();
  if (!source.member.length) received.append(body);
  else if (document.parse(body) == JsonError.None && jsonKind(document.get(source.member)) == JsonKind.String) {
    jsonUnescape(document.get(source.member), received);
  }
  return received.size > STAMP ? "" : "its answer holds no text";
}

function fetch(source: TextSource, cluster: string, callout: Callout): bool {
  request.clear().addText(":method", "GET").addText(":path", source.path).addText(":authority", source.authority);
  if (source.authorization.length) request.addText("authorization", source.authorization);
  const isSent = dispatchHttp(cluster, request, ABSENT, source.timeout, callout);
  if (!isSent) tell(source, `the cluster ${cluster} cannot be asked`);
  return isSent;
}

/** Says once why the source fails. */
function tell(source: TextSource, reason: string): void {
  if (source.isFailing) return;
  source.isFailing = true;
  const mark = source.path.indexOf("?");
  const path = mark < 0 ? source.path : source.path.substring(0, mark);
  log(LogLevel.Warn, `ai-proxy: no text from ${source.authority}${path}: ${reason}`);
}

function wasTried(source: TextSource, time: u64): bool {
  const tried = sharedData(sliceOfBuffer(source.tryKey));
  return tried != ABSENT && time - stampOf(tried) < RETRY;
}

function noteTry(source: TextSource, time: u64, version: u32): Written {
  stamp.clear();
  writeStamp(time, stamp);
  return setSharedData(sliceOfBuffer(source.tryKey), stamp.slice, version);
}

function milliseconds(): u64 {
  return now() / 1_000_000;
}

function writeStamp(time: u64, out: ByteBuffer): void {
  store<u64>(out.reserve(STAMP), time);
  out.size += STAMP;
}

function stampOf(shared: Slice): u64 {
  return sliceSize(shared) < STAMP ? 0 : load<u64>(sliceStart(shared));
}
