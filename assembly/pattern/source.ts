/** The most of a pattern that a message repeats, in UTF-16 units. */
const MOST_REPEATED: i32 = 100;

/** The text of a pattern while it is read, character by character, and the first thing that is wrong with it. */
export class PatternSource {
  /** The position of the next character, in UTF-16 units. */
  at: i32 = 0;
  /** What is wrong, with the pattern and the offset; empty as long as nothing is. */
  error: string = "";

  constructor(readonly text: string) {}

  /** Whether all was read. */
  get ended(): bool {
    return this.at >= this.text.length;
  }

  /** Whether reading makes sense no more. */
  get failed(): bool {
    return this.error.length > 0;
  }

  /** The next unit, or -1. */
  peek(distance: i32 = 0): i32 {
    const index = this.at + distance;
    return index < this.text.length ? this.text.charCodeAt(index) : -1;
  }

  /** Passes the next character, which must be there, and gives it; a lone surrogate counts as U+FFFD. */
  next(): u32 {
    const character = <u32>this.text.codePointAt(this.at);
    this.at += character > 0xffff ? 2 : 1;
    return character >> 11 == 0x1b ? 0xfffd : character;
  }

  /** Passes the next character if it is this one. */
  accept(unit: i32): bool {
    if (this.peek() != unit) return false;
    this.at++;
    return true;
  }

  /** Notes that something is wrong at `unit`, unless something was before. */
  fail(reason: string, unit: i32): void {
    if (this.failed) return;
    // Operators count characters.
    let offset = 0;
    for (let i = 0; i < unit; i++) if ((this.text.charCodeAt(i) & 0xfc00) != 0xdc00) offset++;
    this.error = `pattern "${shortened(this.text)}", offset ${offset}: ${reason}`;
  }
}

/** A pattern as a message names it. */
export function shortened(pattern: string): string {
  return pattern.length > MOST_REPEATED ? pattern.substring(0, MOST_REPEATED) + "…" : pattern;
}
