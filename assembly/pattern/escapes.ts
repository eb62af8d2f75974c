import { LAST_CHARACTER } from "./program";
import { PatternSource } from "./source";

/** Reads the character after the backslash at `from`; 0 after an error. */
export function readEscapedCharacter(source: PatternSource, from: i32): u32 {
  if (source.ended) {
    source.fail("nothing follows this backslash", from);
    return 0;
  }
  const character = source.next();
  if (character == 0x78) return readHexadecimal(source, from);
  const control = controlOf(character);
  if (control) return control;
  if (character < 0x80 && !isAlphanumeric(character)) return character;
  let reason = source.text.substring(from, source.at) + " is not supported";
  if (character - 0x31 < 9 || character == 0x6b) reason = "back-references are not supported";
  if ((character | 0x20) == 0x70) reason = "Unicode properties are not supported";
  source.fail(reason, from);
  return 0;
}

/** Whether it is an ASCII letter or digit. */
export function isAlphanumeric(character: u32): bool {
  return character - 0x30 < 10 || (character | 0x20) - 0x61 < 26;
}

/** The control character of a backslash and this letter, or 0. */
function controlOf(letter: u32): u32 {
  switch (letter) {
    case 0x61: // a
      return 0x07;
    case 0x66: // f
      return 0x0c;
    case 0x6e: // n
      return 0x0a;
    case 0x72: // r
      return 0x0d;
    case 0x74: // t
      return 0x09;
    case 0x76: // v
      return 0x0b;
    default:
      return 0;
  }
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
