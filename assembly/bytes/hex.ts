import { ByteBuffer } from "./buffer";
import { byteAt, Slice, sliceSize } from "./slice";

/** What `hexValue` returns for a byte that is no hexadecimal digit. Results can be combined by `|` before the check. */
export const NO_HEX_DIGIT: u32 = 16;

/** The value of a hexadecimal digit in either case, 0 to 15, or `NO_HEX_DIGIT`. */
// @ts-ignore: decorator
@inline
export function hexValue(byte: u32): u32 {
  if (byte - 0x30 < 10) return byte - 0x30;
  const letter = byte | 0x20;
  return letter - 0x61 < 6 ? letter - 0x57 : NO_HEX_DIGIT;
}

/** Appends each byte as two hexadecimal digits in lower case. */
export function encodeHex(bytes: Slice, out: ByteBuffer): void {
  for (let i = 0; i < sliceSize(bytes); i++) {
    const byte = byteAt(bytes, i);
    out.byte(hexDigit(byte >> 4)).byte(hexDigit(byte & 15));
  }
}

/** The digit of a value, 0 to 15, in lower case. */
// @ts-ignore: decorator
@inline
export function hexDigit(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
