import { byteAt, Slice, sliceSize } from "./slice";

/** The most digits whose number fits 31 bits in any case. */
const MOST_DIGITS: i32 = 9;

/** The number that a text of 1 to 9 decimal digits stands for; -1 for any other text. */
export function parseDecimal(text: Slice): i32 {
  const size = sliceSize(text);
  if (size == 0 || size > MOST_DIGITS) return -1;
  let number = 0;
  for (let i = 0; i < size; i++) {
    const digit = byteAt(text, i) - 0x30;
    if (digit > 9) return -1;
    number = number * 10 + <i32>digit;
  }
  return number;
}
