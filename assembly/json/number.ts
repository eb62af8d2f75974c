import { Slice, sliceEnd, sliceSize, sliceStart } from "../bytes/slice";

/** Ten times this, plus any digit, still fits 64 bits. */
const ROOM_FOR_A_DIGIT: u64 = (u64.MAX_VALUE - 9) / 10;

/** Exponents are clamped to a value that the digits of a 2 GB text cannot offset. */
const EXPONENT_LIMIT: i64 = 1_000_000_000_000;

/** A number token in parts. */
// @ts-ignore: decorator
@unmanaged
class Decimal {
  negative: bool = false;
  /** The significant digits as a number, without trailing zeros. */
  significand: u64 = 0;
  /** Whether there are more digits than the significand holds. */
  truncated: bool = false;
  /** The power of ten that the significand is multiplied with. */
  exponent: i64 = 0;

  /** Reads a number token; false if it is none. */
  read(number: Slice): bool {
    let p = sliceStart(number);
    const end = sliceEnd(number);
    this.significand = 0;
    this.truncated = false;
    this.exponent = 0;
    this.negative = p < end && load<u8>(p) == 0x2d;
    if (this.negative) p++;
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
      if (inFraction) this.exponent--;
      if (digit == 0) {
        zeros++;
        continue;
      }
      for (; zeros > 0; zeros--) this.append(0);
      this.append(digit);
    }
    this.exponent += zeros;
    if (p < end && (load<u8>(p) | 0x20) == 0x65) {
      this.exponent += readExponent(p + 1, end);
      return true;
    }
    return p == end;
  }

  private append(digit: u32): void {
    if (this.significand <= ROOM_FOR_A_DIGIT) {
      this.significand = this.significand * 10 + digit;
      return;
    }
    // The digit does not fit: it only shifts the others.
    this.truncated = true;
    this.exponent++;
  }
}

/** Used within one call each. */
const decimal = new Decimal();

/** The exact value of a number token that is an integer (also `1e3` or `2.0`) within i64; else `fallback`. */
export function jsonInteger(number: Slice, fallback: i64 = 0): i64 {
  const size = sliceSize(number);
  if (size > 0 && size <= 18) {
    // Most numbers are a few digits and nothing else.
    const end = sliceEnd(number);
    let value: i64 = 0;
    let p = sliceStart(number);
    for (; p < end; p++) {
      const digit = <u32>load<u8>(p) - 0x30;
      if (digit >= 10) break;
      value = value * 10 + digit;
    }
    if (p == end) return value;
  }
  return jsonDecimal(number, 0, fallback);
}

/** The exact value of a number token times ten to the power of `decimals`, if it is an integer within i64; else `fallback`. */
export function jsonDecimal(number: Slice, decimals: i32, fallback: i64): i64 {
  if (!decimal.read(number) || decimal.truncated) return fallback;
  let magnitude = decimal.significand;
  if (magnitude == 0) return 0;
  const exponent = decimal.exponent + decimals;
  if (exponent < 0 || exponent > 18) return fallback;
  for (let i = exponent; i > 0; i--) {
    if (magnitude > u64.MAX_VALUE / 10) return fallback;
    magnitude *= 10;
  }
  if (magnitude > <u64>i64.MAX_VALUE + <u64>decimal.negative) return fallback;
  return <i64>(decimal.negative ? 0 - magnitude : magnitude);
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
  if (!decimal.read(number)) return fallback;
  const value = scaled(<f64>decimal.significand, decimal.exponent);
  return decimal.negative ? -value : value;
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
