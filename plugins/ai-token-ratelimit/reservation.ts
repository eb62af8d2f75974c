import { ByteBuffer } from "../../assembly/bytes/buffer";
import { wordHashOf } from "../../assembly/bytes/hash";
import { recordIn } from "../../assembly/bytes/records";
import { Unit } from "../../assembly/limit/rate";
import { MatchedLimits } from "../../assembly/limit/limit-rules";

/** By how much the ends of one window differ, as Redis computes them (milliseconds). Those of two windows differ by more. */
const TOLERANCE: i64 = 500;

/** What a request has in the counter of one of its limits. */
// @ts-ignore: decorator
@unmanaged
class Share {
  reserved: i64;
  /** The part of `reserved` that lies in the window of `end`: no more is given back. */
  current: i64;
  end: i64;
  askedEnd: i64;
  /** The hashes of the counter's key and of its group; 0 while they are not known. */
  key: u64;
  group: u64;
}

/** What a request reserves in the counters of its limits, and what it has cost in the end. */
export class Reservation {
  /** The limits. */
  readonly limits: MatchedLimits = new MatchedLimits();
  /** Whether the counters contain what is reserved. */
  isMade: bool = false;
  /** The tokens that are to be reserved; 0 after they were. */
  askedTokens: i64 = 0;
  private askedCost: i64 = 0;
  /** The tokens that are reserved. */
  reservedTokens: i64 = 0;
  /** The tokens that it has cost. */
  spentTokens: i64 = 0;
  private spentCost: i64 = 0;
  /** A `Share` for each limit. */
  private readonly shares: ByteBuffer = new ByteBuffer();
  /** What the request has reserved in a store that it has left; `null` if it has left none. */
  private left: StaticArray<i64> | null = null;

  /** Begins with the limits that were found. */
  begin(): void {
    this.shares.clear();
    this.shares.zeros(this.limits.count * <i32>offsetof<Share>());
    this.ask(0, 0);
  }

  /** Sets what is to be reserved in addition: in tokens, and in money for the limits that count costs. */
  ask(tokens: i64, cost: i64): void {
    this.askedTokens = tokens;
    this.askedCost = cost;
  }

  /** What was asked for is reserved, in the windows of `setEnd`. */
  grant(): void {
    for (let i = 0; i < this.limits.count; i++) {
      const share = this.shareAt(i);
      const asked = this.askedAt(i);
      const isSame = this.isMade && abs(share.askedEnd - share.end) <= TOLERANCE;
      share.current = asked + (isSame ? share.current : 0);
      share.reserved = asked + (this.isMade ? share.reserved : 0);
      share.end = share.askedEnd;
    }
    this.isMade = true;
    this.reservedTokens += this.askedTokens;
    this.ask(0, 0);
  }

  /** What is reserved stays in its store, as if it were spent: what follows is reserved and settled in another one. */
  leaveStore(): void {
    if (this.isMade) {
      const left = new StaticArray<i64>(this.limits.count);
      for (let i = 0; i < left.length; i++) left[i] = this.shareAt(i).reserved;
      this.left = left;
    }
    this.isMade = false;
  }

  /** Sets what the request has cost, in tokens and in money. */
  spend(tokens: i64, cost: i64): void {
    this.spentTokens = tokens;
    this.spentCost = cost;
  }

  /** Whether there is nothing to reserve: the limits are only checked. */
  get isEmpty(): bool {
    for (let i = 0; i < this.limits.count; i++) if (this.askedAt(i) > 0) return false;
    return true;
  }

  /** The first limit that is smaller than what would be reserved; -1 if there is none. */
  get tooSmall(): i32 {
    for (let i = 0; i < this.limits.count; i++) if (this.askedAt(i) > this.limits.rateAt(i).count) return i;
    return -1;
  }

  /** What is to be reserved in a counter. */
  @inline
  askedAt(i: i32): i64 {
    return this.countsCost(i) ? this.askedCost : this.askedTokens;
  }

  /** What a counter still has to be charged; negative for what it gets back. */
  differenceAt(i: i32): i64 {
    const left = this.left;
    const spent = max<i64>((this.countsCost(i) ? this.spentCost : this.spentTokens) - (left ? left[i] : 0), 0);
    const share = this.shareAt(i);
    return this.isMade ? max(spent - share.reserved, -share.current) : spent;
  }

  /** Whether a counter has to change. */
  get isOpen(): bool {
    for (let i = 0; i < this.limits.count; i++) if (this.differenceAt(i)) return true;
    return false;
  }

  /** The end of the window in which a counter was reserved: milliseconds of Redis's clock, or nanoseconds of Envoy's. */
  endAt(i: i32): i64 {
    return this.shareAt(i).end;
  }

  /** The end of the window of `setEnd`. */
  askedEndAt(i: i32): i64 {
    return this.shareAt(i).askedEnd;
  }

  /** Sets the end of the window in which a counter is reserved. */
  setEnd(i: i32, end: i64): void {
    this.shareAt(i).askedEnd = end;
  }

  /** A hash of the key of a counter. */
  keyAt(i: i32): u64 {
    const share = this.shareAt(i);
    if (!share.key) share.key = this.limits.hashAt(i);
    return share.key;
  }

  /** A hash of the key of a counter without the value of the request. */
  groupAt(i: i32): u64 {
    const share = this.shareAt(i);
    if (!share.group) share.group = wordHashOf(this.limits.groupAt(i));
    return share.group;
  }


  @inline
  private shareAt(i: i32): Share {
    return recordIn<Share>(this.shares, i);
  }


  @inline
  private countsCost(i: i32): bool {
    return this.limits.rateAt(i).unit == Unit.Cost;
  }

  /** Forgets the request, and frees memory of keys above this size. */
  release(limit: i32): void {
    this.left = null;
    this.limits.release(limit);
    this.isMade = false;
    this.ask(0, 0);
    this.reservedTokens = 0;
    this.spend(0, 0);
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.limits.free();
    this.shares.dispose();
  }
}
