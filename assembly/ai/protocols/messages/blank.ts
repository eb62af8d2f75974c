import { byteAt, isSpace, Slice, sliceSize } from "../../../bytes/slice";

const BACKSLASH: u32 = 0x5c;

/** Whether a text, the content of a JSON string, is nothing but white space: Anthropic refuses such blocks and stop sequences. */
export function isBlank(text: Slice): bool {
  const size = sliceSize(text);
  for (let i = 0; i < size; i++) {
    const byte = byteAt(text, i);
    if (byte == BACKSLASH && i + 1 < size) {
      const letter = byteAt(text, ++i);
      // \n, \r, \t
      if (letter != 0x6e && letter != 0x72 && letter != 0x74) return false;
    } else if (!isSpace(byte)) return false;
  }
  return true;
}
