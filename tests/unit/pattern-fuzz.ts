import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, find, matches, replace, search, type Spans } from "./pattern-engine.ts";
import { CHARACTERS, PatternGenerator, type Twin } from "./pattern-generator.ts";
import { Random, seed } from "./random.ts";

const PATTERNS = 9_000;
const TEXTS = 16;
const TEMPLATE = "<$0|${1}|$2>";

test(`${PATTERNS * TEXTS} pairs of a pattern and a text give the same result as RegExp`, (t) => {
  const random = new Random(seed());
  const generator = new PatternGenerator(random);
  t.diagnostic(`SEED=${seed()}`);
  let found = 0;
  let whole = 0;
  let exact = 0;
  let grouped = 0;
  let absent = 0;
  for (let i = 0; i < PATTERNS; i++) {
    const twin = generator.next();
    const refusal = compile(twin.ours);
    if (refusal) assert.fail(refusal);
    const reference = new Reference(twin);
    // Few characters, so that they are often those of the pattern.
    const characters = Array.from({ length: 4 }, () => random.pick(CHARACTERS));
    for (let j = 0; j < TEXTS; j++) {
      const text = Array.from({ length: random.below(10) }, () => random.pick(characters)).join("");
      const label = () => `${JSON.stringify(twin)} on ${JSON.stringify(text)}`;
      const expected = reference.find(text);
      if (search(text) !== (expected !== null)) assert.fail(`search: ${label()}`);
      if (matches(text) !== reference.matches(text)) assert.fail(`whole: ${label()}`);
      if (expected) found++;
      if (reference.matches(text)) whole++;
      if (!twin.isExact) continue;
      exact++;
      assert.deepEqual(find(text), expected, label());
      if (expected && expected.length > 1) grouped++;
      if (expected?.some(([begin]) => begin < 0)) absent++;
      assert.equal(replace(text, TEMPLATE).toString(), reference.replaceAll(text), label());
    }
  }
  t.diagnostic(
    `${found} found, ${whole} whole, ${exact} compared with their groups, ${grouped} have some, ${absent} one that matched nothing`,
  );
  const pairs = PATTERNS * TEXTS;
  assert.ok(found > pairs / 5 && found < (pairs * 4) / 5, `${found} found is no good mixture`);
  assert.ok(exact >= 100_000, `${exact} compared with their groups are too few`);
  assert.ok(grouped > pairs / 20 && absent > pairs / 100, `${grouped} groups, ${absent} of them absent, are too few`);
  assert.ok(whole > pairs / 50, `${whole} whole matches are too few`);
});

test("mutilated patterns are refused with an offset, or run", () => {
  const random = new Random(seed() + 1);
  const generator = new PatternGenerator(random);
  const signs = [
    ..."()[]{}?*+|\\^$-,:<>=!PixmsU0123456789",
    "(?",
    "\\x{",
    "[[:",
    ":]",
    "{2,",
    "(?P<",
    "(?i",
    "\u{10ffff}",
    "\ud800",
  ];
  let refused = 0;
  for (let i = 0; i < 20_000; i++) {
    let pattern = generator.next().ours;
    for (let j = random.below(4); j >= 0; j--) {
      const at = random.below(pattern.length + 1);
      pattern = pattern.slice(0, at) + random.pick(signs) + pattern.slice(at + random.below(3));
    }
    const error = compile(pattern);
    if (error) {
      refused++;
      const offset = Number(/", offset (\d+): [^]+/.exec(error)?.[1]);
      if (!(offset <= [...pattern].length)) assert.fail(error);
      continue;
    }
    for (const text of ["", "a", "aAb é\n漢😀_0", "\xff".repeat(3)]) {
      const bytes = Buffer.from(text, text.startsWith("\xff") ? "latin1" : "utf8");
      assert.equal(search(bytes), find(bytes) !== null, pattern);
      matches(bytes);
      replace(bytes, "${1}$$");
    }
  }
  assert.ok(refused > 1_000 && refused < 19_000, `${refused} refused is no good mixture`);
});

/** The same functions in JavaScript; replacement as in Go. */
class Reference {
  /** Starts at each character: otherwise V8 finds empty matches inside of surrogate pairs. */
  private readonly here: RegExp;
  private readonly whole: RegExp;

  constructor(twin: Twin) {
    const flags = twin.ignoreCase ? "iu" : "u";
    this.here = new RegExp(twin.javascript, `${flags}dy`);
    this.whole = new RegExp(`^(?:${twin.javascript})$`, flags);
  }

  matches(text: string): boolean {
    return this.whole.test(text);
  }

  /** The spans in bytes. */
  find(text: string): Spans | null {
    const match = this.exec(text, 0);
    const toBytes = (unit: number) => Buffer.byteLength(text.slice(0, unit));
    return match && match.indices!.map((span) => (span ? [toBytes(span[0]), toBytes(span[1])] : [-1, -1]));
  }

  replaceAll(text: string): string {
    let result = "";
    let copied = 0;
    for (let at = 0; at <= text.length;) {
      const match = this.exec(text, at);
      if (!match) break;
      const end = match.index + match[0].length;
      result += text.slice(copied, match.index);
      if (end > copied || match.index === 0) result += `<${match[0]}|${match[1] ?? ""}|${match[2] ?? ""}>`;
      copied = end;
      at = end > at ? end : at + width(text, at);
    }
    return result + text.slice(copied);
  }

  private exec(text: string, from: number): RegExpExecArray | null {
    for (let at = from; at <= text.length; at += width(text, at)) {
      this.here.lastIndex = at;
      const match = this.here.exec(text);
      if (match) return match;
    }
    return null;
  }
}

/** The UTF-16 units of the character at `at`. */
function width(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
