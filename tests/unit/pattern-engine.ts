import { loadModule } from "./module.ts";

const { exports, put, out } = await loadModule("pattern");

/** The flags of a pattern; the numbers of `PatternFlags`. */
export const Flags = { ignoreCase: 1, multiLine: 2, dotAll: 4, ungreedy: 8, whole: 16, literal: 32 };

/** Start and end of each group in bytes; -1 for a group that matched nothing. */
export type Spans = [begin: number, end: number][];

/** Compiles a pattern for the calls below; returns its error, or an empty text. */
export function compile(pattern: string, flags = 0): string {
  return attempt(() => withBytes(pattern, (address, size) => exports.compile!(address, size, flags)));
}

/** Whether the pattern matches anywhere in the text. */
export function search(text: string | Buffer): boolean {
  return withBytes(text, exports.search!) === 1;
}

/** Whether the pattern matches the whole text. */
export function matches(text: string | Buffer): boolean {
  return withBytes(text, exports.matches!) === 1;
}

/** The leftmost match from an offset, or null. */
export function find(text: string | Buffer, from = 0): Spans | null {
  if (!withBytes(text, (address, size) => exports.find!(address, size, from))) return null;
  const bytes = out();
  return Array.from({ length: bytes.length / 8 }, (_, i) => [bytes.readInt32LE(i * 8), bytes.readInt32LE(i * 8 + 4)]);
}

/** The text with every match replaced by the template. */
export function replace(text: string | Buffer, template: string): Buffer {
  const [bytes, refill] = [Buffer.from(text), Buffer.from(template)];
  const address = put(Buffer.concat([bytes, refill]));
  exports.replace!(address, bytes.length, address + bytes.length, refill.length);
  return out();
}

/** The work of all patterns so far. */
export function steps(): number {
  return exports.steps!();
}

/** The bytes of the module's memory. */
export function memoryBytes(): number {
  return exports.memoryBytes!();
}

/** Compiles a set for the calls below; returns its error, or an empty text. */
export function compileSet(texts: string[], flags = 0, kind: "patterns" | "literals" = "patterns"): string {
  const lines = texts.join("\n");
  const isLiterals = Number(kind === "literals");
  return attempt(() => withBytes(lines, (address, size) => exports.compileSet!(address, size, flags, isLiterals)));
}

/** The match of the set in a text in chunks: an index, or -1. */
export function scan(pieces: (string | Buffer)[]): number {
  return scanInTurns([pieces])[0]!;
}

/** The matches of the set in two texts whose chunks alternate. */
export function scanInTurns(texts: (string | Buffer)[][]): number[] {
  texts.forEach((_, number) => exports.beginSet!(number));
  for (let i = 0; texts.some((pieces) => i < pieces.length); i++) {
    texts.forEach((pieces, number) => {
      if (i < pieces.length) withBytes(pieces[i]!, (address, size) => exports.feedSet!(number, address, size));
    });
  }
  return texts.map((_, number) => exports.finishSet!(number));
}

/** The match of a set of patterns in a whole text. */
export function searchSet(text: string | Buffer): number {
  return withBytes(text, exports.searchSet!);
}

/** The work of the set so far. */
export function setSteps(): number {
  return exports.setSteps!();
}

/** The number of times that the set has dropped its states. */
export function setFlushes(): number {
  return exports.setFlushes!();
}

function attempt(run: () => number): string {
  if (run()) return "";
  exports.error!();
  return out().toString();
}

function withBytes(text: string | Buffer, call: (address: number, size: number) => number): number {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  return call(put(bytes), bytes.length);
}
