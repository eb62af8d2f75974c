import { Slice } from "../bytes/slice";
import { ReplyKind, ReplyReader } from "../redis/reply";

const NUMBERS: i32 = 3;
/** What can be added to it fits 64 bits. */
const MOST_USED: i64 = i64.MAX_VALUE / 4;
/** No counter has this value. */
const NO_COUNTER: i64 = i64.MIN_VALUE;

/** The next number of a reply as the value of a counter, which an operator may have made negative; `NO_COUNTER` for anything else. */
export function nextCounter(reader: ReplyReader): i64 {
  const used = reader.nextInteger(NO_COUNTER);
  return used == NO_COUNTER ? used : max(min(used, MOST_USED), -MOST_USED);
}

/** Whether `nextCounter` has found a number. */
export function isCounter(used: i64): bool {
  return used != NO_COUNTER;
}

/** The result of a check of the limits of a request. */
export class Verdict {
  private readonly reader: ReplyReader = new ReplyReader();
  /** Whether a limit is exceeded: the first one, in the order of the configuration. */
  isExceeded: bool = false;
  private taken: i32 = 0;
  /** The index of `limit` among the limits that were taken. */
  index: i32 = 0;
  /** The exceeded limit, else the one of which the smallest part is left. */
  limit: i64 = 0;
  /** What is left of it. */
  remaining: i64 = 0;
  /** Seconds until the window ends. */
  seconds: i64 = 0;

  /**
   * Reads the reply of a script to this number of limits: for each its number, what is used of it, and the seconds to the end of its
   * window. Returns `false` if it is something else.
   */
  read(reply: Slice, count: i32): bool {
    const reader = this.reader;
    this.clear();
    reader.begin(reply);
    if (!reader.next() || reader.kind != ReplyKind.Array || reader.integer != NUMBERS * count) return false;
    for (let i = 0; i < count; i++) {
      const limit = reader.nextInteger(-1);
      const used = nextCounter(reader);
      const seconds = reader.nextInteger(-1);
      if (limit <= 0 || !isCounter(used) || seconds < 0) return false;
      this.take(limit, used, seconds);
    }
    return true;
  }

  /** Forgets the request. */
  clear(): void {
    this.isExceeded = false;
    this.taken = 0;
    this.index = 0;
    this.limit = 0;
    this.remaining = 0;
    this.seconds = 0;
  }

  /** Takes the state of a limit. After the first one that is exceeded others change nothing. */
  take(limit: i64, used: i64, seconds: i64): void {
    if (this.isExceeded) return;
    const index = this.taken++;
    this.isExceeded = used > limit;
    const remaining = max(limit - used, 0);
    const isTighter = !this.limit || <f64>remaining / <f64>limit < <f64>this.remaining / <f64>this.limit;
    if (!this.isExceeded && !isTighter) return;
    this.index = index;
    this.limit = limit;
    this.remaining = remaining;
    this.seconds = seconds;
  }
}
