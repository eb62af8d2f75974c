import { monotonic, randomBelow } from "../host/clock";

/** Milliseconds until the second attempt, on average three quarters of it; each further one takes twice as long. */
const SHORTEST: i32 = 100;
/** The longest wait in milliseconds. */
const LONGEST: i32 = 5000;
const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

/** The time until the next attempt to connect. It is random, so that many workers do not come back at once. */
export class BackOff {
  private failures: i32 = 0;
  private until: u64 = 0;

  /** Notes that an attempt or a connection has failed. */
  fail(): void {
    const longest = min(SHORTEST << min(this.failures, 6), LONGEST);
    this.failures++;
    const wait = longest / 2 + randomBelow(longest / 2);
    this.until = monotonic() + <u64>wait * NANOSECONDS_PER_MILLISECOND;
  }

  /** Notes that Redis replied. */
  succeed(): void {
    this.failures = 0;
    this.until = 0;
  }

  /** Milliseconds until the next attempt; 0 if it may be made now. */
  get wait(): u32 {
    if (!this.until) return 0;
    const now = monotonic();
    return now >= this.until ? 0 : <u32>((this.until - now) / NANOSECONDS_PER_MILLISECOND) + 1;
  }
}
