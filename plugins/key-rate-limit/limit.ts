import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";
import { now } from "../../assembly/host/clock";
import { log, LogLevel } from "../../assembly/host/log";
import { Written } from "../../assembly/host/shared-data";
import { wideHashOf } from "./hash";
import { currentEpoch } from "./lease";
import { entryAt, forgetTheDead, hold, letGo, readRecord, WAYS, writeRecord } from "./record";

/** Whether a request passes. */
export const enum Verdict {
  Passes,
  /** As many have passed in this window as may. */
  OverRate,
  /** As many streams are open as may. */
  OverConcurrency,
}

/**
 * How often a write is tried again that another worker has overtaken. Each time some other one got through, so that
 * this is never reached by any number of workers that a machine has.
 */
const MOST_ATTEMPTS = 1000;

const key = new ByteBuffer();

/** What became of one request: where it was counted, and what its client is told. */
// @ts-ignore: decorator
@unmanaged
export class Outcome {
  /** When the window ends, in nanoseconds; 0 where nothing was counted. */
  end: u64 = 0;
  /** How many more may pass until then. */
  remaining: u32 = 0;
  /** Whether an open stream was noted, which `release` takes back. */
  isOpen: bool = false;
  /** The entry at which it was noted, and the epoch in which. */
  index: i32 = 0;
  epoch: u64 = 0;
}

/**
 * So many requests in a window and so many open streams, counted across all workers. A limit without buckets has one
 * count; one with buckets has a count for each value, in a fixed number of slots.
 */
export class Limit {
  /** Tells this limit from others. */
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
    const hash = wideHashOf(identity);
    this.hash = hash;
    this.name = String.UTF8.encode(`key-rate-limit:${hash.toString(16)}`);
  }

  /**
   * Counts a request, if it may pass. `value` is the hash of what it brought; one that `wasCounted` on an earlier pass is
   * not asked again for its rate.
   */
  admit(value: u64, outcome: Outcome, wasCounted: bool): Verdict {
    const name = this.recordOf(value);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      readRecord(name, this.ways);
      // Looked at after the record: no window in it then begins in what is the future here.
      const time = now();
      const index = this.indexFor(value, time);
      const entry = entryAt(index);
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
      const written = writeRecord(name);
      if (written == Written.Overtaken) continue;
      outcome.isOpen = written == Written.Yes && this.concurrent > 0;
      if (written == Written.Yes) return Verdict.Passes;
      break;
    }
    outcome.end = 0;
    log(LogLevel.Error, "key-rate-limit: a request could not be counted, and passes");
    return Verdict.Passes;
  }

  /** Notes that a stream ended which `admit` has noted as open. */
  release(value: u64, outcome: Outcome): void {
    outcome.isOpen = false;
    const name = this.recordOf(value);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      readRecord(name, this.ways);
      if (!letGo(outcome.index, outcome.epoch)) return;
      const written = writeRecord(name);
      if (written == Written.Yes) return;
      if (written == Written.No) break;
    }
    log(LogLevel.Error, "key-rate-limit: the end of a stream could not be noted");
  }

  /** Notes an open stream anew, in this VM's new epoch: what was noted in the old one is void. */
  reopen(value: u64, outcome: Outcome): void {
    const name = this.recordOf(value);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      readRecord(name, this.ways);
      letGo(outcome.index, outcome.epoch);
      this.open(this.indexFor(value, now()), outcome);
      if (writeRecord(name) != Written.Overtaken) return;
    }
  }

  private open(index: i32, outcome: Outcome): void {
    hold(index);
    outcome.index = index;
    outcome.epoch = currentEpoch();
  }

  /** Whether as many streams are open as may, those of dead VMs left out. */
  private isFull(index: i32): bool {
    if (!this.concurrent || entryAt(index).open < this.concurrent) return false;
    return !forgetTheDead() || entryAt(index).open >= this.concurrent;
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

  /** The entry of the value: its own, or one that is free now, or where none is, the shared one. */
  private indexFor(value: u64, time: u64): i32 {
    const own = this.indexOf(value);
    if (own >= 0) return own;
    let free = this.freeIndex(time);
    if (free < 0 && forgetTheDead()) free = this.freeIndex(time);
    if (free < 0) return 0;
    const entry = entryAt(free);
    entry.value = value;
    entry.start = 0;
    entry.count = 0;
    return free;
  }

  private freeIndex(time: u64): i32 {
    for (let i = 1; i <= this.ways; i++) {
      const entry = entryAt(i);
      if (!entry.open && entry.isOver(this.window, time)) return i;
    }
    return -1;
  }

  private indexOf(value: u64): i32 {
    if (!this.buckets) return 0;
    for (let i = 1; i <= WAYS; i++) if (entryAt(i).value == value) return i;
    return -1;
  }
}
