import { ByteBuffer } from "./buffer";
import { hexValue, NO_HEX_DIGIT } from "./hex";
import { characterOfEscape } from "./json-escape";
import { Slice, sliceEnd, sliceStart } from "./slice";
import { characterOf, Decoded, decodeAt, lengthOf, REPLACEMENT, storeUtf8 } from "./utf8";

const BACKSLASH: u32 = 0x5c;
const LOWER_U: u32 = 0x75;
const LENGTH_SHIFT: u32 = 24;

/** The end of the character has not come. */
export const INCOMPLETE_CHARACTER: Decoded = 0;

/**
 * The character at `p`, which must be before `end`, in the content of a JSON string (RFC 8259, section 7): `depth` 1, 2 for JSON that is
 * such a content itself, 0 for plain UTF-8. A lone surrogate and a malformed escape are a U+FFFD.
 */
// @ts-ignore: decorator
@inline
export function jsonCharacterAt(p: usize, end: usize, depth: i32): Decoded {
  const byte: u32 = load<u8>(p);
  return byte < 0x80 && byte != BACKSLASH ? packed(byte, 1) : rareCharacterAt(p, end, depth);
}

/** A character that may have several bytes. */
function rareCharacterAt(p: usize, end: usize, depth: i32): Decoded {
  const decoded = unitAt(p, end, depth);
  const high = characterOf(decoded);
  if ((high & 0xfffff800) != 0xd800) return decoded;
  const next = p + lengthOf(decoded);
  if (high >= 0xdc00) return packed(REPLACEMENT, lengthOf(decoded));
  if (next >= end) return INCOMPLETE_CHARACTER;
  const second = unitAt(next, end, depth);
  if (second == INCOMPLETE_CHARACTER) return INCOMPLETE_CHARACTER;
  const low = characterOf(second);
  if ((low & 0xfffffc00) != 0xdc00) return packed(REPLACEMENT, lengthOf(decoded));
  const point = 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
  return packed(point, lengthOf(decoded) + lengthOf(second));
}

/** The character, or one half of a surrogate pair. */
// @ts-ignore: decorator
@inline
function unitAt(p: usize, end: usize, depth: i32): Decoded {
  const byte: u32 = load<u8>(p);
  if (byte < 0x80 && byte != BACKSLASH) return packed(byte, 1);
  if (depth == 0 || byte != BACKSLASH) return decodeAt(p, end);
  return escapeAt(p, end, depth);
}

/** The character of an escape, whose parts are nested `depth - 1` times. */
function escapeAt(p: usize, end: usize, depth: i32): Decoded {
  let at = p;
  const slash = depth > 1 ? plainAt(at, end) : packed(BACKSLASH, 1);
  if (slash == INCOMPLETE_CHARACTER) return INCOMPLETE_CHARACTER;
  at += lengthOf(slash);
  // One escape outside, of a character that is no backslash: it is this character.
  if (characterOf(slash) != BACKSLASH) return packed(characterOf(slash), <u32>(at - p));
  if (at >= end) return INCOMPLETE_CHARACTER;
  const letter = depth > 1 ? plainAt(at, end) : decodeAt(at, end);
  if (letter == INCOMPLETE_CHARACTER) return INCOMPLETE_CHARACTER;
  at += lengthOf(letter);
  if (characterOf(letter) != LOWER_U) return packed(characterOfEscape(characterOf(letter)), <u32>(at - p));
  let value: u32 = 0;
  for (let i = 0; i < 4; i++) {
    if (at >= end) return INCOMPLETE_CHARACTER;
    const digit = depth > 1 ? plainAt(at, end) : decodeAt(at, end);
    if (digit == INCOMPLETE_CHARACTER) return INCOMPLETE_CHARACTER;
    const number = hexValue(characterOf(digit));
    if (number == NO_HEX_DIGIT) return packed(REPLACEMENT, <u32>(at - p));
    value = (value << 4) | number;
    at += lengthOf(digit);
  }
  return packed(value, <u32>(at - p));
}

/** A character of JSON that is the content of a string. */
function plainAt(p: usize, end: usize): Decoded {
  return load<u8>(p) == BACKSLASH ? escapeAt(p, end, 1) : decodeAt(p, end);
}

// @ts-ignore: decorator
@inline
function packed(character: u32, length: u32): Decoded {
  return character | (length << LENGTH_SHIFT);
}

/** Appends the characters of such a content as UTF-8. */
export function unescapeNested(text: Slice, depth: i32, out: ByteBuffer): void {
  const end = sliceEnd(text);
  for (let p = sliceStart(text); p < end;) {
    const decoded = jsonCharacterAt(p, end, depth);
    out.endAt(storeUtf8(out.reserve(4), decoded == INCOMPLETE_CHARACTER ? REPLACEMENT : characterOf(decoded)));
    p += decoded == INCOMPLETE_CHARACTER ? end - p : lengthOf(decoded);
  }
}
