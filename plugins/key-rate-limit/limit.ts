import { ByteBuffer } from "../../assembly/bytes/buffer";
import { wordHashOf } from "../../assembly/bytes/hash";
import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";
import { now } from "../../assembly/host/clock";
import { log, LogLevel } from "../../assembly/host/log";
import { Written } from "../../assembly/host/shared-data";
import { lease } from "./lease";
import { CountRecord, WAYS } from "./record";

/** Whether a request passes. */
export const enum Verdict {
  Passes,
  /** The rate of this window is reached. */
  OverRate,
  /** The limit of open streams is reached. */
  OverConcurrency,
}

/**
 * How often a write is tried again after another worker wrote first. Each failed attempt means that another worker
 * succeeded, so that no number of workers on one machine reaches this.
 */
const MOST_ATTEMPTS = 1000;

const key = new ByteBuffer();
const record = new CountRecord();

/** The result for one request: where it was counted, and the numbers for the response. */
export class Outcome {
  /** The end of the window, in nanoseconds; 0 where nothing was counted. */
  end: u64 = 0;
  /** The number of requests that may still pass until then. */
  remaining: u32 = 0;
  /** Whether an open stream was counted, which `release` takes back. */
  isOpen: bool = false;
  /** The entry in which the open stream was counted. */
  index: i32 = 0;
  /** The epoch of the VM's lease when the stream was counted. */
  epoch: u64 = 0;

  /** Makes the object ready for the next request. */
  clear(): void {
    this.end = 0;
    this.remaining = 0;
    this.isOpen = false;
    this.index = 0;
    this.epoch = 0;
  }
}

/**
 * A limit of requests in a window and of open streams, counted across all workers. A limit without buckets has one
 * count; one with buckets has a count for each value, in a fixed number of slots.
 */
export class Limit {
  /** Distinguishes this limit from others. */
  readonly hash: u64;
  private readonly name: ArrayBuffer;

  /** `rate` and `concurrent` are 0 where they do not limit; `window` is in nanoseconds. */
  constructor(
    identity: Slice,
    readonly rate: u32,
    private readonly window: u64,
    readonly concurrent: u32,
    private readonly buckets: u32,
  ) {
    const hash = wordHashOf(identity);
    this.hash = hash;
    this.name = String.UTF8.encode(`key-rate-limit:${hash.toString(16)}`);
  }

  /**
   * Counts a request, if it may pass. `value` is the hash of its key; a request that `wasCounted` on an earlier pass is
   * not counted against the rate again.
   */
  admit(value: u64, outcome: Outcome, wasCounted: bool): Verdict {
    const name = this.recordOf(value);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      record.read(name, this.ways);
      // Read after the record, so that no window in it begins in the future.
      const time = now();
      const index = this.indexFor(value, time);
      const entry = record.at(index);
      if (entry.isOver(this.window, time)) {
        entry.start = time;
        entry.count = 0;
      }
      outcome.end = entry.start + this.window;
      outcome.remaining = 0;
      if (this.rate && !wasCounted && entry.count >= this.rate) return Verdict.OverRate;
      if (this.isFull(index)) return Verdict.OverConcurrency;
      if (!wasCounted) entry.count++;
      if (this.rate > entry.count) outcome.remaining = this.rate - entry.count;
      if (wasCounted && !this.concurrent) return Verdict.Passes;
      if (this.concurrent) this.open(index, outcome);
      const written = record.write(name);
      if (written == Written.Overtaken) continue;
      outcome.isOpen = written == Written.Yes && this.concurrent > 0;
      if (written == Written.Yes) return Verdict.Passes;
      break;
    }
    outcome.end = 0;
    log(LogLevel.Error, "key-rate-limit: a request could not be counted, and passes");
    return Verdict.Passes;
  }

  /** Takes back the open stream that `admit` counted. */
  release(value: u64, outcome: Outcome): void {
    outcome.isOpen = false;
    const name = this.recordOf(value);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      record.read(name, this.ways);
      if (!record.letGo(outcome.index, outcome.epoch)) return;
      const written = record.write(name);
      if (written == Written.Yes) return;
      if (written == Written.No) break;
    }
    log(LogLevel.Error, "key-rate-limit: the end of a stream could not be noted");
  }

  /** Counts an open stream again, in this VM's new epoch: the count of the old one is void. */
  reopen(value: u64, outcome: Outcome): void {
    const name = this.recordOf(value);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      record.read(name, this.ways);
      record.letGo(outcome.index, outcome.epoch);
      this.open(this.indexFor(value, now()), outcome);
      if (record.write(name) != Written.Overtaken) return;
    }
  }

  private open(index: i32, outcome: Outcome): void {
    record.hold(index);
    outcome.index = index;
    outcome.epoch = lease.epoch;
  }

  /** Whether the limit of open streams is reached, without those of expired VMs. */
  private isFull(index: i32): bool {
    if (!this.concurrent || record.at(index).open < this.concurrent) return false;
    return !record.removeExpired() || record.at(index).open >= this.concurrent;
  }

  private get ways(): i32 {
    return this.buckets ? WAYS : 0;
  }

  private recordOf(value: u64): Slice {
    key.clear();
    key.append(sliceOfBuffer(this.name));
    if (this.buckets) key.byte(0x3a).integer(<i64>((value >> 16) % this.buckets));
    return key.slice;
  }

  /** The entry of the value: its own, or a free one, or the shared one. */
  private indexFor(value: u64, time: u64): i32 {
    const own = this.indexOf(value);
    if (own >= 0) return own;
    let free = this.freeIndex(time);
    if (free < 0 && record.removeExpired()) free = this.freeIndex(time);
    if (free < 0) return 0;
    const entry = record.at(free);
    entry.value = value;
    entry.start = 0;
    entry.count = 0;
    return free;
  }

  private freeIndex(time: u64): i32 {
    for (let i = 1; i <= this.ways; i++) {
      const entry = record.at(i);
      if (!entry.open && entry.isOver(this.window, time)) return i;
    }
    return -1;
  }

  private indexOf(value: u64): i32 {
    if (!this.buckets) return 0;
    for (let i = 1; i <= WAYS; i++) if (record.at(i).value == value) return i;
    return -1;
  }
}
