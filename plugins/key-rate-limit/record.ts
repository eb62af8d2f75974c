import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize, sliceStart } from "../../assembly/bytes/slice";
import { setSharedData, sharedData, sharedDataVersion, Written } from "../../assembly/host/shared-data";
import { currentEpoch, isAlive, readAlive } from "./lease";

/** How many values one record keeps apart, beside the entry that the rest share. */
export const WAYS: i32 = 8;

/** A version that no value ever has in practice: written with it, a value is created but never overwritten. */
const ONLY_IF_ABSENT: u32 = u32.MAX_VALUE;

/** From so many holders on, the dead are looked for whenever their number has doubled. */
const MANY_HOLDERS = 32;

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

/** The open streams of one entry that one VM has; they stand behind the entries. */
// @ts-ignore: decorator
@unmanaged
class Holder {
  /** The epoch of the VM. */
  epoch: u64;
  /** The entry. */
  index: i32;
  /** How many of its open streams are this VM's. */
  open: u32;
}

const ENTRY_SIZE = <i32>offsetof<Entry>();
const HOLDER_SIZE = <i32>offsetof<Holder>();
const bytes = new ByteBuffer();
let version: u32 = 0;
/** Where the holders begin. */
let base: i32 = 0;

/** Reads a record of so many ways out of shared data; one that is not there is empty. */
export function readRecord(key: Slice, ways: i32): void {
  base = ENTRY_SIZE * (1 + ways);
  const stored = sharedData(key);
  version = sharedDataVersion();
  bytes.clear();
  const size = sliceSize(stored);
  if (size >= base && (size - base) % HOLDER_SIZE == 0) bytes.append(stored);
  if (bytes.size && areHolders(ways)) return;
  bytes.clear();
  grow(base);
}

/** Whether all holders are of entries that are there: whoever else has the VM id may write anything. */
function areHolders(ways: i32): bool {
  for (let at = 0; at < holderCount(); at++) if (<u32>holderAt(at).index > <u32>ways) return false;
  return true;
}

/** Writes the record that was read last, unless somebody else wrote it since. */
export function writeRecord(key: Slice): Written {
  return setSharedData(key, bytes.slice, version ? version : ONLY_IF_ABSENT);
}

/** An entry of the record that was read last, until something is written there; 0 is the shared one. */
export function entryAt(index: i32): Entry {
  return changetype<Entry>(sliceStart(bytes.slice) + ENTRY_SIZE * index);
}

/** Notes one more open stream of the entry, which this VM has. */
export function hold(index: i32): void {
  const count = holderCount();
  if (count >= MANY_HOLDERS && (count & (count - 1)) == 0) forgetTheDead();
  let at = holderOf(index, currentEpoch());
  if (at < 0) {
    at = holderCount();
    grow(HOLDER_SIZE);
    const holder = holderAt(at);
    holder.epoch = currentEpoch();
    holder.index = index;
  }
  holderAt(at).open++;
  entryAt(index).open++;
}

/** Takes back an open stream of the entry that was noted in that epoch; `false` where it is void. */
export function letGo(index: i32, epoch: u64): bool {
  const at = holderOf(index, epoch);
  if (at < 0) return false;
  drop(at, 1);
  return true;
}

/** Takes back the open streams of VMs that are dead; gives whether there were any. */
export function forgetTheDead(): bool {
  let isRead = false;
  let found = false;
  for (let at = holderCount() - 1; at >= 0; at--) {
    const holder = holderAt(at);
    if (holder.epoch == currentEpoch()) continue;
    if (!isRead) readAlive();
    isRead = true;
    if (isAlive(holder.epoch)) continue;
    drop(at, holder.open);
    found = true;
  }
  return found;
}

/** Takes streams from a holder and its entry; the last holder takes the place of one that has none left. */
function drop(at: i32, open: u32): void {
  const holder = holderAt(at);
  const entry = entryAt(holder.index);
  entry.open -= min(open, entry.open);
  holder.open -= min(open, holder.open);
  if (holder.open) return;
  const last = holderCount() - 1;
  memory.copy(changetype<usize>(holder), changetype<usize>(holderAt(last)), HOLDER_SIZE);
  bytes.size -= HOLDER_SIZE;
}

function holderOf(index: i32, epoch: u64): i32 {
  for (let at = 0; at < holderCount(); at++) {
    const holder = holderAt(at);
    if (holder.index == index && holder.epoch == epoch) return at;
  }
  return -1;
}

function holderCount(): i32 {
  return (bytes.size - base) / HOLDER_SIZE;
}

function holderAt(at: i32): Holder {
  return changetype<Holder>(sliceStart(bytes.slice) + base + HOLDER_SIZE * at);
}

function grow(size: i32): void {
  memory.fill(bytes.reserve(size), 0, size);
  bytes.size += size;
}
