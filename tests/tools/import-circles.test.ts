import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { circles } from "../../tools/lint/import-circles.ts";

const graph = (imports: Record<string, string[]>) => new Map(Object.entries(imports));

describe("import circles", () => {
  it("finds none in a tree whose branches meet", () => {
    assert.deepEqual(circles(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] })), []);
  });

  it("finds one through several files", () => {
    assert.deepEqual(circles(graph({ a: ["b"], b: ["c"], c: ["d"], d: ["b"] })), [["b", "c", "d", "b"]]);
  });

  it("finds a file that imports itself, and two circles through one file", () => {
    assert.deepEqual(circles(graph({ a: ["a"] })), [["a", "a"]]);
    assert.deepEqual(circles(graph({ a: ["b", "c"], b: ["a"], c: ["a"] })), [
      ["a", "b", "a"],
      ["a", "c", "a"],
    ]);
  });
});
