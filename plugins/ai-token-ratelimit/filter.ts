import { MODEL_HEADER } from "../../assembly/ai/contract";
import { UsageWatch } from "../../assembly/ai/usage-watch";
import { ABSENT, Slice, subslice } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { CONTENT_TYPE } from "../../assembly/host/header-names";
import { HeaderMap } from "../../assembly/host/headers";
import { closeStream } from "../../assembly/host/stream";
import { MatchedLimits } from "../../assembly/limit/limit-rules";
import { Unit } from "../../assembly/limit/rate";
import { refuseCompression } from "../../assembly/limit/compression";
import { isRedirected, isUnderWay, mayBeJson } from "../../assembly/limit/request-state";
import { spentUsage, tokensOf } from "../../assembly/limit/spent-tokens";
import { Verdict } from "../../assembly/limit/verdict";
import { BodyAction, BodyMode, HeadersAction } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { HoldDeadline } from "../../assembly/plugin/hold-deadline";
import { resumeRequest } from "../../assembly/plugin/resume";
import { RedisFault } from "../../assembly/redis/command";
import { Admission, AdmittedFilter } from "./admission";
import { AiTokenRateLimitConfig, OnStoreDown, Reserve } from "./config";
import { reserveLocal, settleLocal } from "./local-store";
import { countCut, countLimited, countReserved, countStoreDown, countTokens } from "./metrics";
import { leaveToNextTarget } from "./next-target";
import { refuse, refuseTooLarge, refuseUnpriced, refuseWithoutStore, showLimit } from "./refusal";
import { requestedModel } from "./requested-model";
import { RequestEstimate } from "./request-estimate";
import { RequestPrice } from "./request-price";
import { Reservation } from "./reservation";
import { readReserved, settleShared } from "./shared-store";
import { CLOSE_AFTER, StreamCut } from "./stream-cut";

const pool = new FilterPool<AiTokenRateLimitFilter>();

/** Lets requests pass while their limits have tokens left for them, and charges what their responses cost. */
export class AiTokenRateLimitFilter extends AdmittedFilter {
  private config: AiTokenRateLimitConfig | null = null;
  private admission: Admission = new Admission();
  private readonly estimate: RequestEstimate = new RequestEstimate();
  private readonly verdict: Verdict = new Verdict();
  private readonly watch: UsageWatch = new UsageWatch();
  private readonly cut: StreamCut = new StreamCut();
  private readonly closing: HoldDeadline = new HoldDeadline();
  /** Whether this Envoy counts the request, and not Redis. */
  private isLocal: bool = false;
  private readonly price: RequestPrice = new RequestPrice();
  /** The status of the response; 0 before it. */
  private status: i32 = 0;

  /** A filter for one stream. */
  static of(config: AiTokenRateLimitConfig): AiTokenRateLimitFilter {
    const spare = pool.take();
    const filter = spare ? spare : new AiTokenRateLimitFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    // They are needed where a body follows: a look at one of them before would be one host call more.
    if (!endOfStream) headers.load();
    config.rules.match(headers, this.limits);
    if (!this.limits.count) return HeadersAction.Continue;
    this.reservation.begin();
    refuseCompression(headers);
    // The price is that of the model in the body.
    const readsBody = config.reserve != Reserve.None || config.cutsStream || this.limits.hasUnit(Unit.Cost);
    if (readsBody && !endOfStream) {
      if (mayBeJson(headers)) {
        this.requestBodyMode = BodyMode.Whole;
        return HeadersAction.HoldForBody;
      }
      if (!this.findPrice(ABSENT)) return HeadersAction.Pause;
    }
    return this.admits() ? HeadersAction.Continue : HeadersAction.Pause;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    const config = this.config!;
    const estimate = this.estimate;
    const json = body.bytes();
    estimate.read(json);
    if (config.cutsStream && estimate.hasText) this.cut.readRequest(json);
    if (!this.findPrice(estimate.model)) return BodyAction.Pause;
    const input = config.reserve == Reserve.None ? 0 : estimate.prompt;
    const output = config.reserve == Reserve.PromptAndMax ? estimate.output(config.reserveMaxTokens) : 0;
    this.reservation.ask(input + output, this.price.costOfTokens(input, output));
    return this.admits() ? BodyAction.Continue : BodyAction.Pause;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (!this.limits.count) return HeadersAction.Continue;
    this.status = headers.status;
    if (this.verdict.limit) showLimit(headers, this.verdict, this.limits.rateAt(this.verdict.index).unit);
    this.price.serve(this.config!.prices, headers.get(MODEL_HEADER), this.status);
    if (!endOfStream && this.watch.begin(headers.of(CONTENT_TYPE))) this.responseBodyMode = BodyMode.Streaming;
    if (this.config!.cutsStream && this.watch.isStream) this.cut.begin();
    return HeadersAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    const cut = this.cut;
    const watch = this.watch;
    if (!cut.isOn || cut.isDone) {
      watch.push(chunk, isLastChunk && this.config!.prices === null);
      return cut.isDone ? subslice(chunk, 0, 0) : chunk;
    }
    watch.beginChunk(chunk);
    let forward = chunk;
    while (watch.next()) {
      if (cut.isDone || !cut.read(watch) || this.hasTokens()) continue;
      forward = cut.write(chunk, watch, this.estimate.prompt);
      countCut();
      if (cut.isClosable) this.closing.begin(this, CLOSE_AFTER);
    }
    return forward;
  }

  override onHoldExpired(): void {
    closeStream();
  }

  override onStreamDone(): void {
    if (!this.limits.count) return;
    const reservation = this.reservation;
    const redis = this.config!.redis;
    this.spend();
    if (reservation.isMade) countReserved(reservation.reservedTokens, reservation.spentTokens);
    // Else it is settled when Redis has replied.
    if (this.admission.isPending) return;
    if (redis === null || this.isLocal) settleLocal(reservation);
    else settleShared(redis, reservation);
  }

  onAdmission(fault: RedisFault, reply: Slice): void {
    const reservation = this.reservation;
    const verdict = this.verdict;
    const isKnown =
      fault == RedisFault.None &&
      (reservation.isEmpty ? verdict.read(reply, this.limits.count) : readReserved(reply, reservation, verdict));
    if (this.cut.isOn) return this.takeBlock(isKnown);
    if (isKnown ? this.passes() : this.passesWithoutStore()) resumeRequest();
  }

  override free(): void {
    this.reset();
    if (pool.give(this)) return;
    // The pool is full: the object is left to the collector.
    this.admission.free();
    this.price.free();
    this.cut.free();
    this.watch.free();
  }

  private reset(): void {
    const admission = this.admission;
    // It belongs to no stream any more, and waits for its reply.
    if (admission.isPending) this.admission = Admission.take();
    else admission.reset();
    this.config = null;
    this.price.reset();
    this.estimate.reset();
    this.verdict.clear();
    this.watch.reset();
    this.cut.reset();
    this.closing.end();
    this.isLocal = false;
    this.status = 0;
  }

  private get reservation(): Reservation {
    return this.admission.reservation;
  }

  private get limits(): MatchedLimits {
    return this.admission.reservation.limits;
  }

  /** Reserves, or checks the limits. Returns whether the request goes on now: else it waits for Redis, or was refused. */
  private admits(): bool {
    const redis = this.config!.redis;
    if (this.reservation.tooSmall >= 0) return this.passesTooLarge();
    if (redis === null) return this.passesLocally();
    const fault = this.admission.ask(redis, this);
    return fault != RedisFault.None && this.passesWithoutStore();
  }

  private passesLocally(): bool {
    this.isLocal = true;
    reserveLocal(this.reservation, this.verdict);
    return this.passes();
  }

  /** Whether the request goes on, to its target or to the tombstone; else it is refused. */
  private passes(): bool {
    const verdict = this.verdict;
    if (!verdict.isExceeded) return true;
    this.countLimited(verdict.index);
    const goesOn = leaveToNextTarget();
    if (!goesOn) refuse(this.config!, verdict, this.limits.rateAt(verdict.index).unit);
    this.forgetLimits();
    return goesOn;
  }

  /** The same for a request that needs more than a whole limit. */
  private passesTooLarge(): bool {
    const limit = this.reservation.tooSmall;
    this.countLimited(limit);
    const goesOn = leaveToNextTarget();
    if (!goesOn) refuseTooLarge(this.config!, this.limits.rateAt(limit), this.reservation.askedAt(limit));
    this.forgetLimits();
    return goesOn;
  }

  /** The same for a request of which Redis says nothing. */
  private passesWithoutStore(): bool {
    const onStoreDown = this.config!.onStoreDown;
    countStoreDown();
    this.verdict.clear();
    if (onStoreDown == OnStoreDown.Allow) return true;
    if (onStoreDown == OnStoreDown.Local) return this.passesLocally();
    this.forgetLimits();
    refuseWithoutStore();
    return false;
  }

  /** Whether the stream goes on. Before what is reserved is used up, more is reserved, unless more output costs nothing. */
  private hasTokens(): bool {
    const cut = this.cut;
    const reservation = this.reservation;
    const redis = this.config!.redis;
    const usage = this.watch.usage;
    const used = max(this.estimate.prompt + this.watch.output.tokens, usage.prompt + usage.completion);
    while (cut.block && used + cut.block / 2 >= reservation.reservedTokens && !this.admission.isPending) {
      const tokens = max<i64>(used - reservation.reservedTokens, 0) + cut.block;
      reservation.ask(tokens, this.price.costOfTokens(0, tokens));
      if (reservation.isEmpty) return true;
      if (redis === null || this.isLocal) {
        reserveLocal(reservation, this.verdict);
        this.takeBlock(true);
      } else if (this.admission.ask(redis, this) != RedisFault.None) this.takeBlock(false);
    }
    return !cut.isOn || cut.block > 0 || used < reservation.reservedTokens;
  }

  /**
   * What was asked for is reserved, or not: then a smaller block is tried. Without the store the stream goes on, to the end of what is reserved, or
   * with tokens of this Envoy.
   */
  private takeBlock(isKnown: bool): void {
    const cut = this.cut;
    if (isKnown) {
      if (this.reservation.askedTokens) cut.block >>= 1;
      return;
    }
    countStoreDown();
    const onStoreDown = this.config!.onStoreDown;
    this.isLocal = onStoreDown == OnStoreDown.Local;
    if (this.isLocal) return this.reservation.leaveStore();
    cut.block = 0;
    cut.isOn = onStoreDown == OnStoreDown.Deny;
  }

  private countLimited(i: i32): void {
    countLimited(this.config!.rules.labelOf(this.limits.ruleAt(i)));
  }

  /** What follows costs the limits nothing. */
  private forgetLimits(): void {
    this.limits.clear();
    this.verdict.clear();
  }

  /** Finds the price of the model that the client asks for. Returns `false` if the request was refused because there is none. */
  private findPrice(token: Slice): bool {
    const prices = this.config!.prices;
    if (prices === null || !this.limits.hasUnit(Unit.Cost)) return true;
    const model = requestedModel(token);
    if (this.price.use(prices, model) || !this.config!.deniesUnpriced) return true;
    refuseUnpriced(model);
    this.forgetLimits();
    return false;
  }

  /** Sets what the request has cost. */
  private spend(): void {
    const reservation = this.reservation;
    // The next pass of this request is charged: it alone gets a response.
    if (!this.status && isRedirected()) return reservation.spend(0, 0);
    const isServed = this.status ? this.status >= 200 && this.status < 300 : isUnderWay();
    const usage = spentUsage(this.watch, isServed ? this.estimate.prompt : -1, this.config!.prices !== null);
    if (!usage) return reservation.spend(0, 0);
    countTokens(usage, this.price.served.slice);
    if (!this.price.isServed) this.price.use(this.config!.prices, this.watch.model.slice);
    reservation.spend(tokensOf(usage), this.price.costOf(usage));
  }
}
