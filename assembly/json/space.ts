import { isSpace } from "../bytes/slice";

/** The address of the first byte from `p` on that is no JSON white space, or `end`. */
// @ts-ignore: decorator
@inline
export function skipSpace(p: usize, end: usize): usize {
  return p < end && load<u8>(p) <= 0x20 ? skipSpaces(p, end) : p;
}

function skipSpaces(p: usize, end: usize): usize {
  while (p < end && isSpace(load<u8>(p))) p++;
  return p;
}
