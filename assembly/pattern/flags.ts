/** How a pattern is read; several are added. The first four can be set in a pattern as well: `(?imsU)`. */
export const enum PatternFlags {
  None = 0,
  /** `i`: a letter stands for its other case as well. */
  IgnoreCase = 1,
  /** `m`: `^` and `$` match at the begin and end of each line, too. */
  MultiLine = 2,
  /** `s`: `.` matches a line feed, too. */
  DotAll = 4,
  /** `U`: repetitions take as little as they can, and with a `?` behind them as much. */
  Ungreedy = 8,
  /** The match begins where the text does and ends where it ends. */
  Whole = 16,
  /** The pattern's characters stand for themselves. */
  Literal = 32,
}
