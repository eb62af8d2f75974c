import { ByteBuffer } from "../../assembly/bytes/buffer";
import { hexValue, NO_HEX_DIGIT } from "../../assembly/bytes/hex";
import { decodePercent } from "../../assembly/bytes/percent";
import { QueryParameters } from "../../assembly/bytes/query";
import { ABSENT, byteAt, indexOfByte, Slice, sliceSize, slicesEqual } from "../../assembly/bytes/slice";

const PERCENT: u32 = 0x25;

const parameters = new QueryParameters();
const decoded = new ByteBuffer();

/** Whether two hexadecimal digits follow each percent sign. */
export function isWellEncoded(query: Slice): bool {
  for (let at = indexOfByte(query, PERCENT); at >= 0; at = indexOfByte(query, PERCENT, at + 3)) {
    if (at + 2 >= sliceSize(query)) return false;
    const digits = hexValue(byteAt(query, at + 1)) | hexValue(byteAt(query, at + 2));
    if (digits >= NO_HEX_DIGIT) return false;
  }
  return true;
}

/** The decoded value of the first parameter of that name, valid until the next call; `ABSENT` if there is none. */
export function promptOf(query: Slice, name: Slice): Slice {
  parameters.begin(query);
  while (parameters.next()) {
    decoded.clear();
    if (!slicesEqual(decodePercent(parameters.name, decoded, true), name)) continue;
    decoded.clear();
    return decodePercent(parameters.value, decoded, true);
  }
  return ABSENT;
}
