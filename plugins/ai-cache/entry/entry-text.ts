import {
  ABSENT,
  byteAt,
  Slice,
  sliceBetween,
  sliceEnd,
  sliceOf,
  sliceSize,
  sliceStart,
  sliceStartsWith,
} from "../../../assembly/bytes/slice";

const OPEN_BRACE: u32 = 0x7b;
const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const ZERO: u32 = 0x30;
/** The most digits of a time. */
const MOST_DIGITS: i32 = 18;

/** Reads an object whose members stand in a known order and without white space, one after the other. */
// @ts-ignore: decorator
@unmanaged
export class EntryText {
  /** What was not read yet. */
  private rest: Slice = ABSENT;
  /** Whether something else stood there: then nothing more is read. */
  isFaulty: bool = false;

  /** Begins at an offset of the object. */
  begin(object: Slice, at: i32): void {
    this.rest = object;
    this.isFaulty = at > sliceSize(object);
    if (!this.isFaulty) this.pass(at);
  }

  /** The number behind these bytes. */
  number(before: string): i64 {
    if (!this.skips(before)) return 0;
    const rest = this.rest;
    const most = min(sliceSize(rest), MOST_DIGITS);
    let value: i64 = 0;
    let size = 0;
    for (; size < most; size++) {
      const digit = byteAt(rest, size) - ZERO;
      if (digit > 9) break;
      value = value * 10 + digit;
    }
    if (!size) this.isFaulty = true;
    this.pass(size);
    return value;
  }

  /** The content of the string whose quote ends these bytes; its closing quote comes next. It is short. */
  content(before: string): Slice {
    if (!this.skips(before)) return ABSENT;
    const rest = this.rest;
    const most = sliceSize(rest);
    let size = 0;
    while (size < most && byteAt(rest, size) != QUOTE) size += byteAt(rest, size) == BACKSLASH ? 2 : 1;
    if (size >= most) {
      this.isFaulty = true;
      return ABSENT;
    }
    this.pass(size);
    return sliceOf(sliceStart(rest), size);
  }

  /** The object behind these bytes: the last member. */
  lastObject(before: string): Slice {
    if (!this.skips(before)) return ABSENT;
    const rest = this.rest;
    if (sliceSize(rest) < 2 || byteAt(rest, 0) != OPEN_BRACE) {
      this.isFaulty = true;
      return ABSENT;
    }
    return sliceOf(sliceStart(rest), sliceSize(rest) - 1);
  }

  private skips(text: string): bool {
    if (this.isFaulty || !sliceStartsWith(this.rest, text)) {
      this.isFaulty = true;
      return false;
    }
    this.pass(text.length);
    return true;
  }

  /** Passes by so many bytes, which there are. */
  @inline
  private pass(count: i32): void {
    this.rest = sliceBetween(sliceStart(this.rest) + count, sliceEnd(this.rest));
  }
}
