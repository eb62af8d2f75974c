import { Script } from "./script";

/** A token, in the unit of the sum. */
export const TOKEN: i32 = 100;
/** Longer words may be more than one token. */
export const LONG_WORD: i32 = 7;

/** What a letter of an English word longer than `LONG_WORD` adds. */
// @ts-ignore: decorator
@inline
export function ofLongWord(length: i32): i32 {
  return length > 16 ? 35 : 3;
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
