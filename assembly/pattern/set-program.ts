import { PatternError } from "./error";
import { PatternParser } from "./parser";
import { Op, ProgramBuilder } from "./program";
import { shortened } from "./source";

/** The most instructions of all patterns together. */
const MAX_INSTRUCTIONS: i32 = 20_000;

/** The program that matches any of the patterns; `null` if one is malformed or they are too many, and then `error` says why. */
export function composeSet(patterns: string[], flags: i32, error: PatternError | null): ProgramBuilder | null {
  const builder = new ProgramBuilder();
  for (let i = 0; i < patterns.length; i++) {
    const split = builder.length;
    const isLast = i == patterns.length - 1;
    if (!isLast) builder.emit(Op.Split);
    let reason = new PatternParser(patterns[i], flags, builder, false).parse();
    if (builder.length > MAX_INSTRUCTIONS) reason = `pattern "${shortened(patterns[i])}": one too many for a set`;
    if (reason.length) {
      builder.dispose();
      if (error) error.message = reason;
      return null;
    }
    builder.emit(Op.Match, i);
    if (!isLast) builder.setOperand(split, builder.length - split);
  }
  // Without patterns nothing is found.
  if (!patterns.length) builder.emit(Op.Class);
  return builder;
}
