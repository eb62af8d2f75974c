/** U+FFFD, the replacement for malformed bytes and lone surrogates. */
export const REPLACEMENT: u32 = 0xfffd;

/**
 * The length of the well-formed UTF-8 sequence at `p`, which must be before `end`; for a malformed one, minus the number
 * of bytes that a single U+FFFD replaces (the "maximal subpart" of Unicode 3.9, as in WHATWG's decoder).
 */
export function utf8Length(p: usize, end: usize): i32 {
  const lead = load<u8>(p);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The range of the second byte depends on the first: it excludes overlong forms, surrogates and values above U+10FFFF.
  const lowest: u32 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const highest: u32 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (p + 1 >= end) return -1;
  const second = load<u8>(p, 1);
  if (second < lowest || second > highest) return -1;
  for (let i = 2; i < size; i++) if (p + i >= end || (load<u8>(p + i) & 0xc0) != 0x80) return -i;
  return size;
}

/** Skips well-formed UTF-8 beyond ASCII: the address of the first ASCII byte, of the first malformed sequence, or `end`. */
export function skipMultibyte(p: usize, end: usize): usize {
  while (p < end && load<u8>(p) >= 0x80) {
    if (p + 4 <= end) {
      const word = load<u32>(p);
      // Three bytes, the form of most scripts: not overlong (0) and no surrogate (0x200d).
      if ((word & 0xc0c0f0) == 0x8080e0) {
        const range = word & 0x200f;
        if (range != 0 && range != 0x200d) {
          p += 3;
          continue;
        }
      }
    }
    const length = utf8Length(p, end);
    if (length < 0) break;
    p += length;
  }
  return p;
}

/** Writes a Unicode scalar value as UTF-8, up to four bytes. Returns the address after it. */
export function storeUtf8(to: usize, point: u32): usize {
  if (point < 0x80) {
    store<u8>(to, point);
    return to + 1;
  }
  if (point < 0x800) {
    store<u8>(to, 0xc0 | (point >> 6));
    store<u8>(to, 0x80 | (point & 0x3f), 1);
    return to + 2;
  }
  if (point < 0x10000) {
    store<u8>(to, 0xe0 | (point >> 12));
    store<u8>(to, 0x80 | ((point >> 6) & 0x3f), 1);
    store<u8>(to, 0x80 | (point & 0x3f), 2);
    return to + 3;
  }
  store<u8>(to, 0xf0 | (point >> 18));
  store<u8>(to, 0x80 | ((point >> 12) & 0x3f), 1);
  store<u8>(to, 0x80 | ((point >> 6) & 0x3f), 2);
  store<u8>(to, 0x80 | (point & 0x3f), 3);
  return to + 4;
}

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

/** The number of characters of valid UTF-8 from `from` to `end`. */
export function characterCount(from: usize, end: usize): i32 {
  let count = 0;
  for (let p = from; p < end; p++) if ((load<u8>(p) & 0xc0) != 0x80) count++;
  return count;
}

/** Whether the bytes from `p` to `end` are an incomplete character. */
export function isCutShort(p: usize, end: usize): bool {
  const lead = load<u8>(p);
  return lead >= 0xc2 && lead <= 0xf4 && utf8Length(p, end) == -(<i32>(end - p));
}

function decodeMultibyte(p: usize, end: usize): Decoded {
  const length = utf8Length(p, end);
  if (length < 0) return REPLACEMENT | (1 << CHARACTER_BITS);
  return multibytePoint(p, length) | (length << CHARACTER_BITS);
}

/** The character of a well-formed sequence of `length` bytes, two to four. */
export function multibytePoint(p: usize, length: i32): u32 {
  // The number of leading ones of the first byte is the length.
  let point = (<u32>load<u8>(p)) & (0x7f >> length);
  for (let i = 1; i < length; i++) point = (point << 6) | (load<u8>(p + i) & 0x3f);
  return point;
}
