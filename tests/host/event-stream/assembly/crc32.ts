import { byteAt, Slice, sliceSize } from "../../../../assembly/bytes/slice";

const POLYNOMIAL: u32 = 0xedb88320;
const TABLE = new StaticArray<u32>(256);
for (let i = 0; i < 256; i++) {
  let value: u32 = i;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ POLYNOMIAL : value >> 1;
  TABLE[i] = value;
}

/** CRC-32 (ISO 3309, as in gzip: RFC 1952, section 8). */
export function crc32(bytes: Slice): u32 {
  let value = u32.MAX_VALUE;
  for (let i = 0; i < sliceSize(bytes); i++) value = TABLE[(value ^ byteAt(bytes, i)) & 0xff] ^ (value >> 8);
  return ~value;
}
