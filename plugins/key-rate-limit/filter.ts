import { COUNTED_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { wordHashOf } from "../../assembly/bytes/hash";
import { ABSENT } from "../../assembly/bytes/slice";
import { now } from "../../assembly/host/clock";
import { HeaderMap } from "../../assembly/host/headers";
import { HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { setTickPeriod } from "../../assembly/plugin/root";
import { KeyRateLimitConfig } from "./config";
import { CountedMarks } from "../../assembly/limit/counted-marks";
import { lease, RENEWAL } from "./lease";
import { Limit, Outcome, Verdict } from "./limit";
import { refuseConcurrency, refuseRate } from "./refusal";

const SECOND: u64 = 1_000_000_000;

const number = new ByteBuffer();
const pool = new FilterPool<KeyRateLimitFilter>();

/** The marks of the current request. */
export const counted = new CountedMarks(COUNTED_STATE);

/** The list of the streams of this VM that are counted as open. */
let firstOpen: KeyRateLimitFilter | null = null;

/** Renews the lease of this VM as long as it has open streams; after it has lapsed they are counted again. */
export function keepOpenStreams(): void {
  if (firstOpen === null) setTickPeriod(0);
  else renew();
}

function renew(): void {
  if (!lease.renew()) return;
  let filter = firstOpen;
  while (filter) {
    filter.reopen();
    filter = filter.nextOpen;
  }
}

/** Refuses the requests of a key above its rate or its number of open streams. */
export class KeyRateLimitFilter extends HttpFilter {
  private config: KeyRateLimitConfig | null = null;
  private limit: Limit | null = null;
  private value: u64 = 0;
  private readonly outcome: Outcome = new Outcome();
  /** The neighbours in the list of open streams. */
  nextOpen: KeyRateLimitFilter | null = null;
  private previousOpen: KeyRateLimitFilter | null = null;

  /** A filter for one stream. */
  static of(config: KeyRateLimitConfig): KeyRateLimitFilter {
    const spare = pool.take();
    const filter = spare ? spare : new KeyRateLimitFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    const value = config.source.valueIn(headers);
    if (value == ABSENT) return HeadersAction.Continue;
    const limit = config.keys.find(value);
    if (!limit) return HeadersAction.Continue;
    this.limit = limit;
    const hash = wordHashOf(value);
    // 0 marks an entry without a value.
    this.value = hash ? hash : 1;
    const mark = limit.hash ^ this.value;
    if (limit.rate) counted.read();
    const isCounted = limit.rate > 0 && counted.has(mark);
    if (limit.concurrent) renew();
    const verdict = limit.admit(this.value, this.outcome, isCounted);
    if (verdict == Verdict.Passes) {
      if (limit.rate && !isCounted) counted.add(mark);
      if (this.outcome.isOpen) this.noteOpen();
      return HeadersAction.Continue;
    }
    if (verdict == Verdict.OverRate) refuseRate(limit.rate, this.secondsLeft, config.errorFormat);
    else refuseConcurrency(limit.concurrent, config.errorFormat);
    return HeadersAction.Pause;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const limit = this.limit;
    if (!this.config!.showsQuota || !limit || !limit.rate || !this.outcome.end) return HeadersAction.Continue;
    setNumber(headers, "x-ratelimit-limit", limit.rate);
    setNumber(headers, "x-ratelimit-remaining", this.outcome.remaining);
    setNumber(headers, "x-ratelimit-reset", this.secondsLeft);
    return HeadersAction.Continue;
  }

  override onStreamDone(): void {
    if (!this.outcome.isOpen) return;
    const next = this.nextOpen;
    const previous = this.previousOpen;
    if (next) next.previousOpen = previous;
    if (previous) previous.nextOpen = next;
    else firstOpen = next;
    this.nextOpen = null;
    this.previousOpen = null;
    this.limit!.release(this.value, this.outcome);
  }

  /** Counts the open stream again. */
  reopen(): void {
    this.limit!.reopen(this.value, this.outcome);
  }

  private noteOpen(): void {
    const next = firstOpen;
    if (next) next.previousOpen = this;
    this.nextOpen = next;
    firstOpen = this;
    setTickPeriod(RENEWAL);
  }

  override free(): void {
    this.reset();
    pool.give(this);
  }

  private reset(): void {
    this.config = null;
    this.limit = null;
    this.outcome.clear();
    this.nextOpen = null;
    this.previousOpen = null;
  }

  /** The time until the window ends, in seconds, rounded up and at least 1, so that a retry after it is not too early. */
  private get secondsLeft(): u32 {
    const time = now();
    const end = this.outcome.end;
    return end > time ? <u32>((end - time + SECOND - 1) / SECOND) : 1;
  }
}

function setNumber(headers: HeaderMap, name: string, value: u32): void {
  number.clear();
  headers.set(name, number.integer(value).slice);
}
