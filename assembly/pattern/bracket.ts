import { addClass, rangesOfEscape, rangesOfPosix } from "./classes";
import { readEscapedCharacter } from "./escapes";
import { addFolded } from "./folding";
import { RangeSet } from "./ranges";
import { PatternSource } from "./source";

const listed = new RangeSet();

/** Reads the class whose `[`, at `from`, has been read, and adds its characters to `set`. */
export function readBracket(source: PatternSource, from: i32, ignoreCase: bool, set: RangeSet): void {
  listed.clear();
  const isNegated = source.accept(0x5e);
  let isFirst = true;
  while (!source.failed) {
    if (source.ended) return source.fail("this [ has no ]", from);
    // A closing bracket in the first position is a literal.
    if (!isFirst && source.accept(0x5d)) return set.addAll(listed, isNegated);
    isFirst = false;
    if (!readNamedClass(source, ignoreCase)) readRange(source, ignoreCase);
  }
}

/** Reads a named class, such as `\d` or `[:alpha:]`, if one is next. */
function readNamedClass(source: PatternSource, ignoreCase: bool): bool {
  if (source.peek() == 0x5c) {
    const letter = source.peek(1);
    const ranges = rangesOfEscape(letter | 0x20);
    if (!ranges.length || letter < 0) return false;
    source.at += 2;
    addClass(listed, ranges, (letter & 0x20) == 0, ignoreCase);
    return true;
  }
  if (source.peek() != 0x5b || source.peek(1) != 0x3a) return false;
  const end = source.text.indexOf(":]", source.at + 2);
  if (end < 0) return false;
  const isNegated = source.peek(2) == 0x5e;
  const name = source.text.substring(source.at + (isNegated ? 3 : 2), end);
  const ranges = rangesOfPosix(name);
  if (!ranges.length) source.fail("there is no class of that name", source.at);
  source.at = end + 2;
  addClass(listed, ranges, isNegated, ignoreCase);
  return true;
}

/** Reads one character, or a range of them. */
function readRange(source: PatternSource, ignoreCase: bool): void {
  const from = source.at;
  const first = readCharacter(source);
  let last = first;
  if (source.peek() == 0x2d && source.peek(1) >= 0 && source.peek(1) != 0x5d) {
    source.at++;
    last = readCharacter(source);
    if (last < first) return source.fail("this range runs backwards", from);
  }
  addFolded(listed, first, last, ignoreCase);
}

function readCharacter(source: PatternSource): u32 {
  const from = source.at;
  return source.accept(0x5c) ? readEscapedCharacter(source, from) : source.next();
}
