import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { byteAt, Slice, sliceSize, subslice } from "../../../assembly/bytes/slice";

const SIZE: i32 = 36;
const HYPHEN: u32 = 0x2d;

const uuid = new ByteBuffer();

/** The beginning of a key, which is hexadecimal digits, as a UUID of version 8 (RFC 9562). Valid until the next call. */
export function uuidOf(key: Slice): Slice {
  uuid.clear();
  uuid
    .append(subslice(key, 0, 8))
    .byte(HYPHEN)
    .append(subslice(key, 8, 12))
    .text("-8")
    .append(subslice(key, 13, 16));
  return uuid
    .text("-8")
    .append(subslice(key, 17, 20))
    .byte(HYPHEN)
    .append(subslice(key, 20, 32)).slice;
}

/** Whether a text is a UUID. */
export function isUuid(text: Slice): bool {
  if (sliceSize(text) != SIZE) return false;
  for (let i = 0; i < SIZE; i++) {
    const byte = byteAt(text, i);
    const isDigit = byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 6;
    const isHyphen = byte == HYPHEN && (i == 8 || i == 13 || i == 18 || i == 23);
    if (isHyphen == isDigit) return false;
  }
  return true;
}
