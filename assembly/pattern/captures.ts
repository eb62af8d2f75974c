import { ByteBuffer } from "../bytes/buffer";
import { readU32 } from "../bytes/integers";
import { ABSENT, Slice, sliceOf, sliceSize, sliceStart } from "../bytes/slice";
import { freeUnmanaged } from "../bytes/unmanaged";

/** The bytes of the offset where a group begins or ends, and of both. */
const SLOT_SIZE: i32 = 4;
const PAIR_SIZE: i32 = 2 * SLOT_SIZE;

/** The positions of a match and its groups. One object serves many matches; an owner that lives shorter than the VM disposes of it. */
// @ts-ignore: decorator
@unmanaged
export class Captures {
  /** The offsets of begin and end by group; -1 for a group without a match. */
  private readonly slots: ByteBuffer = new ByteBuffer();
  private text: Slice = ABSENT;
  /** The number of groups, the whole match among them; 0 if there was no match. */
  count: i32 = 0;

  /** The last match of a group, or `ABSENT`. Group 0 is the whole match. */
  group(number: i32): Slice {
    const start = this.start(number);
    return start < 0 ? ABSENT : sliceOf(sliceStart(this.text) + start, this.end(number) - start);
  }

  /** The offset of a group in the text, or -1. */
  start(number: i32): i32 {
    return <u32>number < <u32>this.count ? <i32>readU32(this.slots.slice, number * PAIR_SIZE) : -1;
  }

  /** The offset after a group, or -1. */
  end(number: i32): i32 {
    return <u32>number < <u32>this.count ? <i32>readU32(this.slots.slice, number * PAIR_SIZE + SLOT_SIZE) : -1;
  }

  /** Copies the slots of a match in `text`; `ABSENT` is no match. */
  set(text: Slice, slots: Slice): void {
    this.text = text;
    this.count = sliceSize(slots) / PAIR_SIZE;
    this.slots.clear();
    this.slots.append(slots);
  }

  /** Frees the memory; the captures are not used again. */
  dispose(): void {
    this.slots.dispose();
    freeUnmanaged(this);
  }
}
