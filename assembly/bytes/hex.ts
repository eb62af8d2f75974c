import { ByteBuffer } from "./buffer";
import { byteAt, Slice, sliceSize } from "./slice";

/** Appends each byte as two hexadecimal digits in lower case. */
export function encodeHex(bytes: Slice, out: ByteBuffer): void {
  for (let i = 0; i < sliceSize(bytes); i++) {
    const byte = byteAt(bytes, i);
    out.byte(hexDigit(byte >> 4)).byte(hexDigit(byte & 15));
  }
}

// @ts-ignore: decorator
@inline
function hexDigit(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
