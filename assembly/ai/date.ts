import { Slice, sliceSize } from "../bytes/slice";
import { lettersOf, TextCursor } from "./time-span";

const COLON: u32 = 0x3a;
const DASH: u32 = 0x2d;
const PLUS: u32 = 0x2b;
const POINT: u32 = 0x2e;
const COMMA: u32 = 0x2c;
const DAY: i64 = 86_400;
/** Nobody writes a date with more bytes. */
const LONGEST_DATE = 64;

const cursor = new TextCursor();

/** A date, a part of which is -1 until it was read. */
// @ts-ignore: decorator
@unmanaged
class DateParts {
  year: i64 = -1;
  month: i64 = -1;
  day: i64 = -1;
  /** Seconds since midnight. */
  time: i64 = -1;
  /** How many seconds the clock of the date is ahead of UTC. */
  offset: i64 = 0;

  clear(): void {
    this.year = -1;
    this.month = -1;
    this.day = -1;
    this.time = -1;
    this.offset = 0;
  }

  /** Milliseconds since 1970; -1 if a part is missing or out of its range. */
  get milliseconds(): i64 {
    if (this.year < 1970 || this.year > 9999 || this.month < 1 || this.month > 12) return -1;
    if (this.day < 1 || this.day > 31 || this.time < 0) return -1;
    return (daysSince1970(this.year, this.month, this.day) * DAY + this.time - this.offset) * 1000;
  }
}

const parts = new DateParts();

/**
 * The time of a date as HTTP writes it, in the preferred format or one of the obsolete ones
 * (https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7), in milliseconds since 1970; -1 if it is none.
 */
export function parseHttpDate(text: Slice): i64 {
  if (sliceSize(text) > LONGEST_DATE) return -1;
  cursor.begin(text, 0);
  parts.clear();
  while (!cursor.isAtEnd) {
    const word = cursor.word();
    if (word) {
      if (parts.month < 0) parts.month = monthOf(word);
      continue;
    }
    const number = cursor.integer();
    if (number >= 0) {
      if (cursor.next == COLON) parts.time = timeFrom(number);
      else if (parts.day < 0) parts.day = number;
      else if (parts.year < 0) parts.year = number < 100 ? 2000 + number : number;
      else return -1;
      continue;
    }
    const byte = cursor.next;
    if (byte != 0x20 && byte != COMMA && byte != DASH) return -1;
    cursor.at++;
  }
  return parts.milliseconds;
}

/** The time of a date as RFC 3339 writes it (`2026-01-31T12:00:00Z`), in milliseconds since 1970; -1 if it is none. */
export function parseRfc3339(text: Slice): i64 {
  if (sliceSize(text) > LONGEST_DATE) return -1;
  cursor.begin(text, 0);
  parts.clear();
  parts.year = cursor.integer();
  if (!cursor.skip(DASH)) return -1;
  parts.month = cursor.integer();
  if (!cursor.skip(DASH)) return -1;
  parts.day = cursor.integer();
  if (!cursor.skip(0x54) && !cursor.skip(0x74) && !cursor.skip(0x20)) return -1;
  const hours = cursor.integer();
  if (cursor.next != COLON) return -1;
  parts.time = timeFrom(hours);
  if (cursor.skip(POINT)) cursor.integer();
  if (!cursor.skip(0x5a) && !cursor.skip(0x7a)) {
    const isAhead = cursor.skip(PLUS);
    if (!isAhead && !cursor.skip(DASH)) return -1;
    const offsetHours = cursor.integer();
    if (!cursor.skip(COLON)) return -1;
    const minutes = cursor.integer();
    if (<u64>offsetHours > 23 || <u64>minutes > 59) return -1;
    parts.offset = (offsetHours * 60 + minutes) * (isAhead ? 60 : -60);
  }
  return cursor.isAtEnd ? parts.milliseconds : -1;
}

/** Seconds since midnight, of which the hours were read; -1 if it is no time. A leap second is allowed. */
function timeFrom(hours: i64): i64 {
  cursor.skip(COLON);
  const minutes = cursor.integer();
  if (!cursor.skip(COLON)) return -1;
  const seconds = cursor.integer();
  if (<u64>hours > 23 || <u64>minutes > 59 || <u64>seconds > 60) return -1;
  return (hours * 60 + minutes) * 60 + seconds;
}

/**
 * The days from 1970 to a date. https://howardhinnant.github.io/date_algorithms.html#days_from_civil: years that begin in March end with
 * the leap day.
 */
export function daysSince1970(year: i64, month: i64, day: i64): i64 {
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
}

/** The number of a month by the first letters of its name, -1 for another word. */
function monthOf(letters: u32): i64 {
  switch (letters) {
    case lettersOf(0x6a, 0x61, 0x6e):
      return 1;
    case lettersOf(0x66, 0x65, 0x62):
      return 2;
    case lettersOf(0x6d, 0x61, 0x72):
      return 3;
    case lettersOf(0x61, 0x70, 0x72):
      return 4;
    case lettersOf(0x6d, 0x61, 0x79):
      return 5;
    case lettersOf(0x6a, 0x75, 0x6e):
      return 6;
    case lettersOf(0x6a, 0x75, 0x6c):
      return 7;
    case lettersOf(0x61, 0x75, 0x67):
      return 8;
    case lettersOf(0x73, 0x65, 0x70):
      return 9;
    case lettersOf(0x6f, 0x63, 0x74):
      return 10;
    case lettersOf(0x6e, 0x6f, 0x76):
      return 11;
    case lettersOf(0x64, 0x65, 0x63):
      return 12;
    default:
      return -1;
  }
}
