import { ABSENT, Slice, sliceBetween, sliceEnd, sliceStart } from "../bytes/slice";
import { hexValue, NO_HEX_DIGIT } from "../bytes/hex";
import { skipMultibyte } from "../bytes/utf8";
import { MAX_MEMBERS, MEMBER_SIZE, NAME, VALUE } from "./members";
import { skipPlain } from "./long-strings";
import { skipSpace } from "./space";

/** Why a text is refused. */
export const enum JsonError {
  None,
  UnexpectedEnd,
  UnexpectedByte,
  BadLiteral,
  BadNumber,
  ControlCharacter,
  BadEscape,
  BadUtf8,
  TooDeep,
  TrailingData,
  TooManyMembers,
  CollidingKeys,
}

/** The deepest nesting of arrays and objects that is accepted. */
export const MAX_DEPTH: i32 = 256;

/** For each open container but the innermost, whether it is an object. */
const outerKinds: usize = memory.data(MAX_DEPTH);

/** A fault and where it is, packed into one number: see `jsonFaultError` and `jsonFaultOffset`. 0 is a valid text. */
export type JsonFault = u64;

/** The position of the error in a fault, and in the result of a scan. */
const ERROR_SHIFT: u64 = 40;
/** Set in the result of a string that has escapes. */
const HAS_ESCAPES: u64 = 1 << 32;
/** The least result of a scan that is a fault. */
const FAULT: u64 = 1 << ERROR_SHIFT;

/** Checks a whole text against RFC 8259 and strict UTF-8; white space around the value is allowed. */
export function jsonValidate(text: Slice): JsonFault {
  const result = scanDocument(text, 0, ABSENT);
  return result >= FAULT ? result : 0;
}

/** Why the text is refused; `None` for a valid one. */
// @ts-ignore: decorator
@inline
export function jsonFaultError(fault: JsonFault): JsonError {
  return <JsonError>(<i32>(fault >> ERROR_SHIFT));
}

/** The number of bytes before the fault. */
// @ts-ignore: decorator
@inline
export function jsonFaultOffset(fault: JsonFault): i32 {
  return <i32>fault;
}

/** A fault at a byte offset. */
// @ts-ignore: decorator
@inline
export function jsonFaultAt(offset: i32, error: JsonError): JsonFault {
  return ((<u64>error) << ERROR_SHIFT) | (<u64>(<u32>offset));
}

/** What is wrong and where, for a sentence such as "the body is not JSON: …". */
export function jsonFaultText(fault: JsonFault): string {
  return `${errorText(jsonFaultError(fault))} at byte ${jsonFaultOffset(fault)}`;
}

function errorText(error: JsonError): string {
  switch (error) {
    case JsonError.None:
      return "no error";
    case JsonError.UnexpectedEnd:
      return "unexpected end";
    case JsonError.UnexpectedByte:
      return "unexpected character";
    case JsonError.BadLiteral:
      return "invalid literal";
    case JsonError.BadNumber:
      return "invalid number";
    case JsonError.ControlCharacter:
      return "control character in a string";
    case JsonError.BadEscape:
      return "invalid escape sequence in a string";
    case JsonError.BadUtf8:
      return "invalid UTF-8";
    case JsonError.TooDeep:
      return "nested too deeply";
    case JsonError.TrailingData:
      return "unexpected data after the value";
    case JsonError.TooManyMembers:
      return "too many members in the outermost object";
    default:
      return "too many keys that differ but have one hash";
  }
}

/**
 * Validates and, where `members` is the address of a member table, enters the outermost object's members. One of their values, `valid`, may be known
 * to be valid: it is not read. Returns the address behind the last entry, or a `JsonFault`, which `isJsonFault` tells apart.
 */
export function scanDocument(text: Slice, members: usize, valid: Slice): u64 {
  const end = sliceEnd(text);
  const result = scanValue(skipSpace(sliceStart(text), end), end, members, valid, MAX_DEPTH, false);
  return result >= FAULT ? result - sliceStart(text) : result;
}

/**
 * Validates the value that begins at `p`, whose containers may be `most` deep, and nothing behind it. Returns the address behind it; 0 if it is
 * invalid.
 */
export function validatedEnd(p: usize, end: usize, most: i32): usize {
  const result = scanValue(p, end, 0, ABSENT, most, true);
  return result >= FAULT ? 0 : <usize>result;
}

/** Validates the string whose opening quote is right before `p`. Returns the address behind it; 0 if it is invalid. */
// @ts-ignore: decorator
@inline
export function validatedStringEnd(p: usize, end: usize): usize {
  const result = scanString(p, end);
  return result >= FAULT ? 0 : <usize>result;
}

/** Whether a result of `scanDocument` is a fault. */
// @ts-ignore: decorator
@inline
export function isJsonFault(result: u64): bool {
  return result >= FAULT;
}

/** `scanDocument`, with the address of a fault instead of its offset; `isPart`: `validatedEnd`, with a fault. */
function scanValue(start: usize, end: usize, members: usize, valid: Slice, most: i32, isPart: bool): u64 {
  const full = members + MEMBER_SIZE * MAX_MEMBERS;
  let entry = members;
  let depth = 0;
  let inObject = false;
  let valueStart: usize = 0;
  let next: u64 = 0;

  let p = start;
  while (true) {
    if (inObject) {
      const key = p;
      if (byteOrZero(p, end) != 0x22) return fail(p, end, JsonError.UnexpectedByte);
      next = scanString(p + 1, end);
      if (next >= FAULT) return next;
      p = <usize>next;
      if (depth == 1 && members) {
        if (entry == full) return fail(key, end, JsonError.TooManyMembers);
        store<u64>(entry, sliceBetween(key, p));
        store<u64>(entry, next & HAS_ESCAPES ? ABSENT : sliceBetween(key + 1, p - 1), NAME);
      }
      p = skipSpace(p, end);
      if (byteOrZero(p, end) != 0x3a) return fail(p, end, JsonError.UnexpectedByte);
      p = skipSpace(p + 1, end);
    }
    if (depth == 1) valueStart = p;
    const first = byteOrZero(p, end);
    if (p == sliceStart(valid)) {
      p = sliceEnd(valid);
    } else if (first == 0x22) {
      next = scanString(p + 1, end);
      if (next >= FAULT) return next;
      p = <usize>next;
    } else if ((first | 0x20) == 0x7b) {
      if (depth == most) return fail(p, end, JsonError.TooDeep);
      store<u8>(outerKinds + depth++, inObject);
      inObject = first == 0x7b;
      p = skipSpace(p + 1, end);
      // "{" and "[" are two below their closing brackets.
      if (byteOrZero(p, end) != first + 2) continue;
      p++;
      inObject = load<bool>(outerKinds + --depth);
    } else if (first - 0x30 < 10 || first == 0x2d) {
      next = scanNumber(p, end);
      if (next >= FAULT) return next;
      p = <usize>next;
    } else {
      next = scanLiteral(p, end, first);
      if (next >= FAULT) return next;
      p = <usize>next;
    }
    // A value ends here, and with it every container that closes behind it.
    while (true) {
      if (depth == 1 && inObject && members) {
        store<u64>(entry, sliceBetween(valueStart, p), VALUE);
        entry += MEMBER_SIZE;
      }
      if (isPart && depth == 0) return p;
      p = skipSpace(p, end);
      if (depth == 0) return p == end ? entry : fail(p, end, JsonError.TrailingData);
      const byte = byteOrZero(p, end);
      if (byte == 0x2c) break;
      if (byte != <u32>(inObject ? 0x7d : 0x5d)) return fail(p, end, JsonError.UnexpectedByte);
      p++;
      inObject = load<bool>(outerKinds + --depth);
    }
    p = skipSpace(p + 1, end);
  }
}

/** A fault at `p`; at the end of the text it is `UnexpectedEnd`. */
function fail(p: usize, end: usize, error: JsonError): u64 {
  return ((<u64>(p >= end ? JsonError.UnexpectedEnd : error)) << ERROR_SHIFT) | (<u64>min(p, end));
}

/** The byte at `p`; 0 at the end. The grammar allows no byte that is 0, so that the end needs no check of its own. */
// @ts-ignore: decorator
@inline
export function byteOrZero(p: usize, end: usize): u32 {
  return p < end ? load<u8>(p) : 0;
}

/** From behind the opening quote: the address behind the closing one, with `HAS_ESCAPES`, or a fault. */
function scanString(p: usize, end: usize): u64 {
  let escapes: u64 = 0;
  while (true) {
    if (p + 16 <= end) {
      const bytes = v128.load(p);
      // Compared as signed, "below space" is every control character and every byte beyond ASCII.
      const special = v128.or(
        i8x16.lt_s(bytes, i8x16.splat(0x20)),
        v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      );
      const mask = i8x16.bitmask(special);
      if (!mask) {
        p = skipPlain(p + 16, end);
        continue;
      }
      p += ctz(mask);
    }
    const byte = byteOrZero(p, end);
    if (byte == 0x22) return (<u64>(p + 1)) | escapes;
    if (byte == 0x5c) {
      const next = scanEscape(p, end);
      if (next >= FAULT) return next;
      p = <usize>next;
      escapes = HAS_ESCAPES;
    } else if (byte < 0x20) {
      return fail(p, end, JsonError.ControlCharacter);
    } else if (byte < 0x80) {
      p++;
    } else {
      const next = skipMultibyte(p, end);
      if (next == p || (next < end && load<u8>(next) >= 0x80)) return fail(next, end, JsonError.BadUtf8);
      p = next;
    }
  }
}

function scanEscape(p: usize, end: usize): u64 {
  switch (byteOrZero(p + 1, end)) {
    case 0x22:
    case 0x2f:
    case 0x5c:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return p + 2;
    case 0x75:
      for (let i = 2; i < 6; i++)
        if (hexValue(byteOrZero(p + i, end)) == NO_HEX_DIGIT) return fail(p + i, end, JsonError.BadEscape);
      return p + 6;
    default:
      return fail(p + 1, end, JsonError.BadEscape);
  }
}

function scanNumber(p: usize, end: usize): u64 {
  if (load<u8>(p) == 0x2d) p++;
  let next: u64 = byteOrZero(p, end) == 0x30 ? p + 1 : scanDigits(p, end);
  if (next < FAULT && byteOrZero(<usize>next, end) == 0x2e) next = scanDigits(<usize>next + 1, end);
  if (next >= FAULT || (byteOrZero(<usize>next, end) | 0x20) != 0x65) return next;
  const sign = byteOrZero(<usize>next + 1, end);
  return scanDigits(<usize>next + (sign == 0x2b || sign == 0x2d ? 2 : 1), end);
}

function scanDigits(p: usize, end: usize): u64 {
  const first = p;
  while (byteOrZero(p, end) - 0x30 < 10) p++;
  return p > first ? p : fail(p, end, JsonError.BadNumber);
}

function scanLiteral(p: usize, end: usize, first: u32): u64 {
  const room = end - p;
  if (first == 0x74 && room >= 4 && load<u32>(p) == 0x65757274) return p + 4;
  if (first == 0x66 && room >= 5 && load<u32>(p, 1) == 0x65736c61) return p + 5;
  if (first == 0x6e && room >= 4 && load<u32>(p) == 0x6c6c756e) return p + 4;
  const isLetter = first == 0x74 || first == 0x66 || first == 0x6e;
  return fail(p, end, isLetter ? JsonError.BadLiteral : JsonError.UnexpectedByte);
}
