import { FALLBACK_FROM_HEADER, FALLBACK_TARGET_HEADER, KEY_FAILOVER_STATE } from "../../assembly/ai/contract";
import { Failure, failureOf } from "../../assembly/ai/failure";
import { FirstContent } from "../../assembly/ai/first-content";
import { ABSENT, Slice, sliceEquals } from "../../assembly/bytes/slice";
import { canTryHeldAgain } from "../../assembly/host/envoy-version";
import { HeaderMap, responseHeaders } from "../../assembly/host/headers";
import { namedProperty } from "../../assembly/host/property";
import { BodyMode, HeadersAction, HOLD } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { HoldingFilter } from "../../assembly/plugin/hold-deadline";
import { releaseResponse } from "../../assembly/plugin/resume";
import { Attempts, ORIGIN } from "./attempts";
import { attemptsTable } from "./attempts-table";
import { isOfTarget, warmUp } from "./cooldowns";
import { HeldBody, Holding } from "./held-body";
import { fail, failKeys } from "./failure";
import { hasNextTarget } from "./next-target";
import { brokenReason, isTombstone, tombstoneReason } from "./tombstone";
import { Reason } from "./reason";
import { isEventStream } from "./response";

const BAD_REQUEST = 400;
const pool = new FilterPool<UpstreamFilter>();

/** The filter in the router's chain: sees the response of each attempt, and turns a failed one into a redirect. */
export class UpstreamFilter extends HoldingFilter {
  private slot: i32 = 0;
  private generation: u32 = 0;
  private status: i32 = 0;
  /** Whether the router has got the headers of the response. */
  private isForwarded: bool = false;
  private readonly held: HeldBody = new HeldBody();

  /** A filter for one attempt of the request. */
  static of(attempts: Attempts): UpstreamFilter {
    const spare = pool.take();
    const filter = spare ? spare : new UpstreamFilter();
    filter.slot = attempts.slot;
    filter.generation = attempts.generation;
    attempts.hasUpstream = true;
    return filter;
  }

  /** The route is chosen: the names are the gateway's own, and another one behind it would act on them. */
  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const attempts = this.attempts;
    if (attempts !== null && attempts.current != ORIGIN) {
      headers.remove(FALLBACK_FROM_HEADER);
      headers.remove(FALLBACK_TARGET_HEADER);
    }
    return HeadersAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const attempts = this.attempts;
    if (attempts === null) return HeadersAction.Continue;
    const status = headers.status;
    this.status = status;
    // Only this filter redirects.
    if (status >= 300 && status < 400) headers.remove("location");
    const holding = this.judge(attempts, status, headers);
    if (holding == Holding.Nothing || endOfStream) {
      if (holding == Holding.Hints) fail(attempts, Reason.Status, status, headers, ABSENT);
      this.isForwarded = true;
      return HeadersAction.Continue;
    }
    this.held.begin(this, holding, attempts);
    this.responseBodyMode = BodyMode.Streaming;
    return HeadersAction.HoldForBody;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    const attempts = this.attempts;
    const isOver = this.held.push(chunk, isLastChunk);
    if (attempts !== null && !isOver) return HOLD;
    this.decide(attempts);
    return chunk;
  }

  /** Trailers end a body without a last chunk, and release it. */
  override onResponseTrailers(trailers: HeaderMap): HeadersAction {
    if (this.held.isEmpty) return HeadersAction.Continue;
    this.held.push(ABSENT, true);
    this.decide(this.attempts);
    return HeadersAction.Continue;
  }

  override onHoldExpired(): void {
    if (this.held.isEmpty) return;
    this.decide(this.attempts);
    releaseResponse();
  }

  override onStreamDone(): void {
    const attempts = this.attempts;
    if (attempts && !this.isForwarded) attempts.broken = brokenReason(attempts);
    this.held.end();
  }

  override free(): void {
    this.held.end();
    this.slot = 0;
    this.generation = 0;
    this.status = 0;
    this.isForwarded = false;
    pool.give(this);
  }

  /** The record of the request; `null` if the request has ended. */
  private get attempts(): Attempts | null {
    return attemptsTable.get(this.slot, this.generation);
  }

  /** What the headers say: turns a failed response into a redirect, or returns what must be known of the body. */
  private judge(attempts: Attempts, status: i32, headers: HeaderMap): Holding {
    const config = attempts.config;
    if (status < BAD_REQUEST) {
      const isHeld = isEventStream(headers) && config.holdTime > 0 && config.holdBytes > 0;
      if (isHeld && config.on.has(Reason.StreamError) && mayHold(attempts)) return Holding.Stream;
      warmUp(attempts);
      return Holding.Nothing;
    }
    if (isTombstone(status)) {
      // A real 503 that Envoy has tried again keeps its reason.
      if (!attempts.status) fail(attempts, tombstoneReason(attempts), status, headers, ABSENT);
      attempts.isExplained = !attempts.isRedirected;
      return Holding.Nothing;
    }
    if (failKeys(attempts, status, headers, namedProperty(KEY_FAILOVER_STATE))) return Holding.Nothing;
    if (sliceEquals(headers.get("x-should-retry"), "false")) return Holding.Nothing;
    const isFailure = config.on.hasStatus(status);
    if (isFailure && (status == 429 || status == 503 || status == 529) && mayHold(attempts)) return Holding.Hints;
    if (isFailure) fail(attempts, Reason.Status, status, headers, ABSENT);
    // A mistake of the client says that the target serves.
    else if (!isOfTarget(Reason.Status, status)) warmUp(attempts);
    const mayBeTooLong = !isFailure && status == BAD_REQUEST && config.on.has(Reason.ContextLength);
    return mayBeTooLong && mayHold(attempts) ? Holding.Error : Holding.Nothing;
  }

  /** Enough is known of the body: the router gets the response, or a redirect in its place. */
  private decide(attempts: Attempts | null): void {
    const held = this.held;
    this.responseBodyMode = BodyMode.Skip;
    this.isForwarded = true;
    if (attempts !== null) {
      const headers = responseHeaders;
      if (held.holding == Holding.Hints) fail(attempts, Reason.Status, this.status, headers, held.bytes);
      else if (held.holding == Holding.Error) {
        const isTooLong = failureOf(held.bytes) == Failure.ContextLength;
        if (isTooLong) fail(attempts, Reason.ContextLength, this.status, headers, ABSENT);
      } else if (held.content == FirstContent.Error) {
        fail(attempts, Reason.StreamError, this.status, headers, held.error);
      } else if (held.content != FirstContent.Waiting) warmUp(attempts);
    }
    held.end();
  }
}

/** Whether a response can be held and then redirected to another target. */
function mayHold(attempts: Attempts): bool {
  return canTryHeldAgain() && hasNextTarget(attempts);
}
