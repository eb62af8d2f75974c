import { ABSENT, Slice, sliceBetween, sliceEnd, sliceStart } from "../bytes/slice";
import { skipMultibyte } from "../bytes/utf8";
import { MAX_MEMBERS, MEMBER_SIZE, NAME, VALUE } from "./members";
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

let documentStart: usize = 0;
let failure: JsonError = JsonError.None;
let failureAt: usize = 0;
let escapes: i32 = 0;

/** Checks a whole text against RFC 8259 and strict UTF-8, white space around the value allowed. */
export function jsonValidate(text: Slice): JsonError {
  scanDocument(text, 0);
  return failure;
}

/** How many bytes stood before the fault that the last validation found. */
export function jsonErrorOffset(): i32 {
  return <i32>(failureAt - documentStart);
}

/** Says in English what an error means, for a sentence such as "the body is not JSON: …". */
export function jsonErrorText(error: JsonError): string {
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
 * Validates and, where `members` is the address of a member table, enters the outermost object's members. Gives the
 * address behind the last entry, or 0 after an error, which `jsonFailure` tells.
 */
export function scanDocument(text: Slice, members: usize): usize {
  const end = sliceEnd(text);
  const full = members + MEMBER_SIZE * MAX_MEMBERS;
  let entry = members;
  let depth = 0;
  let inObject = false;
  let valueStart: usize = 0;
  documentStart = sliceStart(text);
  failure = JsonError.None;

  let p = skipSpace(sliceStart(text), end);
  while (true) {
    if (inObject) {
      const key = p;
      const escapesBefore = escapes;
      if (byteOrZero(p, end) != 0x22) return fail(p, end, JsonError.UnexpectedByte);
      p = scanString(p + 1, end);
      if (!p) return 0;
      if (depth == 1 && members) {
        if (entry == full) return fail(key, end, JsonError.TooManyMembers);
        store<u64>(entry, sliceBetween(key, p));
        store<u64>(entry, escapes == escapesBefore ? sliceBetween(key + 1, p - 1) : ABSENT, NAME);
      }
      p = skipSpace(p, end);
      if (byteOrZero(p, end) != 0x3a) return fail(p, end, JsonError.UnexpectedByte);
      p = skipSpace(p + 1, end);
    }
    if (depth == 1) valueStart = p;
    const first = byteOrZero(p, end);
    if (first == 0x22) {
      p = scanString(p + 1, end);
      if (!p) return 0;
    } else if ((first | 0x20) == 0x7b) {
      if (depth == MAX_DEPTH) return fail(p, end, JsonError.TooDeep);
      store<u8>(outerKinds + depth++, inObject);
      inObject = first == 0x7b;
      p = skipSpace(p + 1, end);
      // "{" and "[" are two below their closing brackets.
      if (byteOrZero(p, end) != first + 2) continue;
      p++;
      inObject = load<bool>(outerKinds + --depth);
    } else if (first - 0x30 < 10 || first == 0x2d) {
      p = scanNumber(p, end);
      if (!p) return 0;
    } else {
      p = scanLiteral(p, end, first);
      if (!p) return 0;
    }
    // A value ends here, and with it every container that closes behind it.
    while (true) {
      if (depth == 1 && inObject && members) {
        store<u64>(entry, sliceBetween(valueStart, p), VALUE);
        entry += MEMBER_SIZE;
      }
      p = skipSpace(p, end);
      if (depth == 0) return p == end ? entry : fail(p, end, JsonError.TrailingData);
      const next = byteOrZero(p, end);
      if (next == 0x2c) break;
      if (next != <u32>(inObject ? 0x7d : 0x5d)) return fail(p, end, JsonError.UnexpectedByte);
      p++;
      inObject = load<bool>(outerKinds + --depth);
    }
    p = skipSpace(p + 1, end);
  }
}

/** What the last scan found wrong. */
export function jsonFailure(): JsonError {
  return failure;
}

/** Records a fault at `p` and answers 0. */
export function fail(p: usize, end: usize, error: JsonError): usize {
  failure = p >= end ? JsonError.UnexpectedEnd : error;
  failureAt = min(p, end);
  return 0;
}

/** No byte that the grammar allows is 0, so that the end needs no check of its own. */
// @ts-ignore: decorator
@inline
function byteOrZero(p: usize, end: usize): u32 {
  return p < end ? load<u8>(p) : 0;
}

/** From behind the opening quote to behind the closing one; 0 after a fault. */
function scanString(p: usize, end: usize): usize {
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
        p += 16;
        continue;
      }
      p += ctz(mask);
    }
    const byte = byteOrZero(p, end);
    if (byte == 0x22) return p + 1;
    if (byte == 0x5c) {
      const next = scanEscape(p, end);
      if (!next) return 0;
      p = next;
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

function scanEscape(p: usize, end: usize): usize {
  escapes++;
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
      for (let i = 2; i < 6; i++) if (!isHexDigit(byteOrZero(p + i, end))) return fail(p + i, end, JsonError.BadEscape);
      return p + 6;
    default:
      return fail(p + 1, end, JsonError.BadEscape);
  }
}

// @ts-ignore: decorator
@inline
function isHexDigit(byte: u32): bool {
  return byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 6;
}

function scanNumber(p: usize, end: usize): usize {
  if (load<u8>(p) == 0x2d) p++;
  if (byteOrZero(p, end) == 0x30) p++;
  else if (!(p = scanDigits(p, end))) return 0;
  if (byteOrZero(p, end) == 0x2e && !(p = scanDigits(p + 1, end))) return 0;
  if ((byteOrZero(p, end) | 0x20) == 0x65) {
    const sign = byteOrZero(p + 1, end);
    p = scanDigits(p + (sign == 0x2b || sign == 0x2d ? 2 : 1), end);
  }
  return p;
}

function scanDigits(p: usize, end: usize): usize {
  const first = p;
  while (byteOrZero(p, end) - 0x30 < 10) p++;
  return p > first ? p : fail(p, end, JsonError.BadNumber);
}

function scanLiteral(p: usize, end: usize, first: u32): usize {
  const room = end - p;
  if (first == 0x74 && room >= 4 && load<u32>(p) == 0x65757274) return p + 4;
  if (first == 0x66 && room >= 5 && load<u32>(p, 1) == 0x65736c61) return p + 5;
  if (first == 0x6e && room >= 4 && load<u32>(p) == 0x6c6c756e) return p + 4;
  const isLetter = first == 0x74 || first == 0x66 || first == 0x6e;
  return fail(p, end, isLetter ? JsonError.BadLiteral : JsonError.UnexpectedByte);
}
