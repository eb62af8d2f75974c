// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { ssePayloads } from "./expectation.ts";
import { differences } from "./match.ts";

const cases: [what: string, actual: unknown, expected: unknown, found: RegExp | null][] = [
  ["equal values", { a: [1, { b: null }] }, { a: [1, { b: null }] }, null],
  ["another value", { a: 1 }, { a: 2 }, /^\$\.a is 1, not 2$/],
  ["another type", { a: "1" }, { a: 1 }, /^\$\.a is "1", not 1$/],
  ["a missing field", {}, { a: 1 }, /^\$\.a is missing$/],
  ["a field that is null instead of missing", { a: null }, {}, /^\$\.a should not be there: null$/],
  ["a surplus item", [1, 2], [1], /^\$ has 2 items, not 1$/],
  ["a missing item", [1], [1, 2], /^\$ has 1 items, not 2$/],
  ["a type", { a: 3 }, { a: { $any: "integer" } }, null],
  ["a fraction for an integer", { a: 3.5 }, { a: { $any: "integer" } }, /^\$\.a is 3\.5, not integer$/],
  ["a pattern", "abc", { $match: "^a.c$" }, null],
  ["a text beside the pattern", "abd", { $match: "^a.c$" }, /does not match/],
  ["a part of an object", { a: 1, b: 2 }, { $includes: { a: 1 } }, null],
  ["a part that differs", { a: 1, b: 2 }, { $includes: { a: { $any: "string" } } }, /^\$\.a is 1, not string$/],
  ["JSON in a text", { a: '{"b":1}' }, { a: { $json: { b: 1 } } }, null],
  ["other JSON in a text", { a: '{"b":1}' }, { a: { $json: { b: 2 } } }, /^\$\.a\.b is 1, not 2$/],
  ["an array for an object", [], {}, /^\$ is \[\], not an object$/],
];

for (const [what, actual, expected, found] of cases) {
  test(`matching ${what}`, () => {
    const text = differences(actual, expected).join("; ");
    if (found) assert.match(text, found);
    else assert.equal(text, "");
  });
}

test("a matcher that does not exist is an error", () => {
  assert.throws(() => differences(1, { $anything: 1 }), /no matcher "\$anything"/);
  assert.throws(() => differences(1, { $any: "thing" }), /no type "thing"/);
});

test("payloads of a stream are read whatever ends its lines", () => {
  const payloads = [{ a: 1 }, "[DONE]"];
  for (const end of ["\n", "\r\n", "\r"]) {
    const text = `: comment${end}id:1${end}data:{"a":1}${end}${end}data: [DONE]${end}${end}`;
    assert.deepEqual(ssePayloads(Buffer.from(text)), payloads);
  }
});
