import { ABSENT, byteAt, indexOfByte, Slice, sliceSize, sliceStartsWith, subslice } from "../bytes/slice";

const CARRIAGE_RETURN: u32 = 0x0d;
const MINUS: u32 = 0x2d;
const PLUS: u32 = 0x2b;
/** More digits may not fit 64 bits. */
const MOST_DIGITS: i32 = 18;
const LINE_END: i32 = 2;

/** The types of RESP2, each with the byte that it begins with. https://valkey.io/topics/protocol/ */
export const enum ReplyKind {
  /** No reply. */
  None = 0,
  /** A bulk string. */
  Bulk = 0x24,
  /** An array; its elements follow. */
  Array = 0x2a,
  /** A simple string, such as `OK`. */
  Text = 0x2b,
  /** An error, such as `WRONGTYPE Operation against …`. */
  Error = 0x2d,
  /** A 64-bit number. */
  Integer = 0x3a,
  /** A null bulk string or a null array. */
  Null = 0x5f,
}

/**
 * Reads a whole reply that `ReplyDecoder` has found: `next` moves from value to value, first to the reply itself, then to the elements
 * of arrays in the order of the bytes.
 *
 * @example
 * reader.begin(reply);
 * if (reader.next() && reader.kind == ReplyKind.Integer) total = reader.integer;
 */
export class ReplyReader {
  private reply: Slice = ABSENT;
  private at: i32 = 0;
  /** The type of the value. */
  kind: ReplyKind = ReplyKind.None;
  /** The value of an integer; the number of elements of an array; otherwise 0. */
  integer: i64 = 0;
  /** The bytes of a string or an error. */
  text: Slice = ABSENT;

  /** Begins with a reply, in front of its first value. */
  begin(reply: Slice): void {
    this.reply = reply;
    this.at = 0;
    this.kind = ReplyKind.None;
  }

  /** Moves to the next value; `false` at the end. */
  next(): bool {
    const reply = this.reply;
    this.integer = 0;
    this.text = ABSENT;
    this.kind = ReplyKind.None;
    if (this.at >= sliceSize(reply)) return false;
    const type = byteAt(reply, this.at);
    const end = indexOfByte(reply, CARRIAGE_RETURN, this.at);
    if (end < 0) return false;
    const line = subslice(reply, this.at + 1, end);
    this.at = end + LINE_END;
    if (type == ReplyKind.Text || type == ReplyKind.Error) {
      this.text = line;
      this.kind = type;
      return true;
    }
    const number = parseReplyNumber(line);
    if (type == ReplyKind.Integer || (type == ReplyKind.Array && number >= 0)) {
      this.integer = number;
      this.kind = type;
    } else if (number < 0) this.kind = ReplyKind.Null;
    else {
      this.text = subslice(reply, this.at, this.at + <i32>number);
      this.at += <i32>number + LINE_END;
      this.kind = ReplyKind.Bulk;
    }
    return true;
  }

  /** Moves to the next value and reads a whole number, also in a string; `fallback` for any other value. */
  nextInteger(fallback: i64): i64 {
    if (!this.next()) return fallback;
    if (this.kind == ReplyKind.Integer) return this.integer;
    const isString = this.kind == ReplyKind.Bulk || this.kind == ReplyKind.Text;
    return isString && isReplyNumber(this.text) ? parseReplyNumber(this.text) : fallback;
  }
}

/** Whether the text is a decimal number of at most eighteen digits, with or without a sign, or 64 bits exactly. */
export function isReplyNumber(text: Slice): bool {
  const size = sliceSize(text);
  const sign = size ? byteAt(text, 0) : 0;
  const from = sign == MINUS || sign == PLUS ? 1 : 0;
  if (size == from || size - from > MOST_DIGITS + 1) return false;
  for (let i = from; i < size; i++) if (byteAt(text, i) - 0x30 > 9) return false;
  return size - from <= MOST_DIGITS || fits(text, from, sign == MINUS);
}

/** The number of a text for which `isReplyNumber` is true. */
export function parseReplyNumber(text: Slice): i64 {
  const size = sliceSize(text);
  const sign = size ? byteAt(text, 0) : 0;
  let number: i64 = 0;
  for (let i = sign == MINUS || sign == PLUS ? 1 : 0; i < size; i++) number = number * 10 + (byteAt(text, i) - 0x30);
  return sign == MINUS ? -number : number;
}

/** Whether an error begins with this code, such as `NOSCRIPT`. */
export function isErrorCode(error: Slice, code: string): bool {
  if (!sliceStartsWith(error, code)) return false;
  return sliceSize(error) == code.length || byteAt(error, code.length) == 0x20;
}

/** Whether a number of nineteen digits is within the 64 bits of a signed integer. */
function fits(text: Slice, from: i32, isNegative: bool): bool {
  const limit = isNegative ? "9223372036854775808" : "9223372036854775807";
  for (let i = 0; i < limit.length; i++) {
    const difference = <i32>byteAt(text, from + i) - limit.charCodeAt(i);
    if (difference) return difference < 0;
  }
  return true;
}
