import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize, sliceStart } from "../../assembly/bytes/slice";
import { setSharedData, sharedData, sharedDataVersion, Written } from "../../assembly/host/shared-data";

/** How many values one record keeps apart, beside the entry that the rest share. */
export const WAYS: i32 = 8;

/** A version that no value ever has in practice: written with it, a value is created but never overwritten. */
const ONLY_IF_ABSENT: u32 = u32.MAX_VALUE;

/** What is counted for one value. Its bytes are those of the record. */
// @ts-ignore: decorator
@unmanaged
export class Entry {
  /** The hash of the value; 0 where there is none, as in the shared entry. */
  value: u64;
  /** When the window began, in nanoseconds. */
  start: u64;
  /** The requests that passed since then. */
  count: u32;
  /** The streams that are open. */
  open: u32;

  /** Whether the window is over. A clock that was set back begins a new one, unless by less than a window. */
  isOver(window: u64, time: u64): bool {
    return time >= this.start ? time - this.start >= window : this.start - time > window;
  }
}

const ENTRY_SIZE = <i32>offsetof<Entry>();
const bytes = new ByteBuffer();
let version: u32 = 0;

/** Reads a record of so many ways out of shared data; one that is not there is empty. */
export function readRecord(key: Slice, ways: i32): void {
  const size = ENTRY_SIZE * (1 + ways);
  const stored = sharedData(key);
  version = sharedDataVersion();
  bytes.clear();
  if (sliceSize(stored) == size) bytes.append(stored);
  else {
    memory.fill(bytes.reserve(size), 0, size);
    bytes.size = size;
  }
}

/** Writes the record that was read last, unless somebody else wrote it since. */
export function writeRecord(key: Slice): Written {
  return setSharedData(key, bytes.slice, version ? version : ONLY_IF_ABSENT);
}

/** An entry of the record that was read last; 0 is the shared one. */
export function entryAt(index: i32): Entry {
  return changetype<Entry>(sliceStart(bytes.slice) + ENTRY_SIZE * index);
}
