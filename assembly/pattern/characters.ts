import { Assertion } from "./program";

/** Used as a character: the begin or the end of the text. */
export const TEXT_EDGE: u32 = u32.MAX_VALUE;

/** The end of a line. */
export const LINE_FEED: u32 = 0x0a;

/** The assertions that hold between two characters or bytes. */
export function assertionsBetween(before: u32, behind: u32): i32 {
  let assertions = isWordCharacter(before) == isWordCharacter(behind) ? Assertion.NoWordBorder : Assertion.WordBorder;
  if (before == TEXT_EDGE) assertions |= Assertion.TextBegin | Assertion.LineBegin;
  if (before == LINE_FEED) assertions |= Assertion.LineBegin;
  if (behind == TEXT_EDGE) assertions |= Assertion.TextEnd | Assertion.LineEnd;
  if (behind == LINE_FEED) assertions |= Assertion.LineEnd;
  return assertions;
}

/** Whether it is an ASCII letter, a digit or `_`. */
export function isWordCharacter(character: u32): bool {
  return character - 0x30 < 10 || (character | 0x20) - 0x61 < 26 || character == 0x5f;
}
