import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, compileSet, find, matches, scan, search, setFlushes, setSteps, steps } from "./pattern-engine.ts";
import { Random, seed } from "./random.ts";

/** Patterns for which backtracking engines take exponential time, with a text for each. */
const CATASTROPHES: [pattern: string, unit: string, end: string][] = [
  ["(x+x+)+y", "x", ""],
  ["^(a+)+$", "a", "!"],
  ["^(a|a)*$", "a", "!"],
  ["^(a|aa)+$", "a", "!"],
  ["^(a*)*$", "a", "!"],
  ["(.*)*(.*)*x", "a", ""],
  ["(.*?,){11}P", "1,", ""],
  ["^(([a-z])+.)+[A-Z]([a-z])+$", "a", ""],
  [
    "^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
    "a",
    "!",
  ],
  ["(?:a?){50}a{50}", "a", ""],
  ["(\\w+\\s?)*!", "ab ", ""],
  ["a.*b.*c.*d.*e", "abcd", ""],
  ["(a{0,30}){0,30}b", "a", ""],
  ["\\b(\\w*\\b)*$", "a", "-"],
  ["(é|漢|[^a])+x", "é漢", ""],
];

for (const [pattern, unit, end] of CATASTROPHES) {
  test(`${pattern}: twice the text is twice the work`, () => {
    assert.equal(compile(pattern), "");
    const work = [500, 1_000].map((count) => {
      const text = unit.repeat(count) + end;
      const before = steps();
      search(text);
      matches(text);
      find(text);
      return (steps() - before) / text.length;
    });
    // A run executes each instruction at most once when it reaches a character, and once more to consume it.
    assert.ok(work[0]! <= 3 * 2 * 2_000, `${work[0]} steps a character`);
    assert.ok(work[1]! <= work[0]! * 1.1 + 1, `${work} steps a character`);
  });

  test(`${pattern}: the automaton takes as little`, () => {
    assert.equal(compileSet([pattern, "never to be found"]), "");
    const work = [2_000, 4_000].map((count) => {
      const text = unit.repeat(count) + end;
      const before = setSteps();
      scan([text]);
      return (setSteps() - before) / text.length;
    });
    assert.ok(work[1]! <= work[0]! * 1.1 + 1, `${work} steps a character`);
  });
}

test("a text that always needs new states costs one walk through the program for each character", () => {
  const pattern = "(?:a|b)*a(?:a|b){60}c";
  assert.equal(compileSet([pattern]), "");
  const flushes = setFlushes();
  const random = new Random(seed());
  const text = (length: number) => Array.from({ length }, () => random.pick(["a", "b"])).join("");
  const work = [5_000, 10_000].map((length) => {
    const before = setSteps();
    assert.equal(scan([text(length)]), -1);
    return (setSteps() - before) / length;
  });
  assert.ok(setFlushes() > flushes, "the states were never too many");
  assert.ok(work[0]! < 2 * 300, `${work} steps a character`);
  assert.ok(work[1]! <= work[0]! * 1.2 + 1, `${work} steps a character`);
  compile(pattern);
  for (let i = 0; i < 200; i++) {
    const sample = `${text(100)}c`;
    assert.equal(scan([sample]) === 0, search(sample), sample);
  }
});

test("the number of patterns does not matter once their states are known", () => {
  const text = "GET /v1/chat/completions?model=gpt-4o some text that goes on and on ".repeat(200);
  const work = [10, 1_000].map((count) => {
    assert.equal(compileSet(Array.from({ length: count }, (_, i) => `/bl[o0]cked/${i}$`)), "");
    scan([text]);
    const before = setSteps();
    scan([text]);
    return (setSteps() - before) / text.length;
  });
  assert.deepEqual(work, [1, 1]);
});

test("the number of literals does not matter", () => {
  const text = "GET /v1/chat/completions?model=gpt-4o some text that goes on and on ".repeat(200);
  const work = [10, 20_000].map((count) => {
    assert.equal(
      compileSet(
        Array.from({ length: count }, (_, i) => `text${i}`),
        0,
        "literals",
      ),
      "",
    );
    const before = setSteps();
    scan([text]);
    return (setSteps() - before) / text.length;
  });
  assert.ok(work[0]! >= 1 && work[0]! <= 2 && work[1]! <= 2, `${work} steps a byte`);
});
