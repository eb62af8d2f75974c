import { byteAt, isSpace, lowerCase, Slice, sliceSize } from "../bytes/slice";

const POINT: u32 = 0x2e;
/** The longest wait that is read, in milliseconds: a year. More is nonsense. */
export const LONGEST_WAIT: i64 = 366 * 86_400_000;

/** Reads numbers, units and words of a text one after the other. */
// @ts-ignore: decorator
@unmanaged
export class TextCursor {
  constructor(
    private text: Slice = 0,
    /** The position of the next byte. */
    public at: i32 = 0,
  ) {}

  /** Goes to a position of a text. */
  begin(text: Slice, at: i32): this {
    this.text = text;
    this.at = at;
    return this;
  }

  /** Whether all bytes were read. */
  get isAtEnd(): bool {
    return this.at >= sliceSize(this.text);
  }

  /** The next byte; 0 at the end. */
  get next(): u32 {
    return this.isAtEnd ? 0 : byteAt(this.text, this.at);
  }

  /** Goes behind white space. */
  skipSpace(): void {
    while (!this.isAtEnd && isSpace(this.next)) this.at++;
  }

  /** Goes behind this byte, if it is the next one. */
  skip(byte: u32): bool {
    if (this.isAtEnd || this.next != byte) return false;
    this.at++;
    return true;
  }

  /** Reads 1 to 15 digits; -1 if there are none or more. */
  integer(): i64 {
    let number: i64 = 0;
    let digits = 0;
    for (; this.next - 0x30 < 10; digits++) {
      if (digits < 15) number = number * 10 + <i64>(this.next - 0x30);
      this.at++;
    }
    return digits > 0 && digits <= 15 ? number : -1;
  }

  /** Reads a decimal number, times a thousand and rounded up; -1 if there is none. */
  thousandths(): i64 {
    const whole = this.integer();
    if (whole < 0) return -1;
    let fraction: i64 = 0;
    let scale: i64 = 100;
    let isRounded = false;
    if (this.next == POINT) {
      this.at++;
      for (; this.next - 0x30 < 10; this.at++) {
        const digit = <i64>(this.next - 0x30);
        if (scale) fraction += digit * scale;
        else if (digit) isRounded = true;
        scale /= 10;
      }
    }
    return whole * 1000 + fraction + <i64>isRounded;
  }

  /** Reads letters, of which the first three in lower case are returned as a number, the first in the lowest byte; 0 if there are none. */
  word(): u32 {
    let letters: u32 = 0;
    for (let i = 0; lowerCase(this.next) - 0x61 < 26; i++) {
      if (i < 3) letters |= lowerCase(this.next) << (i << 3);
      this.at++;
    }
    return letters;
  }
}

/** The first three letters of a word as `TextCursor.word` returns them. */
// @ts-ignore: decorator
@inline
export function lettersOf(a: u32, b: u32 = 0, c: u32 = 0): u32 {
  return a | (b << 8) | (c << 16);
}

/**
 * Reads a duration: numbers with units, one behind the other, as `6m0s`, `20ms`, `1.5s` or `30 seconds`. Gives milliseconds,
 * rounded up; -1 if no number with a unit stands there, or if they are more than a year.
 */
export function readDuration(cursor: TextCursor): i64 {
  let total: i64 = -1;
  let end = cursor.at;
  while (true) {
    cursor.skipSpace();
    const amount = cursor.thousandths();
    if (amount < 0) break;
    cursor.skipSpace();
    const unit = unitOf(cursor.word());
    if (unit < 0) break;
    total = max<i64>(total, 0) + ceiling(amount, unit);
    if (total > LONGEST_WAIT) return -1;
    end = cursor.at;
  }
  cursor.at = end;
  return total;
}

/** Milliseconds of so many thousandths of a unit, which is given in microseconds. */
function ceiling(thousandths: i64, unit: i64): i64 {
  // More than a year in every unit, and a product that fits.
  if (thousandths > 32_000_000_000_000 / max<i64>(unit / 1000, 1)) return LONGEST_WAIT + 1;
  return (thousandths * unit + 999_999) / 1_000_000;
}

/** The microseconds of a unit, by the first letters of its name; -1 for any other word. */
function unitOf(letters: u32): i64 {
  switch (letters) {
    case lettersOf(0x75, 0x73): // us
    case lettersOf(0x6d, 0x69, 0x63): // microseconds
      return 1;
    case lettersOf(0x6d, 0x73): // ms
    case lettersOf(0x6d, 0x69, 0x6c): // milliseconds
      return 1000;
    case lettersOf(0x73): // s
    case lettersOf(0x73, 0x65, 0x63): // seconds
      return 1_000_000;
    case lettersOf(0x6d): // m
    case lettersOf(0x6d, 0x69, 0x6e): // minutes
      return 60_000_000;
    case lettersOf(0x68): // h
    case lettersOf(0x68, 0x6f, 0x75): // hours
      return 3_600_000_000;
    case lettersOf(0x64): // d
    case lettersOf(0x64, 0x61, 0x79): // days
      return 86_400_000_000;
    default:
      return -1;
  }
}
