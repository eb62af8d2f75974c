import { VERY_LONG_WORD } from "../bytes/word-block";
import { Script } from "./script";

/** A token, in the unit of the sum. */
export const TOKEN: i32 = 100;
const LONG_LETTER: i32 = 3;
const LAST_LETTER: i32 = 35;
/** What a letter of an English word longer than `LONG_WORD` adds: such a word may be more than one token. */
// @ts-ignore: decorator
@inline
export function ofLongWord(length: i32): i32 {
  return length > VERY_LONG_WORD ? LAST_LETTER : LONG_LETTER;
}

/** `ofLongWord` of several letters, of which the last ones are longer than `VERY_LONG_WORD`. */
// @ts-ignore: decorator
@inline
export function ofLongWords(letters: i32, last: i32): i32 {
  return letters * LONG_LETTER + last * (LAST_LETTER - LONG_LETTER);
}

/** What the first letter of a word costs beside `costOf`. */
export function firstCost(script: Script): i32 {
  switch (script) {
    case Script.Cyrillic:
    case Script.Arabic:
    case Script.Greek:
    case Script.Hebrew:
    case Script.Indic:
    case Script.OtherIndic:
      return TOKEN;
    case Script.Emoji:
      return 130;
    case Script.Hangul:
      return 40;
    default:
      return 0;
  }
}
