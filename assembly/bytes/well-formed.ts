import { ByteBuffer } from "./buffer";
import { byteAt, Slice, sliceBetween, sliceEnd, sliceSize, sliceStart, subslice } from "./slice";
import { REPLACEMENT, skipMultibyte, storeUtf8, utf8Length } from "./utf8";

/** The text in place if it is well-formed UTF-8; else a copy in `scratch`, where each malformed sequence is U+FFFD. */
export function wellFormed(text: Slice, scratch: ByteBuffer): Slice {
  const end = sliceEnd(text);
  let copied = sliceStart(text);
  let isCopy = false;
  for (let p = copied; p < end;) {
    while (p + 16 <= end && !i8x16.bitmask(v128.load(p))) p += 16;
    while (p < end && load<u8>(p) < 0x80) p++;
    if (p == end) break;
    p = skipMultibyte(p, end);
    if (p == end) break;
    const length = utf8Length(p, end);
    if (length > 0) continue;
    if (!isCopy) scratch.clear();
    isCopy = true;
    scratch.append(sliceBetween(copied, p));
    scratch.endAt(storeUtf8(scratch.reserve(4), REPLACEMENT));
    p += -length;
    copied = p;
  }
  if (!isCopy) return text;
  return scratch.append(sliceBetween(copied, end)).slice;
}

/** The offset at or before `offset` where a character of well-formed UTF-8 begins. */
export function characterStart(text: Slice, offset: i32): i32 {
  if (offset >= sliceSize(text)) return sliceSize(text);
  let at = max(offset, 0);
  while (at > 0 && (byteAt(text, at) & 0xc0) == 0x80) at--;
  return at;
}

/** The offset at or after `offset` where a character of well-formed UTF-8 begins. */
export function characterEnd(text: Slice, offset: i32): i32 {
  let at = offset;
  while (at < sliceSize(text) && (byteAt(text, at) & 0xc0) == 0x80) at++;
  return at;
}

/** The text without what exceeds `most` bytes; it ends with a whole character. */
export function cutText(text: Slice, most: i32): Slice {
  return sliceSize(text) <= most ? text : subslice(text, 0, characterStart(text, most));
}
