import { Slice, sliceEnd, sliceStart } from "../bytes/slice";

const QUOTE: u32 = 0x22;

/**
 * The position at or after `from` of a quote before `e` or `u`, or of an `n` before a quote; -1 if there is none.
 * Names such as `"error"`, `"usage"` and `…reason"` are looked for in one pass with it: few other places of an event are such.
 */
export function nextMark(json: Slice, from: i32): i32 {
  const start = sliceStart(json);
  const end = sliceEnd(json);
  let p = start + from;
  for (; p + 17 <= end; p += 16) {
    const bytes = v128.load(p);
    const next = v128.load(p, 1);
    const quotes = i8x16.eq(bytes, i8x16.splat(<i8>QUOTE));
    const begins = v128.or(i8x16.eq(next, i8x16.splat(0x65)), i8x16.eq(next, i8x16.splat(0x75)));
    const ends = v128.and(i8x16.eq(bytes, i8x16.splat(0x6e)), i8x16.eq(next, i8x16.splat(<i8>QUOTE)));
    const mask = i8x16.bitmask(v128.or(v128.and(quotes, begins), ends));
    if (mask) return <i32>(p - start) + <i32>ctz(mask);
  }
  for (; p + 1 < end; p++) if (isMark(load<u8>(p), load<u8>(p, 1))) return <i32>(p - start);
  return -1;
}

// @ts-ignore: decorator
@inline
function isMark(byte: u32, next: u32): bool {
  return byte == QUOTE ? next == 0x65 || next == 0x75 : byte == 0x6e && next == QUOTE;
}
