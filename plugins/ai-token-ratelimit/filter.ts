import { spentUsage, tokensOf } from "../../assembly/limit/spent-tokens";
import { UsageWatch } from "../../assembly/ai/usage-watch";
import { Slice, sliceEquals } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { namedProperty } from "../../assembly/host/property";
import { MatchedLimits } from "../../assembly/limit/limit-rules";
import { Verdict } from "../../assembly/limit/verdict";
import { BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { resumeRequest } from "../../assembly/plugin/resume";
import { RedisCommand, RedisFault } from "../../assembly/redis/command";
import { AiTokenRateLimitConfig, OnStoreDown } from "./config";
import { chargeLocal, checkLocal } from "./local-store";
import { countLimited, countStoreDown, countTokens } from "./metrics";
import { leaveToNextTarget } from "./next-target";
import { refuse, refuseWithoutStore, showLimit } from "./refusal";
import { chargeShared, checkShared } from "./shared-store";

/** Bytes of keys that a filter keeps for its next stream. */
const KEPT_BYTES: i32 = 1 << 10;

const pool = new FilterPool<AiTokenRateLimitFilter>();

/** Reads the counters of a request. */
class CheckCommand extends RedisCommand {
  filter: AiTokenRateLimitFilter | null = null;

  onResult(fault: RedisFault, reply: Slice): void {
    this.filter!.onChecked(fault, reply);
  }
}

/** Lets requests pass while their limits have tokens left, and charges what their responses cost. */
export class AiTokenRateLimitFilter extends HttpFilter {
  private config: AiTokenRateLimitConfig | null = null;
  private readonly command: CheckCommand = new CheckCommand();
  /** The limits that are charged. */
  private readonly limits: MatchedLimits = new MatchedLimits();
  private readonly verdict: Verdict = new Verdict();
  private readonly watch: UsageWatch = new UsageWatch();
  /** Whether this Envoy counts the request, and not Redis. */
  private isLocal: bool = false;

  /** A filter for one stream. */
  static of(config: AiTokenRateLimitConfig): AiTokenRateLimitFilter {
    const spare = pool.take();
    const filter = spare ? spare : new AiTokenRateLimitFilter();
    filter.config = config;
    filter.command.filter = filter;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    const redis = config.redis;
    config.rules.match(headers, this.limits);
    if (!this.limits.count) return HeadersAction.Continue;
    if (redis === null) return this.passesLocally() ? HeadersAction.Continue : HeadersAction.Pause;
    this.command.stream = this.contextId;
    const fault = checkShared(redis, this.command, this.limits);
    if (fault == RedisFault.None) return HeadersAction.Pause;
    return this.passesWithoutStore() ? HeadersAction.Continue : HeadersAction.Pause;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (!this.limits.count) return HeadersAction.Continue;
    if (this.verdict.limit) showLimit(headers, this.verdict);
    if (!endOfStream && this.watch.begin(headers.get("content-type"))) this.responseBodyMode = BodyMode.Streaming;
    return HeadersAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    this.watch.push(chunk);
    return chunk;
  }

  override onLog(): void {
    const limits = this.limits;
    if (!limits.count) return;
    // Another pass of this request is charged.
    if (sliceEquals(namedProperty("response\0code_details"), "internal_redirect")) return;
    const usage = spentUsage(this.watch);
    if (!usage) return;
    countTokens(usage);
    const tokens = tokensOf(usage);
    if (!tokens) return;
    const redis = this.config!.redis;
    if (redis === null || this.isLocal) chargeLocal(limits, tokens);
    else chargeShared(redis, limits, tokens);
  }

  /** Redis has read the counters, or cannot. */
  onChecked(fault: RedisFault, reply: Slice): void {
    const isKnown = fault == RedisFault.None && this.verdict.read(reply, this.limits.count);
    if (isKnown ? this.passes() : this.passesWithoutStore()) resumeRequest();
  }

  override free(): void {
    this.reset();
    if (pool.give(this)) return;
    // The pool is full: the object is left to the collector.
    this.limits.free();
    this.watch.free();
  }

  private reset(): void {
    this.config = null;
    this.limits.release(KEPT_BYTES);
    this.verdict.clear();
    this.watch.reset();
    this.isLocal = false;
  }

  private passesLocally(): bool {
    this.isLocal = true;
    checkLocal(this.limits, this.verdict);
    return this.passes();
  }

  /** Whether the request goes on, to its target or to the tombstone; else it is refused. */
  private passes(): bool {
    const verdict = this.verdict;
    if (!verdict.isExceeded) return true;
    countLimited(this.config!.rules.labelOf(this.limits.ruleAt(verdict.exceeded)));
    const goesOn = leaveToNextTarget();
    if (!goesOn) refuse(this.config!, verdict);
    // What follows costs this limit nothing.
    this.limits.clear();
    verdict.clear();
    return goesOn;
  }

  /** The same for a request of which Redis says nothing. */
  private passesWithoutStore(): bool {
    const onStoreDown = this.config!.onStoreDown;
    countStoreDown();
    this.verdict.clear();
    if (onStoreDown == OnStoreDown.Allow) return true;
    if (onStoreDown == OnStoreDown.Local) return this.passesLocally();
    this.limits.clear();
    refuseWithoutStore();
    return false;
  }
}
