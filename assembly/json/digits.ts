import { byteOrZero } from "./validate";

/** Longer numbers are read by `jsonInteger`. */
const MOST_DIGITS: usize = 15;

/** The address behind a number that is a few digits; 0 for any other value. What follows the digits may belong to the number: the caller looks at it. */
export function digitsEnd(p: usize, end: usize): usize {
  let next = p;
  while (byteOrZero(next, end) - 0x30 < 10) next++;
  const count = next - p;
  // No number has a zero in front.
  return count == 0 || count > MOST_DIGITS || (count > 1 && load<u8>(p) == 0x30) ? 0 : next;
}

/** The number that the digits from `start` to `end` are. */
export function numberOfDigits(start: usize, end: usize): i64 {
  let value: i64 = 0;
  for (let p = start; p < end; p++) value = value * 10 + (load<u8>(p) - 0x30);
  return value;
}
