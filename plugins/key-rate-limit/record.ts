import { ByteBuffer } from "../../assembly/bytes/buffer";
import { RecordList } from "../../assembly/bytes/records";
import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { monotonic } from "../../assembly/host/clock";
import { SharedValue, Written } from "../../assembly/host/shared-data";
import { lease } from "./lease";
import { WorkerList } from "./workers";

/** How many values one record keeps apart, beside the entry that the rest share. */
export const WAYS: i32 = 8;

/** The number of holders from which on expired ones are removed whenever it has doubled. */
const MANY_HOLDERS = 32;

/** The counts of one value, in the layout of the record. */
// @ts-ignore: decorator
@unmanaged
export class Entry {
  /** The hash of the value; 0 where there is none, as in the shared entry. */
  value: u64;
  /** The begin of the window, in nanoseconds. */
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

/** The open streams of one entry that belong to one VM. Holders follow the entries in a record. */
// @ts-ignore: decorator
@unmanaged
class Holder {
  /** The epoch of the VM. */
  epoch: u64;
  /** The entry. */
  index: i32;
  /** The number of open streams. */
  open: u32;
}

/** The counts of some values as they were read from shared data. Made once and used for one record after the other. */
// @ts-ignore: decorator
@unmanaged
export class CountRecord {
  private readonly stored: SharedValue = new SharedValue();
  private readonly bytes: ByteBuffer;
  private readonly workers: WorkerList = new WorkerList();
  private readonly entries: RecordList<Entry>;
  private readonly holders: RecordList<Holder>;

  constructor() {
    const bytes = new ByteBuffer();
    this.bytes = bytes;
    this.entries = new RecordList<Entry>(bytes, 0);
    this.holders = new RecordList<Holder>(bytes, 0);
  }

  /** Reads a record of so many ways; one that is not there is empty. */
  read(key: Slice, ways: i32): void {
    const base = <i32>offsetof<Entry>() * (1 + ways);
    this.holders.head = base;
    const stored = this.stored.read(key);
    const size = sliceSize(stored);
    this.bytes.clear();
    if (size >= base && (size - base) % <i32>offsetof<Holder>() == 0) this.bytes.append(stored);
    if (this.bytes.size && this.isValid(ways)) return;
    this.bytes.clear();
    this.bytes.zeros(base);
  }

  /** Writes the record, unless another VM wrote since it was read. */
  write(key: Slice): Written {
    return this.stored.replace(key, this.bytes.slice);
  }

  /** An entry, valid until a holder is added; 0 is the shared one. */
  at(index: i32): Entry {
    return this.entries.at(index);
  }

  /** Counts one more open stream of the entry for this VM. */
  hold(index: i32): void {
    const count = this.holders.count;
    if (count >= MANY_HOLDERS && (count & (count - 1)) == 0) this.removeExpired();
    let at = this.holderOf(index, lease.epoch);
    if (at < 0) {
      const holder = this.holders.add();
      holder.epoch = lease.epoch;
      holder.index = index;
      at = this.holders.count - 1;
    }
    this.holders.at(at).open++;
    this.at(index).open++;
  }

  /** Takes back an open stream of the entry that was counted in that epoch; `false` if that count is void. */
  letGo(index: i32, epoch: u64): bool {
    const at = this.holderOf(index, epoch);
    if (at < 0) return false;
    this.drop(at, 1);
    return true;
  }

  /** Takes back the open streams of VMs whose lease has expired; returns whether there were any. */
  removeExpired(): bool {
    let isRead = false;
    let found = false;
    for (let at = this.holders.count - 1; at >= 0; at--) {
      const holder = this.holders.at(at);
      if (!holder.epoch || holder.epoch == lease.epoch) continue;
      if (!isRead) this.workers.read(monotonic());
      isRead = true;
      if (this.workers.isAlive(holder.epoch)) continue;
      this.drop(at, holder.open);
      found = true;
    }
    return found;
  }

  /** Whether each holder names an entry of the record: any module with the same VM id may write anything. */
  private isValid(ways: i32): bool {
    for (let at = 0; at < this.holders.count; at++) if (<u32>this.holders.at(at).index > <u32>ways) return false;
    return true;
  }

  /** Takes streams from a holder and its entry; a holder without streams is removed. */
  private drop(at: i32, open: u32): void {
    const holder = this.holders.at(at);
    const entry = this.at(holder.index);
    entry.open -= min(open, entry.open);
    holder.open -= min(open, holder.open);
    if (!holder.open) this.holders.remove(at);
  }

  private holderOf(index: i32, epoch: u64): i32 {
    for (let at = 0; at < this.holders.count; at++) {
      const holder = this.holders.at(at);
      if (holder.index == index && holder.epoch == epoch) return at;
    }
    return -1;
  }
}
