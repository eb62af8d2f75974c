import { ByteBuffer } from "../../assembly/bytes/buffer";
import { recordOf } from "../../assembly/bytes/records";
import { ABSENT, Slice, sliceSize } from "../../assembly/bytes/slice";
import { SharedValue, Written } from "../../assembly/host/shared-data";

/** Where there is no record yet. */
const empty = new ByteBuffer();

/** How many counters one record keeps apart, beside the one that the rest share. */
const WAYS: i32 = 8;
/** The index of the counter that the rest share. */
const SHARED = 0;

/** A counter, in the layout of the record. */
// @ts-ignore: decorator
@unmanaged
class Counter {
  /** The hash of its key; 0 where there is none. */
  key: u64;
  /** The end of the window, in nanoseconds of the wall clock. */
  end: u64;
  /** The tokens that are used in it. */
  used: i64;
}

const RECORD_SIZE: i32 = <i32>offsetof<Counter>() * (1 + WAYS);

/**
 * A few counters with the same window, as they were read from shared data, in the memory that the host has handed over: valid until the callback returns. Made once and used for one record after the other. `read`
 * selects a counter: the one of the key, else one whose window is over, else the shared one.
 */
// @ts-ignore: decorator
@unmanaged
export class LocalRecord {
  private readonly stored: SharedValue = new SharedValue();
  /** The counters. */
  private bytes: Slice = ABSENT;
  private index: i32 = SHARED;
  /** The tokens that are used in the window. */
  used: i64 = 0;
  /** The end of the window; 0 if it has not begun. */
  end: u64 = 0;

  /**
   * Reads the record with this name, and selects the counter of a key. `window` is in nanoseconds, as is the time. `end`, unless it is 0,
   * is that of the window in which the key was counted: the shared counter is selected if it has that window.
   */
  read(name: Slice, key: u64, window: u64, now: u64, end: u64 = 0): void {
    const stored = this.stored.read(name);
    this.bytes = sliceSize(stored) == RECORD_SIZE ? stored : emptyRecord();
    const isShared = end != 0 && this.counterAt(SHARED).end == end;
    const index = isShared ? SHARED : this.find(key, window, now);
    const counter = this.counterAt(index);
    const isOver = endsBefore(counter, window, now) || (index != SHARED && counter.key != key);
    this.index = index;
    this.used = isOver ? 0 : counter.used;
    this.end = isOver ? 0 : counter.end;
  }

  /** Writes the selected counter with these values, unless another VM wrote since the record was read. */
  write(name: Slice, key: u64, end: u64, used: i64): Written {
    const counter = this.counterAt(this.index);
    counter.key = this.index == SHARED ? 0 : key;
    counter.end = end;
    counter.used = used;
    return this.stored.replace(name, this.bytes);
  }


  @inline
  private counterAt(index: i32): Counter {
    return recordOf<Counter>(this.bytes, index);
  }


  @inline
  private find(key: u64, window: u64, now: u64): i32 {
    let free = SHARED;
    for (let i = WAYS; i > SHARED; i--) {
      const counter = this.counterAt(i);
      if (counter.key == key) return i;
      if (endsBefore(counter, window, now)) free = i;
    }
    return free;
  }
}

/** Counters of which none has begun. */
function emptyRecord(): Slice {
  empty.clear();
  return empty.zeros(RECORD_SIZE).slice;
}

/** Whether a window is over. If the clock was set back, a window that would last longer than it can is over, too. */
// @ts-ignore: decorator
@inline
function endsBefore(counter: Counter, window: u64, now: u64): bool {
  return counter.end <= now || counter.end - now > window;
}
