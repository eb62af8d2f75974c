import {
  ABSENT,
  byteAt,
  Slice,
  sliceEnd,
  sliceSize,
  sliceStart,
  sliceStartsWith,
  subslice,
} from "../../../assembly/bytes/slice";
import { stringEnd } from "../../../assembly/json/token";

const OPEN_BRACE: u32 = 0x7b;
const ZERO: u32 = 0x30;
/** The most digits of a time. */
const MOST_DIGITS: i32 = 18;

/** Reads an object whose members stand in a known order and without white space, one after the other. */
export class EntryText {
  /** What was not read yet. */
  private rest: Slice = ABSENT;
  /** Whether something else stood there. */
  isFaulty: bool = false;

  /** Begins at an offset of the object. */
  begin(object: Slice, at: i32): void {
    this.rest = subslice(object, at);
    this.isFaulty = false;
  }

  /** The number behind these bytes. */
  number(before: string): i64 {
    this.skip(before);
    let value: i64 = 0;
    let size = 0;
    for (; size < MOST_DIGITS && size < sliceSize(this.rest); size++) {
      const digit = byteAt(this.rest, size) - ZERO;
      if (digit > 9) break;
      value = value * 10 + digit;
    }
    if (!size) this.isFaulty = true;
    this.rest = subslice(this.rest, size);
    return value;
  }

  /** The content of the string whose quote ends these bytes; its closing quote comes next. */
  content(before: string): Slice {
    this.skip(before);
    // Behind the quote; the end of the object if there is none, where nothing follows.
    const size = <i32>(stringEnd(sliceStart(this.rest), sliceEnd(this.rest)) - sliceStart(this.rest)) - 1;
    const content = subslice(this.rest, 0, size);
    this.rest = subslice(this.rest, size);
    return content;
  }

  /** The object behind these bytes: the last member. */
  lastObject(before: string): Slice {
    this.skip(before);
    const object = subslice(this.rest, 0, max(sliceSize(this.rest) - 1, 0));
    if (!sliceSize(object) || byteAt(object, 0) != OPEN_BRACE) this.isFaulty = true;
    return object;
  }

  private skip(text: string): void {
    if (!sliceStartsWith(this.rest, text)) this.isFaulty = true;
    this.rest = subslice(this.rest, text.length);
  }
}
