import type { Random } from "./random.ts";

/** One pattern in two syntaxes with the same meaning. */
export interface Twin {
  /** In RE2's syntax. */
  ours: string;
  /** In JavaScript's, with the flag `u` and, if `ignoreCase`, `i`. */
  javascript: string;
  ignoreCase: boolean;
  /** Whether matches and groups have the same positions, and not only whether there are any. */
  isExact: boolean;
}

/** Characters of one to four bytes, some with another case. */
export const CHARACTERS = [
  "a",
  "b",
  "c",
  "A",
  "B",
  "k",
  "S",
  "0",
  "_",
  "-",
  ".",
  " ",
  "\n",
  "é",
  "É",
  "Σ",
  "ς",
  "漢",
  "😀",
];

/** A part of a pattern. A part that can match nothing is not repeated if positions must be equal: JavaScript differs there. */
interface Piece {
  ours: string;
  javascript: string;
  isNullable: boolean;
}

/** In JavaScript [^…] with flag m knows four line ends, in RE2 one: therefore lines are written explicitly. */
const PLACES: [ours: string, javascript: string][] = [
  ["^", "^"],
  ["$", "$"],
  ["\\A", "^"],
  ["\\z", "$"],
  ["(?m:^)", "(?<=^|\\n)"],
  ["(?m:$)", "(?=$|\\n)"],
  ["\\b", "\\b"],
  ["\\B", "\\B"],
];

const CLASSES: [ours: string, javascript: string][] = [
  [".", "[^\\n]"],
  ["(?s:.)", "[^]"],
  ["\\d", "\\d"],
  ["\\D", "\\D"],
  ["\\w", "\\w"],
  ["\\W", "\\W"],
  ["\\s", "[\\t\\n\\f\\r ]"],
  ["\\S", "[^\\t\\n\\f\\r ]"],
  ["[[:alpha:]]", "[A-Za-z]"],
  ["[^[:alnum:]]", "[^0-9A-Za-z]"],
  ["[[:^digit:]_]", "[\\D_]"],
  ["[]a]", "[\\]a]"],
  ["[^]a]", "[^\\]a]"],
  ["[\\w.-]", "[\\w.\\-]"],
];

const REPETITIONS: [text: string, least: number][] = [
  ["*", 0],
  ["+", 1],
  ["?", 0],
  ["{2}", 2],
  ["{0,2}", 0],
  ["{1,3}", 1],
  ["{2,}", 2],
];

/** Generates random patterns. */
export class PatternGenerator {
  private isExact = true;
  private groups = 0;

  constructor(private readonly random: Random) {}

  /** A pattern of some depth. Every fifth repeats a part that can match nothing. */
  next(): Twin {
    this.isExact = this.random.below(5) > 0;
    this.groups = 0;
    const ignoreCase = this.random.below(3) === 0;
    const { ours, javascript } = this.alternatives(1 + this.random.below(3), true);
    return { ours: ignoreCase ? `(?i)${ours}` : ours, javascript, ignoreCase, isExact: this.isExact };
  }

  /** `captures` says that groups are allowed here: not inside a repetition, where JavaScript clears them each time. */
  private alternatives(depth: number, captures: boolean): Piece {
    const count = this.random.below(3) === 0 ? 2 + this.random.below(2) : 1;
    const pieces = Array.from({ length: count }, () => this.sequence(depth, captures));
    return join(pieces, "|", (all) => all.some(Boolean));
  }

  private sequence(depth: number, captures: boolean): Piece {
    const pieces = Array.from({ length: this.random.below(4) }, () => this.part(depth, captures));
    return join(pieces, "", (all) => all.every(Boolean));
  }

  private part(depth: number, captures: boolean): Piece {
    const kind = this.random.below(depth > 0 ? 12 : 7);
    if (kind < 4) return this.character();
    if (kind === 4) return pieceOf(this.random.pick(CLASSES), false);
    if (kind === 5) return this.bracket();
    if (kind === 6) return pieceOf(this.random.pick(PLACES), true);
    if (kind < 9) return this.group(depth, captures);
    return this.repetition(depth, captures);
  }

  private character(): Piece {
    const character = this.random.pick(CHARACTERS);
    const hexadecimal = character.codePointAt(0)!.toString(16);
    if (this.random.below(8) === 0) return same(`\\x{${hexadecimal}}`, `\\u{${hexadecimal}}`);
    return character === "." || character === "\n" ? same(character === "." ? "\\." : "\\n") : same(character);
  }

  private bracket(): Piece {
    const items = Array.from({ length: 1 + this.random.below(3) }, () => {
      const ends = [this.random.pick(CHARACTERS), this.random.pick(CHARACTERS)];
      ends.sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
      const [first, last] = ends.map((end) => end.replace(/[-.]/, "\\$&").replace("\n", "\\n"));
      return this.random.below(2) ? `${first}-${last}` : this.random.pick([first!, "\\d", "\\W"]);
    });
    return same(`[${this.random.below(3) ? "" : "^"}${items.join("")}]`);
  }

  private group(depth: number, captures: boolean, inner = captures): Piece {
    if (!captures || this.random.below(3) === 0) {
      const { ours, javascript, isNullable } = this.alternatives(depth - 1, inner);
      return { ours: `(?:${ours})`, javascript: `(?:${javascript})`, isNullable };
    }
    const name = this.random.below(3) === 0 ? `g${++this.groups}` : "";
    const { ours, javascript, isNullable } = this.alternatives(depth - 1, inner);
    const isPython = this.random.below(2) === 0;
    return {
      ours: `(${name && `?${isPython ? "P" : ""}<${name}>`}${ours})`,
      javascript: `(${name && `?<${name}>`}${javascript})`,
      isNullable,
    };
  }

  private repetition(depth: number, captures: boolean): Piece {
    const body = this.random.below(2) ? this.group(depth, captures, false) : this.character();
    if (body.isNullable && this.isExact) return body;
    const [text, least] = this.random.pick(REPETITIONS);
    const lazy = this.random.below(3) ? "" : "?";
    return {
      ours: `${body.ours}${text}${lazy}`,
      javascript: `${body.javascript}${text}${lazy}`,
      isNullable: body.isNullable || least === 0,
    };
  }
}

function same(ours: string, javascript = ours): Piece {
  return { ours, javascript, isNullable: false };
}

function pieceOf([ours, javascript]: [string, string], isNullable: boolean): Piece {
  return { ours, javascript, isNullable };
}

function join(pieces: Piece[], separator: string, isNullable: (all: boolean[]) => boolean): Piece {
  return {
    ours: pieces.map((piece) => piece.ours).join(separator),
    javascript: pieces.map((piece) => piece.javascript).join(separator),
    isNullable: isNullable(pieces.map((piece) => piece.isNullable)),
  };
}
