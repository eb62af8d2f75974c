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

/** Compares sixteen bytes at a time: `memory.compare` goes byte by byte unless both have the same alignment. */
function areEqual(a: usize, b: usize, size: i32): bool {
  let i: usize = 0;
  const count = <usize>size;
  for (; i + 16 <= count; i += 16) if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
  for (; i < count; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
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
  const size = text.length;
  let at = sliceSize(slice) - size;
  while (at >= 0 && !matchesAt(sliceStart(slice) + at, text, size)) at--;
  return max(at, -1);
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
