import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, sliceEnd, sliceOf, sliceOfBuffer, sliceSize, sliceStart, subslice } from "../bytes/slice";
import { Captures } from "./captures";
import { decodeAt, lengthOf } from "../bytes/utf8";
import { PatternError } from "./error";
import { PatternFlags } from "./flags";
import { PatternParser } from "./parser";
import { Op, ProgramBuilder } from "./program";
import { expand } from "./replacement";
import { Goal, Simulation } from "./simulation";

export { PatternFlags } from "./flags";
export { PatternError } from "./error";

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
   * references. Each match takes linear time.
   */
  replace(text: Slice, template: Slice, out: ByteBuffer): void {
    let copied = 0;
    let at = 0;
    while (at <= sliceSize(text) && this.find(text, found, at)) {
      const start = found.start(0);
      const end = found.end(0);
      out.append(subslice(text, copied, start));
      // An empty match right after another match does not count.
      if (end > copied || start == 0) expand(template, found, this.names, out);
      copied = end;
      at = end > at ? end : at + characterLength(text, at);
    }
    out.append(subslice(text, copied));
  }

  private run(text: Slice, from: i32, slotCount: i32, goal: Goal): usize {
    return simulation.run(sliceStart(sliceOfBuffer(this.program)), this.length, slotCount, text, from, goal);
  }
}

/** The bytes of the character at `at`; 1 at the end. */
function characterLength(text: Slice, at: i32): i32 {
  return at < sliceSize(text) ? lengthOf(decodeAt(sliceStart(text) + at, sliceEnd(text))) : 1;
}
