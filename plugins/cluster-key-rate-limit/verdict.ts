import { Slice } from "../../assembly/bytes/slice";
import { ReplyKind, ReplyReader } from "../../assembly/redis/reply";

const NUMBERS: i32 = 3;

/** What Redis said about the limits of a request. */
export class Verdict {
  private readonly reader: ReplyReader = new ReplyReader();
  /** Whether a limit is exceeded: the first one, in the order of the configuration. */
  isExceeded: bool = false;
  /** The exceeded limit, else the one of which the smallest part is left. */
  limit: i64 = 0;
  /** How many more requests pass. */
  remaining: i64 = 0;
  /** Seconds until the window ends. */
  seconds: i64 = 0;

  /** Reads the result of `COUNT` for this number of limits. Returns `false` if it is something else. */
  read(reply: Slice, count: i32): bool {
    const reader = this.reader;
    this.clear();
    reader.begin(reply);
    if (!reader.next() || reader.kind != ReplyKind.Array || reader.integer != NUMBERS * count) return false;
    for (let i = 0; i < count; i++) {
      const limit = reader.nextInteger(-1);
      const used = reader.nextInteger(-1);
      const seconds = reader.nextInteger(-1);
      if (limit <= 0 || used < 0 || seconds < 0) return false;
      if (!this.isExceeded) this.take(limit, used, seconds);
    }
    return true;
  }

  /** Forgets the request. */
  clear(): void {
    this.isExceeded = false;
    this.limit = 0;
    this.remaining = 0;
    this.seconds = 0;
  }

  private take(limit: i64, used: i64, seconds: i64): void {
    this.isExceeded = used > limit;
    const remaining = max(limit - used, 0);
    // Compares the parts that are left without dividing: both limits have 31 bits.
    const isTighter = !this.limit || <u64>remaining * <u64>this.limit < <u64>this.remaining * <u64>limit;
    if (!this.isExceeded && !isTighter) return;
    this.limit = limit;
    this.remaining = remaining;
    this.seconds = seconds;
  }
}
