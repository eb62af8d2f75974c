import { ABSENT, Slice, sliceOf, sliceStart } from "../bytes/slice";
import { MAX_CAPTURES } from "./parser";

const SLOT_SIZE: i32 = 4;
const MOST_SLOTS: i32 = 2 * (MAX_CAPTURES + 1);

/** Where a match and its groups were found. Made to be used again; an owner that lives shorter than the VM disposes of it. */
// @ts-ignore: decorator
@unmanaged
export class Captures {
  /** Offsets of begin and end by group; -1 where there is none. */
  private readonly slots: usize = heap.alloc(MOST_SLOTS * SLOT_SIZE);
  private text: Slice = ABSENT;
  /** The number of groups, the whole match among them; 0 if there was no match. */
  count: i32 = 0;

  /** The part of the text that a group matched last, or ABSENT. Number 0 is the whole match. */
  group(number: i32): Slice {
    const start = this.start(number);
    return start < 0 ? ABSENT : sliceOf(sliceStart(this.text) + start, this.end(number) - start);
  }

  /** The offset of a group in the text, or -1. */
  start(number: i32): i32 {
    return <u32>number < <u32>this.count ? load<i32>(this.slots + number * 2 * SLOT_SIZE) : -1;
  }

  /** The offset behind a group, or -1. */
  end(number: i32): i32 {
    return <u32>number < <u32>this.count ? load<i32>(this.slots + (number * 2 + 1) * SLOT_SIZE) : -1;
  }

  /** Takes over the slots that a match of `text` left. */
  set(text: Slice, slots: usize, count: i32): void {
    this.text = text;
    this.count = count;
    memory.copy(this.slots, slots, count * 2 * SLOT_SIZE);
  }

  /** Gives the memory back; the captures are not used again. */
  dispose(): void {
    heap.free(this.slots);
    heap.free(changetype<usize>(this));
  }
}
