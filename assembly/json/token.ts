import { ABSENT, Slice, sliceBetween } from "../bytes/slice";
import { skipPlain } from "./long-strings";

/**
 * The value token that begins at `p`: complete in validated text, and never past `end`. `ABSENT` if no
 * value can begin.
 */
export function tokenAt(p: usize, end: usize): Slice {
  const next = tokenEnd(p, end);
  return next > p ? sliceBetween(p, next) : ABSENT;
}

/** The address behind the string whose opening quote is right before `p`. */
export function stringEnd(p: usize, end: usize): usize {
  while (p < end) {
    if (p + 16 <= end) {
      const bytes = v128.load(p);
      const mask = i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))));
      if (!mask) {
        p = skipPlain(p + 16, end);
        continue;
      }
      p += ctz(mask);
    }
    const byte = load<u8>(p);
    if (byte == 0x22) return p + 1;
    p += byte == 0x5c ? 2 : 1;
  }
  return end;
}

function tokenEnd(p: usize, end: usize): usize {
  if (p >= end) return p;
  const first = load<u8>(p);
  if (first == 0x22) return stringEnd(p + 1, end);
  if ((first | 0x20) == 0x7b) return containerEnd(p, end);
  while (p < end && !endsScalar(load<u8>(p))) p++;
  return p;
}

/** Counts brackets of both kinds alike: in validated text they match. */
function containerEnd(p: usize, end: usize): usize {
  let depth = 0;
  while (p + 16 <= end) {
    const bytes = v128.load(p);
    // "[" and "{" differ in this bit alone, and so do "]" and "}".
    const folded = v128.or(bytes, i8x16.splat(0x20));
    const quotes = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0x22)));
    // The bytes before the first quote; all if there is none.
    const outside = quotes ? (quotes & -quotes) - 1 : 0xffff;
    const opens = i8x16.bitmask(i8x16.eq(folded, i8x16.splat(0x7b))) & outside;
    const closes = i8x16.bitmask(i8x16.eq(folded, i8x16.splat(0x7d))) & outside;
    if (depth > popcnt(closes)) {
      depth += popcnt(opens) - popcnt(closes);
    } else {
      for (let brackets = opens | closes; brackets; brackets &= brackets - 1) {
        if (opens & brackets & -brackets) depth++;
        else if (--depth <= 0) return p + ctz(brackets) + 1;
      }
    }
    p = quotes ? stringEnd(p + ctz(quotes) + 1, end) : p + 16;
  }
  while (p < end) {
    const byte = load<u8>(p++);
    if (byte == 0x22) p = stringEnd(p, end);
    else if ((byte | 0x20) == 0x7b) depth++;
    else if ((byte | 0x20) == 0x7d && --depth <= 0) return p;
  }
  return end;
}

// @ts-ignore: decorator
@inline
function endsScalar(byte: u32): bool {
  return byte <= 0x20 || byte == 0x2c || byte == 0x3a || byte == 0x22 || (byte | 0x20) == 0x7b || (byte | 0x20) == 0x7d;
}
