import { ByteBuffer } from "./buffer";
import { Slice, sliceEnd, sliceSize, sliceStart } from "./slice";

const ALPHABET: string = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING: u32 = 0x3d;

/** Appends the bytes in Base64 (RFC 4648, section 4), padded. */
export function encodeBase64(bytes: Slice, out: ByteBuffer): void {
  const end = sliceEnd(bytes);
  const start = out.reserve(((sliceSize(bytes) + 2) / 3) << 2);
  let to = start;
  let p = sliceStart(bytes);
  for (; p + 3 <= end; p += 3) {
    const group = ((<u32>load<u8>(p)) << 16) | ((<u32>load<u8>(p, 1)) << 8) | load<u8>(p, 2);
    store<u8>(to, digit(group >> 18));
    store<u8>(to, digit(group >> 12), 1);
    store<u8>(to, digit(group >> 6), 2);
    store<u8>(to, digit(group), 3);
    to += 4;
  }
  if (p < end) {
    const hasTwo = p + 1 < end;
    const group = ((<u32>load<u8>(p)) << 16) | (hasTwo ? (<u32>load<u8>(p, 1)) << 8 : 0);
    store<u8>(to, digit(group >> 18));
    store<u8>(to, digit(group >> 12), 1);
    store<u8>(to, hasTwo ? digit(group >> 6) : PADDING, 2);
    store<u8>(to, PADDING, 3);
    to += 4;
  }
  out.size += <i32>(to - start);
}

// @ts-ignore: decorator
@inline
function digit(bits: u32): u32 {
  return load<u16>(changetype<usize>(ALPHABET) + ((bits & 63) << 1));
}
