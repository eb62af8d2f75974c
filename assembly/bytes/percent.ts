import { ByteBuffer } from "./buffer";
import { hexValue, NO_HEX_DIGIT } from "./hex";
import { Slice, sliceEnd, sliceOf, sliceSize, sliceStart } from "./slice";

const PERCENT: u32 = 0x25;
const PLUS: u32 = 0x2b;
const SPACE: u32 = 0x20;

/**
 * Appends the text with each `%XX` decoded, and in a query `+` as a space. Returns the part that was appended, which is never
 * longer than the text. A `%` without two hexadecimal digits is a literal.
 */
export function decodePercent(text: Slice, out: ByteBuffer, isQuery: bool = false): Slice {
  const before = out.size;
  let to = out.reserve(sliceSize(text));
  const end = sliceEnd(text);
  for (let p = sliceStart(text); p < end; p++) {
    let byte: u32 = load<u8>(p);
    if (byte == PERCENT && p + 2 < end) {
      const high = hexValue(load<u8>(p, 1));
      const low = hexValue(load<u8>(p, 2));
      if ((high | low) < NO_HEX_DIGIT) {
        byte = (high << 4) | low;
        p += 2;
      }
    } else if (byte == PLUS && isQuery) byte = SPACE;
    store<u8>(to++, byte);
  }
  out.endAt(to);
  return sliceOf(out.start + before, out.size - before);
}
