import { Slice, sliceStart } from "./slice";

// Integers of a binary layout, little-endian as WebAssembly has them. Offsets are in bytes, and must be inside the slice.

/** The 32-bit number at an offset. */
// @ts-ignore: decorator
@inline
export function readU32(bytes: Slice, offset: i32): u32 {
  return load<u32>(sliceStart(bytes) + offset);
}

/** The 64-bit number at an offset. */
// @ts-ignore: decorator
@inline
export function readU64(bytes: Slice, offset: i32): u64 {
  return load<u64>(sliceStart(bytes) + offset);
}

/** The 32-bit number at an offset, big-endian. */
// @ts-ignore: decorator
@inline
export function readU32BigEndian(bytes: Slice, offset: i32): u32 {
  return bswap<u32>(load<u32>(sliceStart(bytes) + offset));
}

/** The 64-bit number at an offset, big-endian. */
// @ts-ignore: decorator
@inline
export function readU64BigEndian(bytes: Slice, offset: i32): u64 {
  return bswap<u64>(load<u64>(sliceStart(bytes) + offset));
}

/** Overwrites the byte at an offset. */
// @ts-ignore: decorator
@inline
export function writeByte(bytes: Slice, offset: i32, value: u32): void {
  store<u8>(sliceStart(bytes) + offset, value);
}

/** Overwrites the 16 bits at an offset, big-endian. */
// @ts-ignore: decorator
@inline
export function writeU16BigEndian(bytes: Slice, offset: i32, value: u32): void {
  store<u16>(sliceStart(bytes) + offset, bswap<u16>(<u16>value));
}

/** Overwrites the 32-bit number at an offset. */
// @ts-ignore: decorator
@inline
export function writeU32(bytes: Slice, offset: i32, value: u32): void {
  store<u32>(sliceStart(bytes) + offset, value);
}

/** Overwrites the 64-bit number at an offset. */
// @ts-ignore: decorator
@inline
export function writeU64(bytes: Slice, offset: i32, value: u64): void {
  store<u64>(sliceStart(bytes) + offset, value);
}
