import { byteAt, Slice, sliceStart } from "../bytes/slice";

/** The bytes that a scanner tells apart. */
export const enum Byte {
  Quote = 0x22,
  Backslash = 0x5c,
  Comma = 0x2c,
  Colon = 0x3a,
  OpenObject = 0x7b,
  OpenArray = 0x5b,
  CloseObject = 0x7d,
  CloseArray = 0x5d,
  LetterU = 0x75,
}

/** What a string is. */
export const enum StringUse {
  /** Nothing that a path leads to. */
  None,
  /** The name of a member. */
  Name,
  /** A value to which a path leads. */
  Value,
}

/** The position of the first quote or backslash from `from` on, or `size`. */
export function nextQuote(piece: Slice, from: i32, size: i32): i32 {
  const start = sliceStart(piece);
  let at = from;
  for (; at + 16 <= size; at += 16) {
    const bytes = v128.load(start + at);
    const mask = i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))));
    if (mask) return at + ctz(mask);
  }
  while (at < size && byteAt(piece, at) != Byte.Quote && byteAt(piece, at) != Byte.Backslash) at++;
  return at;
}

/** The position of the first quote or bracket from `from` on, or `size`. */
export function nextStructure(piece: Slice, from: i32, size: i32): i32 {
  for (let at = from; at < size; at++) {
    const byte = byteAt(piece, at);
    const bracket = byte | 0x20;
    if (byte == Byte.Quote || bracket == Byte.OpenObject || bracket == Byte.CloseObject) return at;
  }
  return size;
}

/** The value of a hexadecimal digit; that of any other byte means nothing. */
export function hexDigit(byte: u32): u32 {
  return byte <= 0x39 ? byte & 15 : (byte & 15) + 9;
}
