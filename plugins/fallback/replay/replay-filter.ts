import { isReadable } from "../../../assembly/ai/body-model";
import { RetryHints } from "../../../assembly/ai/retry-after";
import { FALLBACK_FROM_HEADER, FALLBACK_TARGET_HEADER, TOMBSTONE_HEADER } from "../../../assembly/ai/contract";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals, slicesEqual, sliceSize } from "../../../assembly/bytes/slice";
import { BodyBuffer } from "../../../assembly/host/body";
import { CalloutResponse, dispatchHttp } from "../../../assembly/host/callout";
import { now } from "../../../assembly/host/clock";
import { growContentLength } from "../../../assembly/host/content-length";
import { HeaderPairs } from "../../../assembly/host/header-pairs";
import { saveRequestHeaders } from "../../../assembly/host/header-snapshot";
import { HeaderMap, requestHeaders } from "../../../assembly/host/headers";
import { log, LogLevel } from "../../../assembly/host/log";
import { codeDetails, routeName } from "../../../assembly/host/property";
import { BodyAction, BodyMode, HeadersAction } from "../../../assembly/plugin/filter";
import { FilterPool } from "../../../assembly/plugin/filter-pool";
import { resumeResponse } from "../../../assembly/plugin/resume";
import { Attempts, NONE, ORIGIN } from "../attempts";
import { FallbackConfig } from "../config";
import { coolDown, warmUp } from "../cooldowns";
import { countAttempt, countFailure, countFallback } from "../metrics";
import { firstTarget, nextTarget } from "../next-target";
import { Reason, reasonName } from "../reason";
import { failureReason, NO_FAILURE } from "./failure-reason";
import { ReplayCall, ReplayingFilter } from "./replay-call";
import { selectTarget, writeReplayBody, writeReplayHeaders } from "./replay-request";
import { relayResponse } from "./replay-response";
import { replaySecret, SecretUse } from "./secret";

/** Bytes of memory that a filter keeps for the next request. */
const KEPT_BYTES = 8 * 1024;
/** The host reads its clock at different moments: a timer may seem to expire this much early, in milliseconds. */
const CLOCK_ERROR: i64 = 250;
const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;
/** The name of a route that has none. */
const UNNAMED = "-";

const pool = new FilterPool<ReplayFilter>();
const headersOfCall = new HeaderPairs();
const bodyOfCall = new ByteBuffer();
const hints = new RetryHints();

/**
 * The filter of a request that is sent again through a call to this Envoy's own listener when its response is a failure: for chains
 * that have no filter in the router. It keeps the request as the client has sent it.
 */
export class ReplayFilter extends ReplayingFilter {
  private readonly attempts: Attempts = new Attempts(-1, 0);
  private readonly body: ByteBuffer = new ByteBuffer();
  /** Whether the request can be sent again: none of its body is missing. */
  private isKept: bool = false;
  /** Whether its end has arrived. */
  private isWhole: bool = false;
  /** Whether the response that Envoy has is a failure. */
  private hasFailed: bool = false;

  /** A filter for one request. */
  static of(config: FallbackConfig): ReplayFilter {
    const spare = pool.take();
    const filter = spare ? spare : new ReplayFilter();
    filter.attempts.begin(config);
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    strip(headers, FALLBACK_FROM_HEADER);
    strip(headers, FALLBACK_TARGET_HEADER);
    strip(headers, TOMBSTONE_HEADER);
    if (!isReadable(headers.get("content-encoding"), headers.get("content-type"), headers.get("upgrade"))) {
      return HeadersAction.Continue;
    }
    const attempts = this.attempts;
    attempts.origin.append(routeName());
    if (!attempts.origin.size) attempts.origin.text(UNNAMED);
    this.isKept = saveRequestHeaders(attempts.headers);
    this.isWhole = endOfStream;
    if (!this.isKept) return HeadersAction.Continue;
    attempts.beginPass(firstTarget(attempts));
    countAttempt(attempts);
    if (attempts.current == ORIGIN) {
      if (!endOfStream) this.requestBodyMode = BodyMode.Streaming;
      return HeadersAction.Continue;
    }
    selectTarget(attempts, headers);
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  /** The route itself is in cooldown: the request goes to a target at once, with the model of that. */
  override onRequestBody(body: BodyBuffer): BodyAction {
    const attempts = this.attempts;
    const bytes = body.bytes();
    this.isWhole = true;
    this.isKept = body.size <= attempts.config.replay!.maxBytes;
    if (this.isKept) this.body.append(bytes);
    bodyOfCall.clear();
    writeReplayBody(attempts, bytes, bodyOfCall);
    growContentLength(requestHeaders, bodyOfCall.size - body.size);
    body.replace(bodyOfCall.slice);
    bodyOfCall.release(KEPT_BYTES);
    return BodyAction.Continue;
  }

  override onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    if (sliceSize(chunk) > this.attempts.config.replay!.maxBytes - this.body.size) {
      this.isKept = false;
      this.body.free();
      this.requestBodyMode = BodyMode.Skip;
      return chunk;
    }
    this.body.append(chunk);
    this.isWhole = isLastChunk;
    return chunk;
  }

  override onRequestTrailers(trailers: HeaderMap): HeadersAction {
    this.isWhole = true;
    return HeadersAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    strip(headers, FALLBACK_FROM_HEADER);
    const attempts = this.attempts;
    if (attempts.passes == 0 || this.hasFailed) return HeadersAction.Continue;
    if (attempts.current != ORIGIN) headers.set(FALLBACK_FROM_HEADER, attempts.origin.slice);
    const status = headers.status;
    const reason = failureReason(attempts.config.on, status, codeDetails());
    if (reason == NO_FAILURE) {
      if (status < 400) warmUp(attempts);
      return HeadersAction.Continue;
    }
    this.hasFailed = true;
    this.note(reason, status, headers);
    const isSentAgain = this.isKept && this.isWhole && !isFinal(headers) && this.sendToNext();
    return isSentAgain ? HeadersAction.Pause : HeadersAction.Continue;
  }

  override onReplayed(response: CalloutResponse): void {
    const attempts = this.attempts;
    const replay = attempts.config.replay!;
    const why = reasonName(attempts.reason, attempts.status);
    const headers = response.headers;
    // Every response of a request with a valid mark has this header: its status is that of the target.
    if (!response.hasArrived || !slicesEqual(headers.get(FALLBACK_FROM_HEADER), attempts.origin.slice)) {
      if (attempts.attemptAge < replay.timeout - CLOCK_ERROR) {
        this.giveUp("what responds to it is not the listener of this Envoy, with this plugin");
        return;
      }
      this.note(Reason.Timeout, 504, null);
      if (!this.sendToNext()) resumeResponse();
      return;
    }
    const status = headers.status;
    if (attempts.config.on.hasStatus(status)) {
      this.note(Reason.Status, status, headers);
      if (!isFinal(headers) && this.sendToNext()) return;
    } else if (status < 400) warmUp(attempts);
    const body = response.body;
    if (body.size > replay.maxBytes) this.giveUp("its response has more bytes than max_bytes");
    else relayResponse(status, `fallback.${why}`, headers, body.bytes());
  }

  override free(): void {
    this.attempts.reset();
    this.body.release(KEPT_BYTES);
    this.isKept = false;
    this.isWhole = false;
    this.hasFailed = false;
    pool.give(this);
  }

  /** Notes that the current target has failed, and begins its cooldown. */
  private note(reason: Reason, status: i32, headers: HeaderMap | null): void {
    const attempts = this.attempts;
    attempts.reason = reason;
    attempts.status = status;
    hints.begin(<i64>(now() / NANOSECONDS_PER_MILLISECOND));
    if (headers) for (let i = 0; i < headers.count; i++) hints.header(headers.nameAt(i), headers.valueAt(i));
    coolDown(attempts, reason, status, hints.wait);
  }

  /** Lets the response go on that is held. */
  private giveUp(why: string): void {
    const cluster = this.attempts.config.replay!.cluster;
    log(LogLevel.Error, `fallback: a request that was sent again to the cluster "${cluster}" failed: ${why}`);
    resumeResponse();
  }

  /** Sends the request to the next target. Returns `false` if there is none, or it cannot be sent. */
  private sendToNext(): bool {
    const attempts = this.attempts;
    const config = attempts.config;
    const replay = config.replay!;
    const reason = attempts.reason;
    const status = attempts.status;
    const isSlow = config.retryWithin > 0 && attempts.attemptAge > config.retryWithin;
    const next = isSlow ? NONE : nextTarget(attempts);
    // The route itself has no header by which it could be chosen again.
    if (next == NONE || next == ORIGIN) {
      countFailure(attempts, reason, status);
      return false;
    }
    const use = new SecretUse();
    const secret = replaySecret(use);
    if (secret == ABSENT) {
      log(LogLevel.Error, "fallback: a request cannot be sent again: the host stores no shared data");
      return false;
    }
    if (use.isFirst) logMode(replay.cluster, replay.maxBytes);
    countFallback(attempts, attempts.current, reason, status);
    attempts.beginPass(next);
    attempts.reason = reason;
    attempts.status = status;
    countAttempt(attempts);
    writeReplayHeaders(attempts, secret, headersOfCall);
    bodyOfCall.clear();
    writeReplayBody(attempts, this.body.slice, bodyOfCall);
    const call = new ReplayCall(this);
    const isSent = dispatchHttp(replay.cluster, headersOfCall, bodyOfCall.slice, <i32>replay.timeout, call);
    bodyOfCall.release(KEPT_BYTES);
    if (!isSent)
      log(LogLevel.Error, `fallback: a request cannot be sent again: there is no cluster "${replay.cluster}"`);
    return isSent;
  }
}

function logMode(cluster: string, most: i32): void {
  log(
    LogLevel.Warn,
    `fallback: failed requests are sent again through the cluster "${cluster}"; their responses are not streamed, and have at most ${most} bytes`,
  );
}

/** Whether the provider asks not to send the request again. */
function isFinal(headers: HeaderMap): bool {
  return sliceEquals(headers.get("x-should-retry"), "false");
}

/** Removes what another one sends under a name of the gateway. */
function strip(headers: HeaderMap, name: string): void {
  if (headers.get(name) != ABSENT) headers.remove(name);
}
