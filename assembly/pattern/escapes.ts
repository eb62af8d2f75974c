import { LAST_CHARACTER } from "./program";
import { PatternSource } from "./source";

/** The letters behind a backslash that stand for a control character, and these. */
const LETTERS = "afnrtv";
const CONTROLS = "\x07\f\n\r\t\v";

/** Reads what stands behind the backslash at `from` as one character; 0 after an error. */
export function readEscapedCharacter(source: PatternSource, from: i32): u32 {
  if (source.ended) {
    source.fail("nothing follows this backslash", from);
    return 0;
  }
  const character = source.next();
  if (character == 0x78) return readHexadecimal(source, from);
  const control = character < 0x80 ? LETTERS.indexOf(String.fromCharCode(character)) : -1;
  if (control >= 0) return CONTROLS.charCodeAt(control);
  if (character < 0x80 && !isAlphanumeric(character)) return character;
  source.fail(reasonAgainst(character), from);
  return 0;
}

/** Whether it is an ASCII letter or digit. */
export function isAlphanumeric(character: u32): bool {
  return character - 0x30 < 10 || (character | 0x20) - 0x61 < 26;
}

function reasonAgainst(character: u32): string {
  if (character - 0x31 < 9 || character == 0x6b) return "back-references are not supported";
  if ((character | 0x20) == 0x70) return "Unicode properties are not supported";
  return `\\${String.fromCodePoint(character)} is not supported`;
}

function readHexadecimal(source: PatternSource, from: i32): u32 {
  const isBraced = source.accept(0x7b);
  let character: u32 = 0;
  let digits = 0;
  while (character <= LAST_CHARACTER && (isBraced || digits < 2)) {
    const digit = hexadecimalDigit(source.peek());
    if (digit < 0) break;
    character = (character << 4) | digit;
    digits++;
    source.at++;
  }
  const isWhole = isBraced ? digits > 0 && source.accept(0x7d) : digits == 2;
  if (isWhole && character <= LAST_CHARACTER) return character;
  source.fail("\\x needs two hexadecimal digits, or in braces the number of a character", from);
  return 0;
}

function hexadecimalDigit(unit: i32): i32 {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = (unit | 0x20) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}
