import { ByteBuffer } from "../bytes/buffer";
import { characterOfEscape } from "../bytes/json-escape";
import {
  ABSENT,
  Slice,
  indexOfByte,
  sliceBetween,
  sliceEnd,
  sliceOf,
  sliceSize,
  sliceStart,
  sliceToString,
} from "../bytes/slice";
import { multibytePoint, REPLACEMENT, storeUtf8, utf8Length } from "../bytes/utf8";

/** A character in the high and the address behind it in the low 32 bits. */
type Decoded = u64;

/** The content of a string token between its quotes, still escaped; `ABSENT` if it is no string. */
export function jsonContent(string: Slice): Slice {
  const size = sliceSize(string);
  if (size < 2 || load<u8>(sliceStart(string)) != 0x22) return ABSENT;
  return sliceOf(sliceStart(string) + 1, size - 2);
}

/** The content of a string token that has no escapes, so that it can be read in place; else ABSENT. */
export function jsonPlain(string: Slice): Slice {
  const content = jsonContent(string);
  return indexOfByte(content, 0x5c) < 0 ? content : ABSENT;
}

/** Whether a string token, unescaped, is `text`. */
export function jsonEquals(string: Slice, text: string): bool {
  return stringIs(string, changetype<usize>(text), text.length);
}

/** Whether a string token, unescaped, is these UTF-16 units. */
export function stringIs(string: Slice, units: usize, length: i32): bool {
  const size = sliceSize(string) - 2;
  // A UTF-16 unit takes at least one byte, and exactly one only in plain ASCII.
  if (size < length || load<u8>(sliceStart(string)) != 0x22) return false;
  let p = sliceStart(string) + 1;
  const end = p + size;
  const unitsEnd = units + ((<usize>length) << 1);
  while (p < end) {
    if (units == unitsEnd) return false;
    const byte: u32 = load<u8>(p);
    let unit: u32 = load<u16>(units);
    units += 2;
    if (byte < 0x80 && byte != 0x5c) {
      if (byte != unit) return false;
      p++;
      continue;
    }
    const decoded = byte == 0x5c ? escapeAt(p, end) : multibyteAt(p, end);
    let point = pointOf(decoded);
    p = endOf(decoded);
    if (point >= 0x10000) {
      if (unit != 0xd7c0 + (point >> 10) || units == unitsEnd) return false;
      point = 0xdc00 | (point & 0x3ff);
      unit = load<u16>(units);
      units += 2;
    }
    if (point != unit) return false;
  }
  return units == unitsEnd;
}

/** Appends the characters of a string token as UTF-8; an escaped lone surrogate becomes U+FFFD. */
export function jsonUnescape(string: Slice, out: ByteBuffer): void {
  unescapeJson(jsonContent(string), out);
}

/** Appends a piece of a JSON text that ends with a whole escape as UTF-8, each escape as the character that it means. */
export function unescapeJson(content: Slice, out: ByteBuffer): void {
  const end = sliceEnd(content);
  let p = sliceStart(content);
  while (p < end) {
    const run = indexOfByte(sliceBetween(p, end), 0x5c);
    if (run < 0) {
      out.append(sliceBetween(p, end));
      return;
    }
    if (run > 0) out.append(sliceOf(p, run));
    const to = out.reserve(4);
    const decoded = escapeAt(p + run, end);
    out.endAt(storeUtf8(to, pointOf(decoded)));
    p = endOf(decoded);
  }
}

/** The characters of a string token as UTF-8: in place or, where it has escapes, unescaped into `scratch`. */
export function jsonUtf8(string: Slice, scratch: ByteBuffer): Slice {
  const plain = jsonPlain(string);
  if (plain != ABSENT) return plain;
  scratch.clear();
  jsonUnescape(string, scratch);
  return scratch.slice;
}

/** A managed copy of a string token's characters; "" if it is no string. For configuration, not for the data path. */
export function jsonText(string: Slice): string {
  const plain = jsonPlain(string);
  if (plain != ABSENT) return sliceToString(plain);
  const buffer = new ByteBuffer();
  jsonUnescape(string, buffer);
  const text = sliceToString(buffer.slice);
  buffer.dispose();
  return text;
}

// @ts-ignore: decorator
@inline
function decoded(point: u32, end: usize): Decoded {
  return ((<u64>point) << 32) | (<u64>end);
}

// @ts-ignore: decorator
@inline
function pointOf(character: Decoded): u32 {
  return <u32>(character >> 32);
}

// @ts-ignore: decorator
@inline
function endOf(character: Decoded): usize {
  return <usize>(<u32>character);
}

function multibyteAt(p: usize, end: usize): Decoded {
  const length = utf8Length(p, end);
  return length < 0 ? decoded(REPLACEMENT, p - length) : decoded(multibytePoint(p, length), p + length);
}

/** The character of the escape at `p`. */
function escapeAt(p: usize, end: usize): Decoded {
  const letter: u32 = p + 1 < end ? load<u8>(p, 1) : 0;
  if (letter != 0x75) return decoded(shortEscape(letter), min(p + 2, end));
  const unit = hexUnitAt(p, end);
  if ((unit & 0xf800) != 0xd800) return decoded(unit, min(p + 6, end));
  const low = unit < 0xdc00 ? hexUnitAt(p + 6, end) : 0;
  if ((low & 0xfc00) != 0xdc00) return decoded(REPLACEMENT, min(p + 6, end));
  return decoded(0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff), p + 12);
}

/** The character of a backslash and this letter; U+FFFD if there is no letter, or one outside of ASCII. */
function shortEscape(letter: u32): u32 {
  return letter - 1 < 0x7f ? characterOfEscape(letter) : REPLACEMENT;
}

/** The UTF-16 unit of the `\uXXXX` at `p`; U+FFFD if there is none. */
function hexUnitAt(p: usize, end: usize): u32 {
  if (p + 6 > end || load<u16>(p) != 0x755c) return REPLACEMENT;
  let unit: u32 = 0;
  for (let i = 2; i < 6; i++) {
    const byte = load<u8>(p + i);
    unit = (unit << 4) | (byte <= 0x39 ? byte & 0xf : (byte & 0x7) + 9);
  }
  return unit;
}
