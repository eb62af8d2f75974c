import { hexValue, NO_HEX_DIGIT } from "./hex";

const BACKSLASH: u32 = 0x5c;
const PERCENT: u32 = 0x25;
const LOWER_U: u32 = 0x75;
/** JSON that is nested three times as a string has seven backslashes before a letter. */
const MOST_BACKSLASHES: usize = 7;

/** Stands for the first backslashes of a longer run, which belong to no secret. */
export const BACKSLASHES: u32 = 0xffffffff;
/** The letter continues in bytes that have not come. */
export const INCOMPLETE: u64 = 0;

/**
 * Reads one letter of a text that may be escaped as JSON strings are (RFC 8259, section 7; also JSON inside JSON) or as
 * URLs are (RFC 3986, section 2.1). Returns the letter in the high and its size in bytes in the low 32 bits; the backslashes
 * before it belong to it, but of more than seven the first are `BACKSLASHES`. `INCOMPLETE` where more bytes could make it
 * longer and `isLast` does not say that none come.
 */
export function escapedLetter(at: usize, end: usize, isLast: bool): u64 {
  let p = at;
  while (p < end && load<u8>(p) == BACKSLASH) p++;
  // In pairs, so that masking leaves no half escape.
  if (p - at > MOST_BACKSLASHES) return letter(BACKSLASHES, (p - at + 1 - MOST_BACKSLASHES) & ~1);
  if (p == end) return isLast ? letter(BACKSLASH, p - at) : INCOMPLETE;
  const byte: u32 = load<u8>(p);
  const digits: usize = byte == PERCENT ? 2 : byte == LOWER_U && p > at ? 4 : 0;
  let value: u32 = 0;
  for (let i: usize = 1; i <= digits; i++) {
    if (p + i == end && !isLast) return INCOMPLETE;
    const digit = p + i < end ? hexValue(load<u8>(p + i)) : NO_HEX_DIGIT;
    if (digit == NO_HEX_DIGIT) return letter(byte, p + 1 - at);
    value = (value << 4) | digit;
  }
  return letter(digits ? value : byte, p + 1 + digits - at);
}

// @ts-ignore: decorator
@inline
function letter(value: u32, size: usize): u64 {
  return ((<u64>value) << 32) | (<u64>size);
}
