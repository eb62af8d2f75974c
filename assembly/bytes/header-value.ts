import { byteAt, Slice, sliceSize } from "./slice";

/**
 * Whether a header can hold these bytes as they are: no control characters, and no blanks at the ends, which the next reader
 * would take away. Bytes beyond ASCII are allowed. https://www.rfc-editor.org/rfc/rfc9110#section-5.5
 */
export function isHeaderValue(value: Slice): bool {
  const size = sliceSize(value);
  return isOneLine(value) && byteAt(value, 0) != 0x20 && byteAt(value, size - 1) != 0x20;
}

/** Whether a text is not empty and has no control characters: a log can show it in one line. */
export function isOneLine(value: Slice): bool {
  const size = sliceSize(value);
  for (let i = 0; i < size; i++) {
    const byte = byteAt(value, i);
    if (byte < 0x20 || byte == 0x7f) return false;
  }
  return size > 0;
}
