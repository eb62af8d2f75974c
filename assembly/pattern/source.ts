/** The longest pattern that a message repeats in full, in UTF-16 units. */
const MOST_REPEATED: i32 = 100;

/** The text of a pattern while it is parsed, and the first error. */
export class PatternSource {
  /** The position of the next character, in UTF-16 units. */
  at: i32 = 0;
  /** The error, with the pattern and the offset; empty without one. */
  error: string = "";

  constructor(readonly text: string) {}

  /** Whether the end is reached. */
  get ended(): bool {
    return this.at >= this.text.length;
  }

  /** Whether there is an error. */
  get failed(): bool {
    return this.error.length > 0;
  }

  /** The next unit, or -1. */
  peek(distance: i32 = 0): i32 {
    const index = this.at + distance;
    return index < this.text.length ? this.text.charCodeAt(index) : -1;
  }

  /** Consumes and returns the next character, which must exist; a lone surrogate counts as U+FFFD. */
  next(): u32 {
    const character = <u32>this.text.codePointAt(this.at);
    this.at += character > 0xffff ? 2 : 1;
    return character >> 11 == 0x1b ? 0xfffd : character;
  }

  /** Consumes the next character if it is this one. */
  accept(unit: i32): bool {
    if (this.peek() != unit) return false;
    this.at++;
    return true;
  }

  /** Records an error at `unit`, unless there is one. */
  fail(reason: string, unit: i32): void {
    if (this.failed) return;
    // Messages count characters, not UTF-16 units.
    let offset = 0;
    for (let i = 0; i < unit; i++) if ((this.text.charCodeAt(i) & 0xfc00) != 0xdc00) offset++;
    this.error = `pattern "${shortened(this.text)}", offset ${offset}: ${reason}`;
  }
}

/** A pattern as it is shown in a message. */
export function shortened(pattern: string): string {
  return pattern.length > MOST_REPEATED ? pattern.substring(0, MOST_REPEATED) + "…" : pattern;
}
