import { isReadable } from "../../../assembly/ai/body-model";
import { FALLBACK_FROM_HEADER, FALLBACK_TARGET_HEADER, TOMBSTONE_HEADER } from "../../../assembly/ai/contract";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { parseDecimal } from "../../../assembly/bytes/decimal";
import { ABSENT, Slice, sliceEquals, slicesEqual, sliceSize } from "../../../assembly/bytes/slice";
import { CalloutResponse, dispatchHttp } from "../../../assembly/host/callout";
import { HeaderPairs } from "../../../assembly/host/header-pairs";
import { saveRequestHeaders } from "../../../assembly/host/header-snapshot";
import { HeaderMap } from "../../../assembly/host/headers";
import { log, LogLevel } from "../../../assembly/host/log";
import { namedProperty, routeName } from "../../../assembly/host/property";
import { BodyMode, HeadersAction } from "../../../assembly/plugin/filter";
import { FilterPool } from "../../../assembly/plugin/filter-pool";
import { resumeResponse } from "../../../assembly/plugin/resume";
import { Attempts, NONE, ORIGIN } from "../attempts";
import { FallbackConfig } from "../config";
import { nextTarget } from "../next-target";
import { Reason, reasonName } from "../reason";
import { failureReason, NO_FAILURE } from "./failure-reason";
import { ReplayCall, ReplayingFilter } from "./replay-call";
import { writeReplayBody, writeReplayHeaders } from "./replay-request";
import { relayResponse } from "./replay-response";
import { replaySecret, SecretUse } from "./secret";

/** Bytes of memory that a filter keeps for the next request. */
const KEPT_BYTES = 8 * 1024;
/** The host reads its clock at different moments: a timer may seem to expire this much early, in milliseconds. */
const CLOCK_ERROR: i64 = 250;
/** The name of a route that has none. */
const UNNAMED = "-";

const pool = new FilterPool<ReplayFilter>();
const headersOfCall = new HeaderPairs();
const bodyOfCall = new ByteBuffer();

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
    attempts.beginPass(ORIGIN);
    if (this.isKept && !endOfStream) this.requestBodyMode = BodyMode.Streaming;
    return HeadersAction.Continue;
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
    if (!this.isKept || !this.isWhole || attempts.status) return HeadersAction.Continue;
    const status = parseDecimal(headers.get(":status"));
    const reason = failureReason(attempts.config.on, status, namedProperty("response\0code_details"));
    if (reason == NO_FAILURE || isFinal(headers)) return HeadersAction.Continue;
    attempts.reason = reason;
    attempts.status = status;
    return this.sendToNext() ? HeadersAction.Pause : HeadersAction.Continue;
  }

  override onReplayed(response: CalloutResponse): void {
    const attempts = this.attempts;
    const why = reasonName(attempts.reason, attempts.status);
    const headers = response.headers;
    // Every response of a request with a valid mark has this header: its status is that of the target.
    if (!response.hasArrived || !slicesEqual(headers.get(FALLBACK_FROM_HEADER), attempts.origin.slice)) {
      if (attempts.attemptAge >= attempts.config.replay!.timeout - CLOCK_ERROR) this.failed(Reason.Timeout, 504);
      else this.giveUp("what responds to it is not the listener of this Envoy, with this plugin");
      return;
    }
    const status = parseDecimal(headers.get(":status"));
    const isFailure = attempts.config.on.hasStatus(status) && !isFinal(headers);
    if (isFailure && nextTarget(attempts) != NONE) {
      this.failed(Reason.Status, status);
      return;
    }
    const body = response.body;
    if (body.size > attempts.config.replay!.maxBytes) this.giveUp("its response has more bytes than max_bytes");
    else relayResponse(status, `fallback.${why}`, headers, body.bytes());
  }

  override free(): void {
    this.attempts.reset();
    this.body.release(KEPT_BYTES);
    this.isKept = false;
    this.isWhole = false;
    pool.give(this);
  }

  /** Goes on to the target after the one that has failed; without one the client gets the response that is held. */
  private failed(reason: Reason, status: i32): void {
    this.attempts.reason = reason;
    this.attempts.status = status;
    if (!this.sendToNext()) resumeResponse();
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
    const next = nextTarget(attempts);
    if (next == NONE) return false;
    const config = attempts.config;
    const replay = config.replay!;
    const use = new SecretUse();
    const secret = replaySecret(use);
    if (secret == ABSENT) {
      log(LogLevel.Error, "fallback: a request cannot be sent again: the host stores no shared data");
      return false;
    }
    if (use.isFirst) logMode(replay.cluster, replay.maxBytes);
    attempts.next = next;
    const reason = attempts.reason;
    const status = attempts.status;
    attempts.beginPass(next);
    attempts.reason = reason;
    attempts.status = status;
    const target = config.targets[next - 1];
    writeReplayHeaders(attempts, target, secret, headersOfCall);
    bodyOfCall.clear();
    writeReplayBody(attempts, target, this.body.slice, bodyOfCall);
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
