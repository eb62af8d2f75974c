const STEP: usize = 64;

/**
 * Skips, 64 bytes at a time, what needs no look in a string: printable ASCII without quotes and backslashes. The result is at most
 * 64 bytes before the first other byte, or before `end`.
 */
export function skipPlain(from: usize, end: usize): usize {
  let p = from;
  for (; p + STEP <= end; p += STEP) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const c = v128.load(p, 32);
    const d = v128.load(p, 48);
    // Compared as signed, "below space" is every control character and every byte beyond ASCII.
    const lowest = i8x16.min_s(i8x16.min_s(a, b), i8x16.min_s(c, d));
    if (v128.any_true(v128.or(i8x16.lt_s(lowest, i8x16.splat(0x20)), marksIn(a, b, c, d)))) break;
  }
  return p;
}

// @ts-ignore: decorator
@inline
function marksIn(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.or(v128.or(mark(a), mark(b)), v128.or(mark(c), mark(d)));
}

// @ts-ignore: decorator
@inline
function mark(bytes: v128): v128 {
  return v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c)));
}
