import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compile,
  compileSet,
  Flags,
  memoryBytes,
  scan,
  scanInTurns,
  search,
  searchSet,
  setFlushes,
} from "./pattern-engine.ts";
import { CHARACTERS, PatternGenerator } from "./pattern-generator.ts";
import { Random, seed } from "./random.ts";

/** Bytes that are not characters, and halves of some characters. */
const MALFORMED = ["ff", "80", "c3", "e6bc", "e6", "f09f98", "f09f", "c080", "eda080"].map((hex) =>
  Buffer.from(hex, "hex"),
);

test("a set finds one of its patterns exactly where one is found alone, however the text is cut", (t) => {
  const random = new Random(seed());
  const generator = new PatternGenerator(random);
  t.diagnostic(`SEED=${seed()}`);
  let found = 0;
  const sets = 1_500;
  for (let i = 0; i < sets; i++) {
    const patterns = Array.from({ length: 1 + random.below(5) }, () => generator.next().ours).filter(
      (pattern) => pattern,
    );
    const alphabet = Array.from({ length: 4 }, () => Buffer.from(random.pick(CHARACTERS)));
    if (i % 3 === 0) alphabet.push(random.pick(MALFORMED), random.pick(MALFORMED));
    const texts = Array.from({ length: 8 }, () =>
      Buffer.concat(Array.from({ length: random.below(8) }, () => random.pick(alphabet))),
    );
    const alone = texts.map(() => new Set<number>());
    patterns.forEach((pattern, index) => {
      assert.equal(compile(pattern), "");
      texts.forEach((text, n) => search(text) && alone[n]!.add(index));
    });
    if (patterns.length === 0) continue;
    assert.equal(compileSet(patterns), "");
    texts.forEach((text, n) => {
      const label = `${JSON.stringify(patterns)} in ${text.toString("hex")}`;
      const index = searchSet(text);
      assert.ok(index < 0 ? alone[n]!.size === 0 : alone[n]!.has(index), `${index}: ${label}`);
      assertSameWhereverCut(text, index, label);
      if (index >= 0) found++;
    });
  }
  assert.ok(found > sets && found < sets * 7, `${found} found is no good mixture`);
});

test("the match that is known first counts and, of several, the lowest index", () => {
  const cases: [patterns: string[], text: string, index: number][] = [
    [["abcd", "bc"], "abcd", 1],
    [["c", "bc", "abc"], "abc", 0],
    [["abc", "bc", "c"], "abc", 0],
    [["b$", "a"], "ab", 1],
    [["a$", "ab"], "ab", 1],
    [["a\\b", "a."], "a-", 0],
    [["x", ""], "x", 1],
    [["^b", "(?m)^b"], "a\nb", 1],
    [["\\Bb", "b"], "b", 1],
  ];
  for (const [patterns, text, index] of cases) {
    assert.equal(compileSet(patterns), "");
    assert.equal(searchSet(text), index, `${patterns} in ${text}`);
    assertSameWhereverCut(Buffer.from(text), index, `${patterns}`);
  }
});

test("two texts are scanned in turns, also while states are forgotten all the time", () => {
  const random = new Random(seed());
  const patterns = ["(?:a|b)*a(?:a|b){60}c", "漢a{5}é"];
  const text = (end: string) =>
    Array.from({ length: 5_000 }, () => (random.below(500) ? random.pick(["a", "b"]) : "漢aé")).join("") + end;
  for (const ends of [
    [`a${"ab".repeat(30)}c`, ""],
    ["", "漢aaaaaé"],
    ["漢aaaaé", `b${"ba".repeat(30)}c`],
  ]) {
    const texts = ends.map(text);
    assert.equal(compileSet(patterns), "");
    const pieces = texts.map((whole) => [...Buffer.from(whole)].map((byte) => Buffer.from([byte])));
    const found = scanInTurns(pieces);
    assert.ok(setFlushes() > 0, "the states were never too many");
    const alone = texts.map((whole) => patterns.filter((pattern) => compile(pattern) === "" && search(whole)));
    assert.deepEqual(
      found,
      alone.map(([first]) => (first ? patterns.indexOf(first) : -1)),
      ends.join(),
    );
  }
});

test("dropping the first state of a text does not change the result", () => {
  const random = new Random(seed());
  const filling = Array.from({ length: 900 }, () => random.pick(["a", "b"])).join("");
  let flushed = 0;
  for (let length = 300; length < filling.length; length++) {
    compileSet(["(?:a|b)*a(?:a|b){12}c", "ddd"]);
    scan([filling.slice(0, length)]);
    const before = setFlushes();
    assert.equal(scan(["ddd"]), 1, `after ${length} characters`);
    if (setFlushes() > before) flushed++;
  }
  assert.ok(flushed > 0, "the states were never too many in the right moment");
});

test("a set refuses the patterns that a single pattern refuses, and sets above its limits", () => {
  assert.equal(compileSet(["a", "b("]), 'pattern "b(", offset 1: this ( has no )');
  const large = "a".repeat(1_990);
  assert.equal(compileSet(Array<string>(10).fill(large)), "");
  assert.equal(compileSet(Array<string>(11).fill(large)), `pattern "${"a".repeat(100)}…": one too many for a set`);
  // Groups that are not reported cost nothing.
  assert.equal(compileSet(["(a)".repeat(100)]), "");
});

test("flags hold for all patterns of a set", () => {
  compileSet(["abc", "é"], Flags.ignoreCase);
  assert.deepEqual(["xABC", "É", "ab"].map(searchSet), [0, 1, -1]);
  compileSet(["/a", "/a/.*"], Flags.whole);
  assert.deepEqual(["/a", "/a/b", "x/a", "/ab"].map(searchSet), [0, 1, -1, -1]);
});

test("literals are found where they end first, of several the lowest index, however the text is cut", () => {
  const random = new Random(seed());
  for (let i = 0; i < 2_000; i++) {
    const ignoreCase = i % 2 === 0;
    const alphabet = Array.from({ length: 3 }, () => random.pick([...CHARACTERS.filter((c) => c !== "\n"), "\u0000"]));
    const word = (most: number) => Array.from({ length: 1 + random.below(most) }, () => random.pick(alphabet)).join("");
    const literals = Array.from({ length: 1 + random.below(6) }, () => word(5));
    assert.equal(compileSet(literals, ignoreCase ? Flags.ignoreCase : 0, "literals"), "");
    for (let j = 0; j < 5; j++) {
      const text = Buffer.from(word(12));
      const expected = firstLiteral(literals, text, ignoreCase);
      assertSameWhereverCut(text, expected, `${JSON.stringify(literals)} in ${text}`);
    }
  }
});

test("so many literals that most nodes have no row are found all the same", () => {
  const random = new Random(seed());
  const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"];
  const word = (length: number) => Array.from({ length }, () => random.pick(letters)).join("");
  const literals = Array.from({ length: 5_000 }, () => word(3) + word(4 + random.below(5)));
  assert.equal(compileSet(literals, 0, "literals"), "");
  for (let i = 0; i < 500; i++) {
    // Prefixes of literals before a whole one, where the end decides which one to follow.
    const begins = Array.from({ length: 3 }, () => random.pick(literals).slice(0, 2 + random.below(5))).join("");
    const text = Buffer.from(begins + random.pick([...literals, ""]) + word(3));
    assert.equal(scan([text]), firstLiteral(literals, text, false), text.toString());
  }
});

test("literals are refused when they are empty or too long", () => {
  assert.equal(compileSet(["a", ""], 0, "literals"), "literal 1 is empty");
  assert.equal(
    compileSet(["a", "b".repeat(262_144)], 0, "literals"),
    "the literals up to number 1 have more than 262144 bytes",
  );
  assert.equal(compileSet(["b".repeat(262_144)], 0, "literals"), "");
});

test("a scan takes no more memory as its text grows", () => {
  for (const kind of ["patterns", "literals"] as const) {
    compileSet(["ab", "漢"], 0, kind);
    const pieces = Array<Buffer>(100).fill(Buffer.from("a漢 é".repeat(50), "utf8").subarray(0, 3));
    scan(pieces);
    const before = memoryBytes();
    for (let i = 0; i < 2_000; i++) scan(pieces);
    assert.equal(memoryBytes(), before);
  }
});

function assertSameWhereverCut(text: Buffer, index: number, label: string): void {
  for (let at = 0; at <= text.length; at++) {
    const result = scan([text.subarray(0, at), text.subarray(at)]);
    if (result !== index) assert.fail(`cut at ${at}: ${result} in place of ${index}: ${label}`);
  }
  const result = scan([...text].map((byte) => Buffer.from([byte])));
  if (result !== index) assert.fail(`byte by byte: ${result} in place of ${index}: ${label}`);
}

function firstLiteral(literals: string[], text: Buffer, ignoreCase: boolean): number {
  const lower = (bytes: Buffer) =>
    ignoreCase ? Buffer.from(bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte))) : bytes;
  const ends = literals.map((literal) => {
    const bytes = Buffer.from(literal);
    const at = lower(text).indexOf(lower(bytes));
    return at < 0 ? Infinity : at + bytes.length;
  });
  const first = Math.min(...ends);
  return first === Infinity ? -1 : ends.indexOf(first);
}
