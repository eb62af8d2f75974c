import { Slice, sliceEnd, sliceStart } from "../bytes/slice";

/** Ten times this, plus any digit, still fits 64 bits. */
const ROOM_FOR_A_DIGIT: u64 = (u64.MAX_VALUE - 9) / 10;

/** Exponents are clamped far outside of what any text of 2 GB could make up for with digits. */
const EXPONENT_LIMIT: i64 = 1_000_000_000_000;

let negative: bool = false;
/** The significant digits as a number, without the zeros at their end. */
let significand: u64 = 0;
/** Whether digits did not fit the significand any more. */
let truncated: bool = false;
/** The power of ten that the significand is multiplied with. */
let exponent: i64 = 0;

/** The exact value of a number token that is an integer (also `1e3` or `2.0`) within i64; else `fallback`. */
export function jsonInteger(number: Slice, fallback: i64 = 0): i64 {
  if (!readNumber(number) || truncated) return fallback;
  let magnitude = significand;
  if (magnitude == 0) return 0;
  if (exponent < 0 || exponent > 18) return fallback;
  for (let i = exponent; i > 0; i--) {
    if (magnitude > u64.MAX_VALUE / 10) return fallback;
    magnitude *= 10;
  }
  if (magnitude > <u64>i64.MAX_VALUE + <u64>negative) return fallback;
  return <i64>(negative ? 0 - magnitude : magnitude);
}

/** Whether a number token is an integer within i64. */
export function jsonIsInteger(number: Slice): bool {
  return jsonInteger(number, 0) != 0 || jsonInteger(number, 1) == 0;
}

/**
 * The value of a number token as a double, or `fallback`: correctly rounded for up to 15 digits (zeros at the end do not
 * count) times ten to the power of up to 22, either way; beyond that, right within a few units of the last place.
 */
export function jsonNumber(number: Slice, fallback: f64 = 0): f64 {
  if (!readNumber(number)) return fallback;
  const value = scaled(<f64>significand, exponent);
  return negative ? -value : value;
}

function scaled(value: f64, power: i64): f64 {
  if (value == 0 || power == 0) return value;
  if (power > 0) return power > 400 ? Infinity : value * powerOfTen(<i32>power);
  if (power < -400) return 0;
  // 10^308 is the largest power of ten that is a double.
  if (power < -300) return value / powerOfTen(300) / powerOfTen(<i32>-power - 300);
  return value / powerOfTen(<i32>-power);
}

/** Exact up to 22. */
function powerOfTen(power: i32): f64 {
  let result: f64 = 1;
  let square: f64 = 10;
  for (let rest = power; rest > 0; rest >>= 1) {
    if (rest & 1) result *= square;
    square *= square;
  }
  return result;
}

/** Takes a number token apart; false if it is none. */
function readNumber(number: Slice): bool {
  let p = sliceStart(number);
  const end = sliceEnd(number);
  significand = 0;
  truncated = false;
  exponent = 0;
  negative = p < end && load<u8>(p) == 0x2d;
  if (negative) p++;
  if (p >= end || <u32>load<u8>(p) - 0x30 >= 10) return false;
  let zeros: i64 = 0;
  let inFraction = false;
  for (; p < end; p++) {
    const byte = load<u8>(p);
    if (byte == 0x2e && !inFraction) {
      inFraction = true;
      continue;
    }
    const digit = <u32>byte - 0x30;
    if (digit >= 10) break;
    if (inFraction) exponent--;
    if (digit == 0) {
      zeros++;
      continue;
    }
    for (; zeros > 0; zeros--) appendDigit(0);
    appendDigit(digit);
  }
  exponent += zeros;
  if (p < end && (load<u8>(p) | 0x20) == 0x65) {
    exponent += readExponent(p + 1, end);
    return true;
  }
  return p == end;
}

function appendDigit(digit: u32): void {
  if (significand <= ROOM_FOR_A_DIGIT) {
    significand = significand * 10 + digit;
    return;
  }
  // It does not fit, and only moves the others to the left.
  truncated = true;
  exponent++;
}

function readExponent(p: usize, end: usize): i64 {
  const sign: u32 = p < end ? load<u8>(p) : 0;
  if (sign == 0x2b || sign == 0x2d) p++;
  let power: i64 = 0;
  for (; p < end; p++) {
    const digit = <u32>load<u8>(p) - 0x30;
    if (digit >= 10) break;
    power = min(power * 10 + digit, EXPONENT_LIMIT);
  }
  return sign == 0x2d ? -power : power;
}
