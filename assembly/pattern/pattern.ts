import { ByteBuffer } from "../bytes/buffer";
import {
  ABSENT,
  indexOfByte,
  Slice,
  sliceEnd,
  sliceOf,
  sliceOfBuffer,
  sliceSize,
  sliceStart,
  subslice,
} from "../bytes/slice";
import { Captures } from "./captures";
import { decodeAt, lengthOf } from "../bytes/utf8";
import { PatternError } from "./error";
import { PatternFlags } from "./flags";
import { PatternParser } from "./parser";
import { isEndless, Op, ProgramBuilder } from "./program";
import { expand } from "./replacement";
import { Goal, Simulation } from "./simulation";

export { PatternFlags } from "./flags";
export { PatternError } from "./error";

const DOLLAR: u32 = 0x24;
/** The most steps of a replacement for each byte of the text and instruction: only patterns that look far ahead need more. */
const MOST_STEPS: u64 = 32;

/** The bytes of the slots of one group. */
const SLOTS_SIZE: i32 = 8;

const simulation = new Simulation();
const found = new Captures();

/** The number of steps of all patterns since the start, for tests of linear time. */
export function patternSteps(): u64 {
  return simulation.steps;
}

/**
 * A compiled regular expression in the syntax of RE2, without Unicode properties. Texts are UTF-8; a malformed byte counts
 * as one U+FFFD. A match takes at most as many steps as the text has characters times the pattern has
 * instructions. Matching allocates no memory.
 *
 * @example
 * const error = new PatternError();
 * const pattern = Pattern.compile("^gpt-(.*)$", PatternFlags.None, error);
 * if (!pattern) reader.fail("pattern", error.message);
 */
export class Pattern {
  private constructor(
    private readonly program: ArrayBuffer,
    private readonly length: i32,
    /** The names of its groups by number; empty for one without a name, as for number 0, the whole match. */
    readonly names: string[],
  ) {}

  /** Compiles a pattern; `null` if it is malformed or uses unsupported syntax, and then `error` says why. */
  static compile(
    pattern: string,
    flags: PatternFlags = PatternFlags.None,
    error: PatternError | null = null,
  ): Pattern | null {
    const builder = new ProgramBuilder();
    const parser = new PatternParser(pattern, flags, builder, true);
    const reason = parser.parse();
    if (reason.length) {
      builder.dispose();
      if (error) error.message = reason;
      return null;
    }
    builder.emit(Op.Match);
    const length = builder.length;
    simulation.reserve(length, parser.names.length * 2);
    return new Pattern(builder.finish(), length, parser.names);
  }

  /** The bytes that it takes up. */
  get size(): i32 {
    return this.program.byteLength;
  }

  /** Whether it matches the empty text. */
  get matchesNothing(): bool {
    return this.matches(sliceOf(0, 0));
  }

  /** Whether its matches have no upper bound. */
  get isEndless(): bool {
    return isEndless(this.program, this.length);
  }

  /** Whether it matches anywhere in the text. */
  search(text: Slice): bool {
    return this.run(text, 0, 0, Goal.Search) != 0;
  }

  /** Whether it matches the whole text. */
  matches(text: Slice): bool {
    return this.run(text, 0, 0, Goal.Whole) != 0;
  }

  /** Finds the leftmost match at or after `from`, with its groups. */
  find(text: Slice, captures: Captures, from: i32 = 0): bool {
    const groups = this.names.length;
    const slots = this.run(text, min(max(from, 0), sliceSize(text)), groups * 2, Goal.Find);
    captures.set(text, slots ? sliceOf(slots, groups * SLOTS_SIZE) : ABSENT);
    return slots != 0;
  }

  /**
   * Appends the text with each match replaced by the template, as Go's `regexp.ReplaceAll` does: see `expand` for the
   * references. Each match takes linear time. Returns `false`, and stops, the result would have more than `limit` bytes; with a limit
   * also where it takes more than `MOST_STEPS` steps for each byte and instruction.
   */
  replace(text: Slice, template: Slice, out: ByteBuffer, limit: i32 = i32.MAX_VALUE): bool {
    const references = countOf(template, DOLLAR);
    const steps = MOST_STEPS * (<u64>sliceSize(text) + 64) * <u64>this.length;
    const lastStep = limit == i32.MAX_VALUE ? u64.MAX_VALUE : simulation.steps + steps;
    const most = <i64>out.size + <i64>limit;
    let copied = 0;
    let at = 0;
    while (at <= sliceSize(text) && this.find(text, found, at)) {
      const start = found.start(0);
      const end = found.end(0);
      out.append(subslice(text, copied, start));
      const longest = <i64>sliceSize(template) + <i64>references * <i64>(end - start);
      if (<i64>out.size + longest > most || simulation.steps > lastStep) return false;
      // An empty match right after another match does not count.
      if (end > copied || start == 0) expand(template, found, this.names, out);
      copied = end;
      at = end > at ? end : at + characterLength(text, at);
    }
    out.append(subslice(text, copied));
    return <i64>out.size <= most;
  }

  private run(text: Slice, from: i32, slotCount: i32, goal: Goal): usize {
    return simulation.run(sliceStart(sliceOfBuffer(this.program)), this.length, slotCount, text, from, goal);
  }
}

/** The bytes of the character at `at`; 1 at the end. */
function characterLength(text: Slice, at: i32): i32 {
  return at < sliceSize(text) ? lengthOf(decodeAt(sliceStart(text) + at, sliceEnd(text))) : 1;
}

function countOf(text: Slice, byte: u32): i32 {
  let count = 0;
  for (let at = indexOfByte(text, byte); at >= 0; at = indexOfByte(text, byte, at + 1)) count++;
  return count;
}
