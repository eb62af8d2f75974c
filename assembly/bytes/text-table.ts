import { wordHashOf } from "./hash";
import { Slice, sliceOf, sliceSize, slicesEqual, sliceStart } from "./slice";

const FEWEST = 16;
/** The numbers of one entry: the text's hash, offset and size. */
const FIELDS = 3;

/**
 * A set of texts, numbered in the order in which they were added. Finding one takes constant time, and the whole set has three
 * managed objects.
 */
export class TextTable {
  private slots: StaticArray<u32> = new StaticArray<u32>(2 * FEWEST);
  private entries: StaticArray<u32> = new StaticArray<u32>(FIELDS * FEWEST);
  private bytes: ArrayBuffer = new ArrayBuffer(16 * FEWEST);
  private used: i32 = 0;
  /** The number of texts. */
  count: i32 = 0;

  /** Adds a text unless the set has it. Returns its number. */
  add(text: Slice): i32 {
    const known = this.find(text);
    if (known >= 0) return known;
    if (FIELDS * this.count == this.entries.length) this.grow();
    const size = sliceSize(text);
    this.makeRoom(size);
    memory.copy(changetype<usize>(this.bytes) + this.used, sliceStart(text), size);
    const at = FIELDS * this.count;
    this.entries[at] = <u32>wordHashOf(text);
    this.entries[at + 1] = this.used;
    this.entries[at + 2] = size;
    this.used += size;
    this.occupy(this.count);
    return this.count++;
  }

  /** The number of a text, or -1. */
  find(text: Slice): i32 {
    const hash = <u32>wordHashOf(text);
    const mask = this.slots.length - 1;
    let slot = (<i32>hash) & mask;
    let number = <i32>unchecked(this.slots[slot]) - 1;
    // At least half of the slots are free, so that a search ends.
    while (number >= 0) {
      if (unchecked(this.entries[FIELDS * number]) == hash && slicesEqual(this.at(number), text)) break;
      slot = (slot + 1) & mask;
      number = <i32>unchecked(this.slots[slot]) - 1;
    }
    return number;
  }

  /** The text of a number; valid until the next `add`. */
  at(number: i32): Slice {
    const at = FIELDS * number;
    return sliceOf(changetype<usize>(this.bytes) + unchecked(this.entries[at + 1]), unchecked(this.entries[at + 2]));
  }

  private occupy(number: i32): void {
    const mask = this.slots.length - 1;
    let slot = (<i32>this.entries[FIELDS * number]) & mask;
    while (this.slots[slot]) slot = (slot + 1) & mask;
    this.slots[slot] = number + 1;
  }

  private grow(): void {
    const entries = new StaticArray<u32>(2 * this.entries.length);
    memory.copy(changetype<usize>(entries), changetype<usize>(this.entries), this.entries.length << 2);
    this.entries = entries;
    this.slots = new StaticArray<u32>(2 * this.slots.length);
    for (let number = 0; number < this.count; number++) this.occupy(number);
  }

  private makeRoom(size: i32): void {
    if (this.used + size <= this.bytes.byteLength) return;
    const bytes = new ArrayBuffer(2 * max(this.bytes.byteLength, size));
    memory.copy(changetype<usize>(bytes), changetype<usize>(this.bytes), this.used);
    this.bytes = bytes;
  }
}
