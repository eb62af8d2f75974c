/**
 * A borrowed range of bytes in linear memory, packed into one number: the address in the low, the length in the high
 * 32 bits. It owns nothing, and is valid as long as the memory is.
 */
export type Slice = u64;

/** No slice (`0`). An empty slice has an address and no length. */
export const ABSENT: Slice = 0;

/** The `size` bytes from `start` on. */
// @ts-ignore: decorator
@inline
export function sliceOf(start: usize, size: i32): Slice {
  return (<u64>start) | ((<u64>(<u32>size)) << 32);
}

/** The bytes from `start` up to, and without, `end`. */
// @ts-ignore: decorator
@inline
export function sliceBetween(start: usize, end: usize): Slice {
  return sliceOf(start, <i32>(end - start));
}

/** The bytes of a managed buffer, which must be kept alive by its owner (the collector does not move objects). */
// @ts-ignore: decorator
@inline
export function sliceOfBuffer(buffer: ArrayBuffer): Slice {
  return sliceOf(changetype<usize>(buffer), buffer.byteLength);
}

/** A managed copy of the bytes, for configuration: not for the hot path. */
export function bufferOf(slice: Slice): ArrayBuffer {
  const copy = new ArrayBuffer(sliceSize(slice));
  memory.copy(changetype<usize>(copy), sliceStart(slice), sliceSize(slice));
  return copy;
}

/** Overwrites the beginning of `to`, which must be large enough, with the bytes of `from`. */
export function copyInto(to: Slice, from: Slice): void {
  memory.copy(sliceStart(to), sliceStart(from), min(sliceSize(from), sliceSize(to)));
}

/** The address of the first byte. */
// @ts-ignore: decorator
@inline
export function sliceStart(slice: Slice): usize {
  return <usize>(<u32>slice);
}

/** The number of bytes. */
// @ts-ignore: decorator
@inline
export function sliceSize(slice: Slice): i32 {
  return <i32>(slice >> 32);
}

/** The address behind the last byte. */
// @ts-ignore: decorator
@inline
export function sliceEnd(slice: Slice): usize {
  return sliceStart(slice) + sliceSize(slice);
}

/** The byte at `index`, which must be inside. */
// @ts-ignore: decorator
@inline
export function byteAt(slice: Slice, index: i32): u32 {
  return load<u8>(sliceStart(slice) + index);
}

/** The part from `from` to `to` (both counted in bytes; clamped to the slice). */
export function subslice(slice: Slice, from: i32, to: i32 = i32.MAX_VALUE): Slice {
  const size = sliceSize(slice);
  const first = min(max(from, 0), size);
  return sliceOf(sliceStart(slice) + first, max(min(to, size) - first, 0));
}

/** Whether both hold the same bytes. */
export function slicesEqual(a: Slice, b: Slice): bool {
  const size = sliceSize(a);
  return size == sliceSize(b) && areEqual(sliceStart(a), sliceStart(b), size);
}

/**
 * Compares sixteen bytes at a time: `memory.compare` goes byte by byte unless both have the same alignment. The last bytes are compared with some
 * that were compared before.
 */
function areEqual(a: usize, b: usize, size: i32): bool {
  const count = <usize>size;
  if (count >= 16) {
    const last = count - 16;
    for (let i: usize = 0; i < last; i += 16) if (differAt(a + i, b + i)) return false;
    return !differAt(a + last, b + last);
  }
  if (count >= 8) return load<u64>(a) == load<u64>(b) && load<u64>(a + count - 8) == load<u64>(b + count - 8);
  if (count >= 4) return load<u32>(a) == load<u32>(b) && load<u32>(a + count - 4) == load<u32>(b + count - 4);
  for (let i: usize = 0; i < count; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

// @ts-ignore: decorator
@inline
function differAt(a: usize, b: usize): bool {
  return v128.any_true(v128.xor(v128.load(a), v128.load(b)));
}

/** Whether the slice is exactly the ASCII `text`. */
export function sliceEquals(slice: Slice, text: string): bool {
  return sliceSize(slice) == text.length && matchesAt(sliceStart(slice), text, text.length);
}

/** Whether the slice is the lower-case ASCII `text`, whatever the case of its own letters. */
export function sliceEqualsIgnoringCase(slice: Slice, text: string): bool {
  return sliceSize(slice) == text.length && startsWithIgnoringCase(slice, text);
}

/** Whether the slice begins with the ASCII `text`. */
export function sliceStartsWith(slice: Slice, text: string): bool {
  return sliceSize(slice) >= text.length && matchesAt(sliceStart(slice), text, text.length);
}

/** Whether the slice ends with the ASCII `text`. */
export function sliceEndsWith(slice: Slice, text: string): bool {
  return sliceSize(slice) >= text.length && matchesAt(sliceEnd(slice) - text.length, text, text.length);
}

/** Whether the slice begins with the lower-case ASCII `text`, whatever the case of its own letters. */
export function startsWithIgnoringCase(slice: Slice, text: string): bool {
  const size = text.length;
  if (sliceSize(slice) < size) return false;
  const units = changetype<usize>(text);
  for (let i = 0; i < size; i++) if (lowerCase(byteAt(slice, i)) != <u32>load<u16>(units + (i << 1))) return false;
  return true;
}

/** An ASCII letter in lower case; any other byte as it is. */
// @ts-ignore: decorator
@inline
export function lowerCase(byte: u32): u32 {
  return byte - 0x41 < 26 ? byte | 0x20 : byte;
}

/** The position of the first `byte` at or after `from`, or -1. */
export function indexOfByte(slice: Slice, byte: u32, from: i32 = 0): i32 {
  const start = sliceStart(slice);
  const size = sliceSize(slice);
  const wanted = i8x16.splat(<i8>byte);
  let i = max(from, 0);
  for (; i + 16 <= size; i += 16) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(start + i), wanted));
    if (mask) return i + ctz(mask);
  }
  for (; i < size; i++) if (load<u8>(start + i) == byte) return i;
  return -1;
}

/** Whether the `byte` occurs anywhere. */
export function hasByte(slice: Slice, byte: u32): bool {
  const size = sliceSize(slice);
  if (size < 8 || size > 16) return indexOfByte(slice, byte) >= 0;
  const wanted = 0x0101010101010101 * <u64>byte;
  const start = sliceStart(slice);
  return hasZero(load<u64>(start) ^ wanted) || hasZero(load<u64>(start + size - 8) ^ wanted);
}

/** Whether one of eight bytes is 0. https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord */
// @ts-ignore: decorator
@inline
function hasZero(bytes: u64): bool {
  return ((bytes - 0x0101010101010101) & ~bytes & 0x8080808080808080) != 0;
}

/** The position of the last `byte`, or -1. */
export function lastIndexOfByte(slice: Slice, byte: u32): i32 {
  for (let i = sliceSize(slice) - 1; i >= 0; i--) if (byteAt(slice, i) == byte) return i;
  return -1;
}

/** Whether the ASCII `text`, which is not empty, occurs anywhere. */
export function sliceIncludes(slice: Slice, text: string): bool {
  return indexOfText(slice, text) >= 0;
}

/** Whether the lower-case ASCII `text`, which is not empty, occurs anywhere, whatever the case of the slice's own letters. */
export function includesIgnoringCase(slice: Slice, text: string): bool {
  for (let at = 0; at <= sliceSize(slice) - text.length; at++) {
    if (startsWithIgnoringCase(subslice(slice, at), text)) return true;
  }
  return false;
}

/** The position of the first occurrence of the ASCII `text`, which is not empty, at or after `from`; -1 if none. */
export function indexOfText(slice: Slice, text: string, from: i32 = 0): i32 {
  const start = sliceStart(slice);
  const length = text.length;
  const last = sliceSize(slice) - length;
  const units = changetype<usize>(text);
  // Sixteen positions at a time: the rest is compared only if the first and the last letter match.
  const first = i8x16.splat(<i8>load<u16>(units));
  const final = i8x16.splat(<i8>load<u16>(units + ((length - 1) << 1)));
  let i = max(from, 0);
  for (; i + 15 <= last; i += 16) {
    const firsts = i8x16.eq(v128.load(start + i), first);
    let mask = i8x16.bitmask(v128.and(firsts, i8x16.eq(v128.load(start + i + length - 1), final)));
    for (; mask; mask &= mask - 1) {
      const at = i + <i32>ctz(mask);
      if (matchesAt(start + at, text, length)) return at;
    }
  }
  for (; i <= last; i++) if (matchesAt(start + i, text, length)) return i;
  return -1;
}

/** The position of the last occurrence of the ASCII `text`, which is not empty; -1 if none. For texts that stand near the end. */
export function lastIndexOfText(slice: Slice, text: string): i32 {
  const start = sliceStart(slice);
  const length = text.length;
  const units = changetype<usize>(text);
  const first = i8x16.splat(<i8>load<u16>(units));
  const final = i8x16.splat(<i8>load<u16>(units + ((length - 1) << 1)));
  let at = sliceSize(slice) - length;
  // As in `indexOfText`.
  for (; at >= 15; at -= 16) {
    const p = start + at - 15;
    let mask = i8x16.bitmask(v128.and(i8x16.eq(v128.load(p), first), i8x16.eq(v128.load(p + length - 1), final)));
    while (mask) {
      const found = 31 - clz(mask);
      if (matchesAt(p + found, text, length)) return at - 15 + found;
      mask ^= 1 << found;
    }
  }
  for (; at >= 0; at--) if (matchesAt(start + at, text, length)) return at;
  return -1;
}

/** Without the ASCII white space (space, tab, CR, LF) at both ends. */
export function trimmed(slice: Slice): Slice {
  let start = sliceStart(slice);
  let end = sliceEnd(slice);
  while (start < end && isSpace(load<u8>(start))) start++;
  while (end > start && isSpace(load<u8>(end - 1))) end--;
  return sliceBetween(start, end);
}

/** Whether the byte is a space, tab, CR or LF. */
// @ts-ignore: decorator
@inline
export function isSpace(byte: u32): bool {
  return byte == 0x20 || byte - 9 < 2 || byte == 0x0d;
}

/** A 32-bit FNV-1a hash of the bytes; not cryptographic. */
export function hashOf(slice: Slice): u32 {
  let hash: u32 = 0x811c9dc5;
  const end = sliceEnd(slice);
  for (let p = sliceStart(slice); p < end; p++) hash = (hash ^ load<u8>(p)) * 0x01000193;
  return hash;
}

/** A managed copy as a string; malformed UTF-8 becomes U+FFFD. Not for the hot path. */
export function sliceToString(slice: Slice): string {
  return sliceSize(slice) > 0 ? String.UTF8.decodeUnsafe(sliceStart(slice), sliceSize(slice)) : "";
}

// @ts-ignore: decorator
@inline
function matchesAt(address: usize, text: string, size: i32): bool {
  // Reads the units directly: `charCodeAt` checks bounds and registers the string with the collector.
  const units = changetype<usize>(text);
  for (let i = 0; i < size; i++) if (<u32>load<u8>(address + i) != <u32>load<u16>(units + (i << 1))) return false;
  return true;
}
