/** Options of a pattern; several are added. The first four can be set in a pattern as well: `(?imsU)`. */
export const enum PatternFlags {
  None = 0,
  /** `i`: letters match in either case. */
  IgnoreCase = 1,
  /** `m`: `^` and `$` also match at the begin and end of each line. */
  MultiLine = 2,
  /** `s`: `.` also matches a line feed. */
  DotAll = 4,
  /** `U`: repetitions are lazy, and with a `?` greedy. */
  Ungreedy = 8,
  /** A match covers the whole text. */
  Whole = 16,
  /** The pattern is a literal text. */
  Literal = 32,
}
