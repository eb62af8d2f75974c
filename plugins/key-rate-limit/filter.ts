import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT } from "../../assembly/bytes/slice";
import { now } from "../../assembly/host/clock";
import { HeaderMap } from "../../assembly/host/headers";
import { HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { setTickPeriod } from "../../assembly/plugin/root";
import { KeyRateLimitConfig } from "./config";
import { noteCounted, wasCounted } from "./counted";
import { wideHashOf } from "./hash";
import { RENEWAL, renewLease } from "./lease";
import { Limit, Outcome, Verdict } from "./limit";
import { refuseConcurrency, refuseRate } from "./refusal";

const SECOND: u64 = 1_000_000_000;

const number = new ByteBuffer();

/** The streams of this VM that are noted as open. */
let firstOpen: KeyRateLimitFilter | null = null;

/** Renews the lease of this VM as long as it has open streams; where it has lapsed, they are counted anew. */
export function keepOpenStreams(): void {
  if (firstOpen === null) setTickPeriod(0);
  else renew();
}

function renew(): void {
  if (!renewLease()) return;
  let filter = firstOpen;
  while (filter) {
    filter.reopen();
    filter = filter.nextOpen;
  }
}

/** Lets so many requests of a key pass, and so many be open at once. */
export class KeyRateLimitFilter extends HttpFilter {
  private limit: Limit | null = null;
  private value: u64 = 0;
  private readonly outcome: Outcome = new Outcome();
  /** The neighbours in the list of open streams. */
  nextOpen: KeyRateLimitFilter | null = null;
  private previousOpen: KeyRateLimitFilter | null = null;

  constructor(private readonly config: KeyRateLimitConfig) {
    super();
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const value = this.config.source.valueIn(headers);
    if (value == ABSENT) return HeadersAction.Continue;
    const limit = this.config.keys.find(value);
    if (!limit) return HeadersAction.Continue;
    this.limit = limit;
    this.value = wideHashOf(value);
    const mark = limit.hash ^ this.value;
    const isCounted = limit.rate > 0 && wasCounted(mark);
    if (limit.concurrent) renew();
    const verdict = limit.admit(this.value, this.outcome, isCounted);
    if (verdict == Verdict.Passes) {
      if (limit.rate && !isCounted) noteCounted(mark);
      if (this.outcome.isOpen) this.noteOpen();
      return HeadersAction.Continue;
    }
    if (verdict == Verdict.OverRate) refuseRate(limit.rate, this.secondsLeft, this.config.errorFormat);
    else refuseConcurrency(limit.concurrent, this.config.errorFormat);
    return HeadersAction.Pause;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const limit = this.limit;
    if (!this.config.showsQuota || !limit || !limit.rate || !this.outcome.end) return HeadersAction.Continue;
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

  /** Counts the open stream anew. */
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
    heap.free(changetype<usize>(this.outcome));
  }

  /** Until the window ends, in whole seconds and at least one, so that whoever waits so long is not too early. */
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
