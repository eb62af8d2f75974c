import { readBracket } from "./bracket";
import { addClass, rangesOfEscape } from "./classes";
import { ENDLESS, ProgramComposer, TOO_LARGE } from "./composer";
import { isAlphanumeric, readEscapedCharacter } from "./escapes";
import { PatternFlags } from "./flags";
import { addFolded } from "./folding";
import { LAST_CHARACTER, Op, Assertion, ProgramBuilder } from "./program";
import { RangeSet } from "./ranges";
import { PatternSource } from "./source";

/** The most instructions of one pattern, which bound the time for a character. */
const MAX_INSTRUCTIONS: i32 = 2_000;

/** The most ranges of all classes in one pattern. */
const MAX_RANGES: i32 = 8_000;

/** The deepest nesting of groups. */
const MAX_DEPTH: i32 = 100;

/** The most groups that capture. */
export const MAX_CAPTURES: i32 = 31;

/** The highest number of a counted repetition. */
const MAX_COUNT: i32 = 1_000;

const set = new RangeSet();

/** Reads a pattern once, from left to right and without recursion, and writes its program. */
export class PatternParser {
  private readonly source: PatternSource;
  private readonly composer: ProgramComposer;
  private readonly mostRanges: i32;
  /** The names of the capturing groups by number; empty for one without a name, as for number 0, the whole match. */
  readonly names: string[] = [""];

  /** The program is appended to the builder's. Without `captures` groups do not capture. */
  constructor(
    pattern: string,
    private flags: i32,
    private readonly builder: ProgramBuilder,
    private readonly captures: bool,
  ) {
    this.source = new PatternSource(pattern);
    this.composer = new ProgramComposer(builder, builder.length + MAX_INSTRUCTIONS);
    this.mostRanges = builder.rangeCount + MAX_RANGES;
  }

  /** Reads the whole pattern. Returns an error, or "". */
  parse(): string {
    const source = this.source;
    const composer = this.composer;
    const isWhole = (this.flags & PatternFlags.Whole) != 0;
    if (isWhole) this.builder.emit(Op.Assert, Assertion.TextBegin);
    composer.open(-1, this.flags, 0);
    while (!source.ended && !source.failed) {
      const from = source.at;
      const character = source.next();
      if (this.flags & PatternFlags.Literal) this.character(character);
      else this.read(character, from);
      if (composer.isTooLarge || this.builder.rangeCount > this.mostRanges) source.fail(TOO_LARGE, from);
    }
    if (composer.depth > 1) source.fail("this ( has no )", composer.openOffset);
    if (source.failed) return source.error;
    composer.close();
    if (isWhole) this.builder.emit(Op.Assert, Assertion.TextEnd);
    return "";
  }

  private read(character: u32, from: i32): void {
    const source = this.source;
    switch (character) {
      case 0x28: // (
        return this.openGroup(from);
      case 0x29: // )
        return this.closeGroup(from);
      case 0x7c: // |
        return this.composer.alternative();
      case 0x2a: // *
        return this.repeat(0, ENDLESS, from);
      case 0x2b: // +
        return this.repeat(1, ENDLESS, from);
      case 0x3f: // ?
        return this.repeat(0, 1, from);
      case 0x7b: // {
        return this.repeatCounted(from);
      case 0x5b: // [
        set.clear();
        readBracket(source, from, this.has(PatternFlags.IgnoreCase), set);
        return this.composer.oneOf(set);
      case 0x2e: // .
        set.clear();
        set.add(0, 0x09);
        set.add(this.has(PatternFlags.DotAll) ? 0x0a : 0x0b, LAST_CHARACTER);
        return this.composer.oneOf(set);
      case 0x5e: // ^
        return this.composer.assert(this.has(PatternFlags.MultiLine) ? Assertion.LineBegin : Assertion.TextBegin);
      case 0x24: // $
        return this.composer.assert(this.has(PatternFlags.MultiLine) ? Assertion.LineEnd : Assertion.TextEnd);
      case 0x5c: // \
        return this.readEscape(from);
      default:
        return this.character(character);
    }
  }

  private character(character: u32): void {
    if (!this.has(PatternFlags.IgnoreCase)) return this.composer.character(character);
    set.clear();
    addFolded(set, character, character, true);
    this.composer.oneOf(set);
  }

  private readEscape(from: i32): void {
    const source = this.source;
    const letter = source.peek();
    const ranges = rangesOfEscape(letter | 0x20);
    const place = placeOfEscape(letter);
    if (!ranges.length && !place) return this.character(readEscapedCharacter(source, from));
    source.at++;
    if (place) return this.composer.assert(place);
    set.clear();
    addClass(set, ranges, (letter & 0x20) == 0, this.has(PatternFlags.IgnoreCase));
    this.composer.oneOf(set);
  }

  private openGroup(from: i32): void {
    const source = this.source;
    const outside = this.flags;
    let name = "";
    let isCapture = true;
    if (source.accept(0x3f)) {
      name = this.readName(from);
      isCapture = name.length > 0;
      // Flags without a group apply up to the end of the enclosing group.
      if (!isCapture && !source.failed && this.readFlags(from)) return this.composer.settle();
    }
    if (this.composer.depth > MAX_DEPTH) source.fail("more than 100 groups stand inside each other", from);
    if (!isCapture || source.failed) return this.composer.open(-1, outside, from);
    if (name.length && this.names.includes(name)) source.fail("there is a group of that name already", from);
    if (this.captures && this.names.length > MAX_CAPTURES) {
      source.fail("more than 31 groups capture: begin with (?: what need not", from);
    }
    this.composer.open(this.captures ? this.names.length << 1 : -1, outside, from);
    this.names.push(name);
  }

  private closeGroup(from: i32): void {
    if (this.composer.depth > 1) this.flags = this.composer.close();
    else this.source.fail("this ) has no (", from);
  }

  /** Reads `<name>` or `P<name>`; empty if something else is next. */
  private readName(from: i32): string {
    const source = this.source;
    const distance = source.peek() == 0x50 ? 1 : 0;
    const behind = source.peek(distance + 1);
    if (source.peek(distance) != 0x3c || (!distance && (behind == 0x3d || behind == 0x21))) return "";
    source.at += distance + 1;
    const start = source.at;
    while (isAlphanumeric(source.peek()) || source.peek() == 0x5f) source.at++;
    const name = source.text.substring(start, source.at);
    if (!name.length || !source.accept(0x3e))
      source.fail("a group's name is letters, digits and _ between < and >", from);
    return name;
  }

  /** Reads flags up to `:`, which opens a group, or `)`. Returns whether it was `)`. */
  private readFlags(from: i32): bool {
    const source = this.source;
    let isClearing = false;
    // A minus sign without a letter has no effect.
    let isOpen = false;
    while (!source.ended) {
      const unit = source.peek();
      source.at++;
      if (unit == 0x3a && !isOpen) return false;
      if (unit == 0x29 && !isOpen) return true;
      const flag = flagOf(unit);
      isOpen = unit == 0x2d && !isClearing;
      if (isOpen) isClearing = true;
      else if (flag) this.flags = isClearing ? this.flags & ~flag : this.flags | flag;
      else break;
    }
    const kind = source.text.charCodeAt(from + 2) == 0x3c ? from + 3 : from + 2;
    const sign = kind < source.text.length ? source.text.charCodeAt(kind) : -1;
    const isLookAround = sign == 0x3d || sign == 0x21;
    source.fail(isLookAround ? "look-around is not supported" : "this kind of group is not supported", from);
    return false;
  }

  /** Reads a counted repetition whose `{` is at `from`; braces that contain none are literal characters. */
  private repeatCounted(from: i32): void {
    const source = this.source;
    const least = this.readCount();
    let most = least;
    if (source.accept(0x2c)) most = source.peek() == 0x7d ? ENDLESS : this.readCount();
    if (least < 0 || most < ENDLESS || !source.accept(0x7d)) {
      source.at = from + 1;
      return this.character(0x7b);
    }
    if (least > MAX_COUNT || most > MAX_COUNT) return source.fail("repeats more than 1000 times", from);
    if (most != ENDLESS && most < least) return source.fail("the most is less than the least", from);
    this.repeat(least, most, from);
  }

  /** A number, capped above the highest one that is allowed; less than `ENDLESS` if there is none. */
  private readCount(): i32 {
    const source = this.source;
    let count = ENDLESS - 1;
    while (<u32>(source.peek() - 0x30) < 10) {
      count = min(max(count, 0) * 10 + source.peek() - 0x30, MAX_COUNT + 1);
      source.at++;
    }
    return count;
  }

  private repeat(least: i32, most: i32, from: i32): void {
    const isLazy = this.source.accept(0x3f) != this.has(PatternFlags.Ungreedy);
    const reason = this.composer.repeat(least, most, isLazy);
    if (reason.length) this.source.fail(reason, from);
  }

  private has(flag: PatternFlags): bool {
    return (this.flags & flag) != 0;
  }
}

function flagOf(letter: i32): PatternFlags {
  switch (letter) {
    case 0x69: // i
      return PatternFlags.IgnoreCase;
    case 0x6d: // m
      return PatternFlags.MultiLine;
    case 0x73: // s
      return PatternFlags.DotAll;
    case 0x55: // U
      return PatternFlags.Ungreedy;
    default:
      return PatternFlags.None;
  }
}

/** The assertion of `\b` and similar escapes; 0 for any other. */
function placeOfEscape(letter: i32): Assertion {
  switch (letter) {
    case 0x41: // A
      return Assertion.TextBegin;
    case 0x42: // B
      return Assertion.NoWordBorder;
    case 0x62: // b
      return Assertion.WordBorder;
    case 0x7a: // z
      return Assertion.TextEnd;
    default:
      return <Assertion>0;
  }
}
