import { addFolded } from "./folding";
import { RangeSet } from "./ranges";

const DIGIT = "09";
const SPACE = "\t\n\f\r  ";
const WORD = "09AZ__az";

/** The classes inside brackets: name, and the first and last characters of the ranges. */
const POSIX =
  ":alnum:09AZaz;:alpha:AZaz;:ascii:\0\x7f;:blank:\t\t  ;:cntrl:\0\x1f\x7f\x7f;:digit:09;:graph:!~;:lower:az;" +
  ":print: ~;:punct:!/:@[`{~;:space:\t\r  ;:upper:AZ;:word:09AZ__az;:xdigit:09AFaf;";

const own = new RangeSet();

/** The ranges of `\d`, `\s` or `\w`, by lower-case letter; empty for any other letter. */
export function rangesOfEscape(letter: u32): string {
  return letter == 0x64 ? DIGIT : letter == 0x73 ? SPACE : letter == 0x77 ? WORD : "";
}

/** The ranges of `[:name:]`; empty for an unknown name. */
export function rangesOfPosix(name: string): string {
  const entry = POSIX.indexOf(`:${name}:`);
  if (entry < 0 || name.indexOf(":") >= 0) return "";
  const ranges = entry + name.length + 2;
  return POSIX.substring(ranges, POSIX.indexOf(";", ranges));
}

/** Adds the characters of a class to `set` or, if `negated`, all others. Folding comes before negation. */
export function addClass(set: RangeSet, ranges: string, negated: bool, ignoreCase: bool): void {
  own.clear();
  for (let i = 0; i < ranges.length; i += 2) addFolded(own, ranges.charCodeAt(i), ranges.charCodeAt(i + 1), ignoreCase);
  set.addAll(own, negated);
}
