import { BodyModel, isReadable } from "../../assembly/ai/body-model";
import {
  FALLBACK_FROM_HEADER,
  FALLBACK_STATE,
  FALLBACK_TARGET_HEADER,
  TOMBSTONE_HEADER,
} from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { withoutQuery } from "../../assembly/bytes/query";
import {
  ABSENT,
  includesIgnoringCase,
  lastIndexOfByte,
  Slice,
  sliceEquals,
  slicesEqual,
  sliceSize,
  startsWithIgnoringCase,
  subslice,
  trimmed,
} from "../../assembly/bytes/slice";
import { BodyBuffer, requestBody } from "../../assembly/host/body";
import { growContentLength } from "../../assembly/host/content-length";
import { FilterState } from "../../assembly/host/filter-state";
import { restoreRequestHeaders, saveRequestHeaders } from "../../assembly/host/header-snapshot";
import { HeaderMap, requestHeaders } from "../../assembly/host/headers";
import { routeName } from "../../assembly/host/property";
import { jsonValidate } from "../../assembly/json/validate";
import { jsonGet, jsonIsTrue } from "../../assembly/json/value";
import { isRedirected } from "../../assembly/limit/request-state";
import { BodyAction, BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { Attempts, ORIGIN } from "./attempts";
import { attemptsTable } from "./attempts-table";
import { correctLength, forgetEarlierPass } from "./earlier-pass";
import { FallbackConfig } from "./config";
import { renameDeployment } from "./deployment";
import { explain } from "./explain";
import { countAttempt } from "./metrics";
import { firstTarget, hasNextTarget } from "./next-target";

// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-upstream-rq-per-try-timeout-ms
const TIMEOUT_HEADER = "x-envoy-upstream-rq-per-try-timeout-ms";

const SLASH: u32 = 0x2f;

const pool = new FilterPool<DownstreamFilter>();
const reader = new BodyModel();
const armed = new FilterState(FALLBACK_STATE);
const scratch = new ByteBuffer();
const written = new ByteBuffer();
const length = new ByteBuffer();

/** The filter before the router: restores the client's request on every pass, and sends it to the target of the pass. */
export class DownstreamFilter extends HttpFilter {
  private config: FallbackConfig | null = null;
  private attempts: Attempts | null = null;
  /** Whether the request was held to its end. */
  private isComplete: bool = false;

  /** A filter for a pass: `attempts` is the record of an earlier one. */
  static of(config: FallbackConfig | null, attempts: Attempts | null): DownstreamFilter {
    const spare = pool.take();
    const filter = spare ? spare : new DownstreamFilter();
    filter.config = config;
    filter.attempts = attempts;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const record = this.attempts;
    if (record !== null) this.beginNext(record, headers);
    else if (!this.beginFirst(headers)) return HeadersAction.Continue;
    if (endOfStream) {
      this.complete();
      return HeadersAction.Continue;
    }
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    const attempts = this.attempts;
    if (attempts) {
      if (attempts.passes > 1) correctLength(body);
      readRequest(attempts, body);
      renameModel(attempts, body);
    }
    this.complete();
    return BodyAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const attempts = this.attempts;
    if (attempts === null) return HeadersAction.Continue;
    strip(headers, FALLBACK_FROM_HEADER);
    if (attempts.current != ORIGIN) headers.set(FALLBACK_FROM_HEADER, attempts.origin.slice);
    explain(attempts, this.isComplete, headers, endOfStream);
    return HeadersAction.Continue;
  }

  override onLog(): void {
    const attempts = this.attempts;
    if (attempts === null) return;
    this.attempts = null;
    const isNext = attempts.isRedirected && isRedirected();
    if (isNext) attemptsTable.park(attempts);
    else attemptsTable.end(attempts);
  }

  override free(): void {
    const attempts = this.attempts;
    if (attempts) attemptsTable.end(attempts);
    this.attempts = null;
    this.config = null;
    this.isComplete = false;
    pool.give(this);
  }

  /** Begins the record of a request. Returns `false` if its route has no fallback, or it cannot be sent twice. */
  private beginFirst(headers: HeaderMap): bool {
    strip(headers, FALLBACK_FROM_HEADER);
    strip(headers, FALLBACK_TARGET_HEADER);
    strip(headers, TOMBSTONE_HEADER);
    const config = this.config;
    if (config === null || !config.isArmed) return false;
    const type = headers.get("content-type");
    if (!isReadable(headers.get("content-encoding"), type, headers.get("upgrade"))) return false;
    strip(headers, TIMEOUT_HEADER);
    const attempts = attemptsTable.begin(config);
    this.attempts = attempts;
    attempts.origin.append(routeName());
    attempts.isStreamed = isStreamTimed(config) && asksForStream(headers);
    saveRequestHeaders(attempts.headers);
    attempts.beginPass(firstTarget(attempts));
    selectTarget(attempts, headers);
    return true;
  }

  private beginNext(attempts: Attempts, headers: HeaderMap): void {
    // The body may have another length than on the first pass.
    length.clear();
    length.append(headers.get("content-length"));
    restoreRequestHeaders(attempts.headers.slice);
    if (length.size) headers.set("content-length", length.slice);
    headers.forget();
    forgetEarlierPass();
    attempts.beginPass(attempts.next);
    selectTarget(attempts, headers);
  }

  /** The request is here to its end, and its route is about to be chosen. */
  private complete(): void {
    const attempts = this.attempts;
    if (attempts === null) return;
    this.isComplete = true;
    countAttempt(attempts);
    limitTime(attempts);
    scratch.clear();
    armed.set(hasNextTarget(attempts) ? scratch.text("1").slice : ABSENT);
  }
}

/** Sets the headers by which the route of the target is chosen. */
function selectTarget(attempts: Attempts, headers: HeaderMap): void {
  if (attempts.current == ORIGIN) return;
  const config = attempts.config;
  const target = config.targets[attempts.current - 1];
  headers.set(FALLBACK_FROM_HEADER, attempts.origin.slice);
  headers.setText(FALLBACK_TARGET_HEADER, target.name);
  if (!target.model.length) return;
  if (config.modelHeader.length) headers.setText(config.modelHeader, target.model);
  length.clear();
  renameDeployment(headers, length.text(target.model).slice);
}

/** Limits the time of the attempt: Envoy ends it, and sends the request to the tombstone. */
function limitTime(attempts: Attempts): void {
  const config = attempts.config;
  let timeout = attempts.isStreamed ? config.firstEventTimeout : config.responseTimeout;
  if (config.deadline) {
    const left = max(config.deadline - attempts.age, 1);
    timeout = timeout ? min(timeout, left) : left;
  }
  attempts.timeout = timeout;
  if (!timeout) return;
  length.clear();
  requestHeaders.set(TIMEOUT_HEADER, length.integer(timeout).slice);
}

/** Whether streams have another time limit than other responses. */
function isStreamTimed(config: FallbackConfig): bool {
  return config.firstEventTimeout != config.responseTimeout;
}

/** Whether the headers ask for a stream, as those of the APIs of Gemini, Bedrock and DashScope do. */
function asksForStream(headers: HeaderMap): bool {
  if (startsWithIgnoringCase(headers.get("accept"), "text/event-stream")) return true;
  if (sliceEquals(headers.get("x-dashscope-sse"), "enable")) return true;
  const path = withoutQuery(headers.get(":path"));
  return includesIgnoringCase(subslice(path, max(lastIndexOfByte(path, SLASH), 0)), "stream");
}

/** Reads whether the body asks for a stream. */
function readRequest(attempts: Attempts, body: BodyBuffer): void {
  if (attempts.isStreamed || attempts.passes > 1 || !isStreamTimed(attempts.config)) return;
  const text = trimmed(body.bytes());
  attempts.isStreamed = jsonValidate(text) == 0 && jsonIsTrue(jsonGet(text, "stream"));
}

/** Puts the target's model, or the client's, into the body. */
function renameModel(attempts: Attempts, body: BodyBuffer): void {
  const bytes = body.bytes();
  reader.begin(requestHeaders.get("content-type"), "model");
  reader.push(bytes);
  reader.end();
  const found = reader.name(scratch);
  if (attempts.passes == 1 && found != ABSENT) attempts.model.append(found);
  const wanted = modelOf(attempts);
  if (found != ABSENT && sliceSize(wanted) && !slicesEqual(found, wanted)) {
    written.clear();
    reader.writeName(wanted, written);
    growContentLength(requestHeaders, written.size - reader.size);
    requestBody.splice(reader.start, reader.size, written.slice);
  }
  reader.reset();
}

function modelOf(attempts: Attempts): Slice {
  const target = attempts.current;
  const model = target == ORIGIN ? "" : attempts.config.targets[target - 1].model;
  if (!model.length) return attempts.model.slice;
  length.clear();
  return length.text(model).slice;
}

/** Removes what a client sends under a name of the gateway. */
function strip(headers: HeaderMap, name: string): void {
  if (headers.get(name) != ABSENT) headers.remove(name);
}
