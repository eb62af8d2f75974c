import { Unit } from "../../assembly/limit/rate";
import { MatchedLimits, MOST_LIMITS } from "../../assembly/limit/limit-rules";

/** What a request reserves in the counters of its limits, and what it has cost in the end. */
export class Reservation {
  /** The limits. */
  readonly limits: MatchedLimits = new MatchedLimits();
  private readonly reserved: StaticArray<i64> = new StaticArray<i64>(MOST_LIMITS);
  private readonly spent: StaticArray<i64> = new StaticArray<i64>(MOST_LIMITS);
  private readonly ends: StaticArray<i64> = new StaticArray<i64>(MOST_LIMITS);
  /** Whether the counters contain what is reserved. */
  isMade: bool = false;
  /** The tokens that the request was likely to cost. */
  plannedTokens: i64 = 0;
  /** The tokens that it has cost. */
  spentTokens: i64 = 0;

  /** Sets what is to be reserved: in tokens, and in money for the limits that count costs. */
  plan(tokens: i64, cost: i64): void {
    this.plannedTokens = tokens;
    for (let i = 0; i < this.limits.count; i++) this.reserved[i] = this.countsCost(i) ? cost : tokens;
  }

  /** Sets what the request has cost, in tokens and in money. */
  spend(tokens: i64, cost: i64): void {
    this.spentTokens = tokens;
    for (let i = 0; i < this.limits.count; i++) this.spent[i] = this.countsCost(i) ? cost : tokens;
  }

  /** Whether there is nothing to reserve: the limits are only checked. */
  get isEmpty(): bool {
    for (let i = 0; i < this.limits.count; i++) if (this.reserved[i] > 0) return false;
    return true;
  }

  /** The first limit that is smaller than what would be reserved; -1 if there is none. */
  get tooSmall(): i32 {
    for (let i = 0; i < this.limits.count; i++) if (this.reserved[i] > this.limits.rateAt(i).count) return i;
    return -1;
  }

  /** What is reserved in a counter. */
  reservedAt(i: i32): i64 {
    return this.reserved[i];
  }

  /** What a counter still has to be charged; negative for what it gets back. */
  differenceAt(i: i32): i64 {
    return this.isMade ? this.spent[i] - this.reserved[i] : this.spent[i];
  }

  /** Whether a counter has to change. */
  get isOpen(): bool {
    for (let i = 0; i < this.limits.count; i++) if (this.differenceAt(i)) return true;
    return false;
  }

  /** The end of the window in which a counter was reserved: milliseconds of Redis's clock, or nanoseconds of Envoy's. */
  endAt(i: i32): i64 {
    return this.ends[i];
  }

  /** Sets the end of a window. */
  setEnd(i: i32, end: i64): void {
    this.ends[i] = end;
  }

  private countsCost(i: i32): bool {
    return this.limits.rateAt(i).unit == Unit.Cost;
  }

  /** Forgets the request, and frees memory of keys above this size. */
  release(limit: i32): void {
    this.limits.release(limit);
    this.isMade = false;
    this.plannedTokens = 0;
    this.spentTokens = 0;
  }
}
