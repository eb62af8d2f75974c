import { ByteBuffer } from "../bytes/buffer";
import { LAST_CHARACTER, RANGE_SIZE } from "./program";

/** A set of characters: sorted ranges, between each two of which a character is missing. */
export class RangeSet {
  /** Pairs of the first and the last character, 32 bits each. */
  readonly pairs: ByteBuffer = new ByteBuffer();

  /** The number of ranges. */
  get count(): i32 {
    return this.pairs.size / RANGE_SIZE;
  }

  /** The first character of the range at `index`. */
  first(index: i32): u32 {
    return load<u32>(this.pairs.start + index * RANGE_SIZE);
  }

  /** The last character of the range at `index`. */
  last(index: i32): u32 {
    return load<u32>(this.pairs.start + index * RANGE_SIZE, 4);
  }

  /** Adds the characters from `first` to `last`. */
  add(first: u32, last: u32): void {
    const count = this.count;
    // Those from `index` up to `end` overlap or touch the new range, which swallows them.
    let index = count;
    while (index > 0 && this.last(index - 1) + 1 >= first) index--;
    let end = index;
    while (end < count && this.first(end) <= last + 1) end++;
    if (index < end) {
      first = min(first, this.first(index));
      last = max(last, this.last(end - 1));
    }
    this.pairs.reserve(RANGE_SIZE);
    const range = this.pairs.start + index * RANGE_SIZE;
    memory.copy(range + RANGE_SIZE, this.pairs.start + end * RANGE_SIZE, (count - end) * RANGE_SIZE);
    store<u32>(range, first);
    store<u32>(range, last, 4);
    this.pairs.size += (index + 1 - end) * RANGE_SIZE;
  }

  /** Adds all that `other` has or, if `negated`, all that it has not. */
  addAll(other: RangeSet, negated: bool): void {
    const count = other.count;
    let missing: u32 = 0;
    for (let i = 0; i < count; i++) {
      if (!negated) this.add(other.first(i), other.last(i));
      else if (other.first(i) > missing) this.add(missing, other.first(i) - 1);
      missing = other.last(i) + 1;
    }
    if (negated && missing <= LAST_CHARACTER) this.add(missing, LAST_CHARACTER);
  }

  /** Forgets all characters. */
  clear(): void {
    this.pairs.clear();
  }

  /** Gives the memory back. */
  free(): void {
    this.pairs.free();
  }
}
