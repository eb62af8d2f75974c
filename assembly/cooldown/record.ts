import { ByteBuffer } from "../bytes/buffer";
import { readU32, readU64 } from "../bytes/integers";
import { Slice, sliceSize } from "../bytes/slice";

/** The layout: until, the last failure, the end of the lease (each 64 bits), the failures in a row (32 bits). */
const SIZE = 28;
/** More failures in a row do not lengthen a cooldown. */
const MOST_DOUBLINGS: u32 = 20;

/**
 * Whether something that failed may be used: `FREE`, `PROBE`, or else the time at which it may be tried again. Times are
 * milliseconds of one monotonic clock.
 */
export type CooldownState = u64;

/** It may be used. */
export const FREE: CooldownState = 0;
/** Its cooldown is over, and the caller alone may try it: its success ends the cooldown, its failure begins the next one. */
export const PROBE: CooldownState = 1;

/** The cooldown of one target or API key: pure data, in the layout in which it is shared. */
// @ts-ignore: decorator
@unmanaged
export class CooldownRecord {
  /** When the cooldown is over. */
  until: u64 = 0;
  /** When it failed last. */
  failedAt: u64 = 0;
  /** Until when one caller probes it; 0 if none does. */
  lease: u64 = 0;
  /** The cooldowns in a row; 0 if there is none. */
  failures: u32 = 0;

  /** Takes over a stored record; one that is absent or malformed has no cooldown. */
  read(stored: Slice): void {
    const isWhole = sliceSize(stored) == SIZE;
    this.until = isWhole ? readU64(stored, 0) : 0;
    this.failedAt = isWhole ? readU64(stored, 8) : 0;
    this.lease = isWhole ? readU64(stored, 16) : 0;
    this.failures = isWhole ? readU32(stored, 24) : 0;
  }

  /** Appends the record as it is stored. */
  write(out: ByteBuffer): void {
    out.u64(this.until).u64(this.failedAt).u64(this.lease).u32(this.failures);
  }

  /** What holds now. `PROBE` says that the caller may take the lease, which `probe` does. */
  state(now: u64): CooldownState {
    if (!this.failures) return FREE;
    if (this.until > now) return this.until;
    return this.lease > now ? this.lease : PROBE;
  }

  /** Takes the lease for a time; it runs out by itself, since the VM of the caller may end. */
  probe(now: u64, lease: u64): void {
    this.lease = now + lease;
  }

  /** Ends the lease that was taken at `since` for a time, unless another caller has taken it since. Returns whether it did. */
  release(since: u64, lease: u64): bool {
    if (!this.lease || this.lease != since + lease) return false;
    this.lease = 0;
    return true;
  }

  /**
   * Begins a cooldown of `wait` milliseconds or, if that is 0, of `base`, doubled for each one before it in a row, with up to a
   * quarter more or less by the random number. None is longer than `most`. Failures of requests that were sent at the same
   * time count once.
   */
  fail(now: u64, wait: u64, base: u64, most: u64, random: u64): void {
    if (!this.failures || this.until <= now) this.failures = min(this.failures + 1, MOST_DOUBLINGS + 1);
    const doubled = base << (this.failures - 1);
    const jittered = (doubled >> 2) * 3 + (random % ((doubled >> 1) + 1));
    this.until = max(this.until, now + min(wait ? wait : jittered, most));
    this.failedAt = now;
    this.lease = 0;
  }

  /** Ends the cooldown, unless there was a failure after `since`, when the request that succeeded began. Returns whether it did. */
  succeed(since: u64): bool {
    if (!this.failures || this.failedAt > since) return false;
    this.until = 0;
    this.failedAt = 0;
    this.lease = 0;
    this.failures = 0;
    return true;
  }
}
