import { Slice, sliceOf, sliceSize, slicesEqual, sliceStart } from "./slice";

/** The longest name of a table. */
const LONGEST: i32 = 40;
const FEWEST: i32 = 16;

// A slot: the size of the name, 0 where there is none, its number, and the name. A look-up reads little else.
const NUMBER: usize = 4;
const NAME: usize = 8;
const SLOT: usize = NAME + LONGEST;

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

/**
 * Short names with a number each, none of which comes from outside. Open addressing, at most half full. For the top level of a file: its memory is
 * not freed.
 */
export class NameTable {
  private slots: usize = emptySlots(FEWEST);
  private size: i32 = FEWEST;
  private count: i32 = 0;

  /** Adds a name of at most 40 bytes, with a number that is not 0. A name that the table has keeps its number. */
  add(name: Slice, number: i32): void {
    assert(sliceSize(name) <= LONGEST, "a name that is too long");
    if (this.find(name)) return;
    if (2 * ++this.count > this.size) this.grow();
    this.put(name, number);
  }

  /** The number of a name; 0 if the table does not have it. */
  find(name: Slice): i32 {
    const size = sliceSize(name);
    if (<u32>(size - 1) >= <u32>LONGEST) return 0;
    const mask = this.size - 1;
    let at = hashOf(sliceStart(name), size) & mask;
    let slot = this.slots + SLOT * at;
    while (load<i32>(slot) && (load<i32>(slot) != size || !slicesEqual(sliceOf(slot + NAME, size), name))) {
      at = (at + 1) & mask;
      slot = this.slots + SLOT * at;
    }
    return load<i32>(slot) ? load<i32>(slot, NUMBER) : 0;
  }

  /** Adds a name that the table does not have. */
  private put(name: Slice, number: i32): void {
    const mask = this.size - 1;
    let at = hashOf(sliceStart(name), sliceSize(name)) & mask;
    while (load<i32>(this.slots + SLOT * at)) at = (at + 1) & mask;
    const slot = this.slots + SLOT * at;
    store<i32>(slot, sliceSize(name));
    store<i32>(slot, number, NUMBER);
    memory.copy(slot + NAME, sliceStart(name), sliceSize(name));
  }

  private grow(): void {
    const old = this.slots;
    const end = old + SLOT * this.size;
    this.size <<= 1;
    this.slots = emptySlots(this.size);
    for (let slot = old; slot < end; slot += SLOT)
      if (load<i32>(slot)) this.put(sliceOf(slot + NAME, load<i32>(slot)), load<i32>(slot, NUMBER));
    heap.free(old);
  }
}

/** A hash of a name that is not empty, by its ends. */
// @ts-ignore: decorator
@inline
function hashOf(start: usize, size: i32): i32 {
  let ends: u64;
  if (size >= 8) ends = load<u64>(start) ^ rotl<u64>(load<u64>(start + size - 8), 31);
  else if (size >= 4) ends = (<u64>load<u32>(start)) | ((<u64>load<u32>(start + size - 4)) << 32);
  else ends = (<u64>load<u8>(start)) | ((<u64>load<u8>(start + size - 1)) << 8);
  return <i32>(((ends + size) * MULTIPLIER) >> 40);
}

function emptySlots(count: i32): usize {
  const slots = heap.alloc(SLOT * count);
  memory.fill(slots, 0, SLOT * count);
  return slots;
}
