import { ByteBuffer } from "../bytes/buffer";
import { Slice } from "../bytes/slice";
import { random } from "../host/clock";
import { SharedValue, Written } from "../host/shared-data";
import { CooldownRecord, CooldownState, FREE, PROBE } from "./record";

/** How often a write that another worker overtook is tried again: each time one of them gets on. */
const MOST_TRIES = 32;

/**
 * The cooldowns of targets or API keys, which all workers of one Envoy share, and which outlive configurations. Times are
 * milliseconds of `monotonic()`. One object serves all of a plugin.
 */
export class CooldownStore {
  private readonly stored: SharedValue = new SharedValue();
  private readonly record: CooldownRecord = new CooldownRecord();
  private readonly key: ByteBuffer = new ByteBuffer();
  private readonly bytes: ByteBuffer = new ByteBuffer();

  /**
   * `prefix` begins each key of the shared data, as `fallback.cooldown.`; `lease` is how long a probe may take until somebody
   * else may try, in milliseconds.
   */
  constructor(
    private readonly prefix: string,
    private readonly lease: u64 = 60_000,
  ) {}

  /** `FREE`, or the time at which it may be tried again, or `PROBE`: this caller, and no other, is to try it now. */
  state(name: Slice, now: u64): CooldownState {
    const key = this.keyOf(name);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      this.record.read(this.stored.read(key));
      const state = this.record.state(now);
      if (state != PROBE) return state;
      this.record.probe(now, this.lease);
      const written = this.write(key);
      if (written == Written.Yes) return PROBE;
      if (written == Written.No) return FREE;
    }
    // Another worker took the lease.
    return now + this.lease;
  }

  /** The same without taking the lease: `PROBE` then says that somebody may. */
  peek(name: Slice, now: u64): CooldownState {
    this.record.read(this.stored.read(this.keyOf(name)));
    return this.record.state(now);
  }

  /** The time at which the cooldown is over, whoever probes; it may be past. */
  endOf(name: Slice): u64 {
    this.record.read(this.stored.read(this.keyOf(name)));
    return this.record.until;
  }

  /** Begins a cooldown of `wait` milliseconds, or of doubled `base` if that is 0; see `CooldownRecord.fail`. Returns its end. */
  fail(name: Slice, now: u64, wait: u64, base: u64, most: u64): u64 {
    const key = this.keyOf(name);
    const jitter = random();
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      this.record.read(this.stored.read(key));
      this.record.fail(now, wait, base, most, jitter);
      if (this.write(key) != Written.Overtaken) break;
    }
    return this.record.until;
  }

  /**
   * Ends the cooldown after a success of a request that was sent at `since`, unless there was a failure after that. Returns whether
   * it did.
   */
  succeed(name: Slice, since: u64): bool {
    const key = this.keyOf(name);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      this.record.read(this.stored.read(key));
      if (!this.record.succeed(since)) return false;
      if (this.write(key) != Written.Overtaken) return true;
    }
    return false;
  }

  /** Gives back the lease that `state` took at `since`, if the request of the caller has shown nothing: somebody else may try. */
  release(name: Slice, since: u64): void {
    const key = this.keyOf(name);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      this.record.read(this.stored.read(key));
      if (!this.record.release(since, this.lease) || this.write(key) != Written.Overtaken) return;
    }
  }

  private keyOf(name: Slice): Slice {
    this.key.clear();
    return this.key.text(this.prefix).append(name).slice;
  }

  private write(key: Slice): Written {
    this.bytes.clear();
    this.record.write(this.bytes);
    return this.stored.replace(key, this.bytes.slice);
  }
}
