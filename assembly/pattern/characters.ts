import { Assertion } from "./program";
import { REPLACEMENT, utf8Length } from "../bytes/utf8";

/** A character in the low 24 bits, and its number of bytes in the high 8. */
export type Decoded = u32;

const CHARACTER_BITS: u32 = 24;

/** The character at `p`, which must be before `end`. Each byte that is not part of a well-formed character is a U+FFFD. */
// @ts-ignore: decorator
@inline
export function decodeAt(p: usize, end: usize): Decoded {
  const lead = <u32>load<u8>(p);
  return lead < 0x80 ? lead | (1 << CHARACTER_BITS) : decodeMultibyte(p, end);
}

/** The character. */
// @ts-ignore: decorator
@inline
export function characterOf(decoded: Decoded): u32 {
  return decoded & ((1 << CHARACTER_BITS) - 1);
}

/** The number of its bytes. */
// @ts-ignore: decorator
@inline
export function lengthOf(decoded: Decoded): u32 {
  return decoded >> CHARACTER_BITS;
}

/** Whether the bytes from `p` to `end` are an incomplete character. */
export function isCutShort(p: usize, end: usize): bool {
  const lead = load<u8>(p);
  return lead >= 0xc2 && lead <= 0xf4 && utf8Length(p, end) == -(<i32>(end - p));
}

/** Used as a character: the begin or the end of the text. */
export const TEXT_EDGE: u32 = u32.MAX_VALUE;

/** The end of a line. */
export const LINE_FEED: u32 = 0x0a;

/** The assertions that hold between two characters or bytes. */
export function assertionsBetween(before: u32, behind: u32): i32 {
  let assertions = isWordCharacter(before) == isWordCharacter(behind) ? Assertion.NoWordBorder : Assertion.WordBorder;
  if (before == TEXT_EDGE) assertions |= Assertion.TextBegin | Assertion.LineBegin;
  if (before == LINE_FEED) assertions |= Assertion.LineBegin;
  if (behind == TEXT_EDGE) assertions |= Assertion.TextEnd | Assertion.LineEnd;
  if (behind == LINE_FEED) assertions |= Assertion.LineEnd;
  return assertions;
}

/** Whether it is an ASCII letter, a digit or `_`. */
export function isWordCharacter(character: u32): bool {
  return character - 0x30 < 10 || (character | 0x20) - 0x61 < 26 || character == 0x5f;
}

function decodeMultibyte(p: usize, end: usize): Decoded {
  const length = utf8Length(p, end);
  if (length < 0) return REPLACEMENT | (1 << CHARACTER_BITS);
  // The number of leading ones of the first byte is the length.
  let character = (<u32>load<u8>(p)) & (0x7f >> length);
  for (let i = 1; i < length; i++) character = (character << 6) | (load<u8>(p + i) & 0x3f);
  return character | (length << CHARACTER_BITS);
}
