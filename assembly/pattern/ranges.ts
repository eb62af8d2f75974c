import { ByteBuffer } from "../bytes/buffer";
import { RecordList } from "../bytes/records";
import { LAST_CHARACTER } from "./program";

/** The characters from `first` to `last`. */
// @ts-ignore: decorator
@unmanaged
class Range {
  first: u32;
  last: u32;
}

/** A set of characters: sorted ranges that neither overlap nor touch. */
export class RangeSet {
  /** Pairs of the first and the last character, 32 bits each. */
  readonly pairs: ByteBuffer;
  private readonly ranges: RecordList<Range>;

  constructor() {
    const pairs = new ByteBuffer();
    this.pairs = pairs;
    this.ranges = new RecordList<Range>(pairs, 0);
  }

  /** The number of ranges. */
  get count(): i32 {
    return this.ranges.count;
  }

  /** The first character of the range at `index`. */
  first(index: i32): u32 {
    return this.ranges.at(index).first;
  }

  /** The last character of the range at `index`. */
  last(index: i32): u32 {
    return this.ranges.at(index).last;
  }

  /** Adds the characters from `first` to `last`. */
  add(first: u32, last: u32): void {
    const count = this.count;
    // The ranges from `index` up to `end` overlap or touch the new one: one range takes the place of all.
    let index = count;
    while (index > 0 && this.last(index - 1) + 1 >= first) index--;
    let end = index;
    while (end < count && this.first(end) <= last + 1) end++;
    if (index < end) {
      first = min(first, this.first(index));
      last = max(last, this.last(end - 1));
      this.ranges.removeFrom(index + 1, end - index - 1);
    } else this.ranges.insert(index);
    const range = this.ranges.at(index);
    range.first = first;
    range.last = last;
  }

  /** Adds the characters of `other` or, if `negated`, all others. */
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

  /** Removes all characters. */
  clear(): void {
    this.pairs.clear();
  }
}
