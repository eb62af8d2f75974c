// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { isUnsafe } from "../../tools/lint/unsafe-code.ts";

test("raw memory is found in code, whatever the operation", () => {
  const unsafe = [
    "  const byte = load<u8>(p);",
    "store<u32>(at, 1, 4); // a comment",
    "const bytes = v128.load(p);",
    "const word = i32.load8_u(p);",
    "f64.store(p, 1);",
    "const block = __alloc(8);",
    "memory.repeat(to, from, 4, 2);",
    "  return changetype<Options>(exchange.options);",
    "  heap.free(changetype<usize>(this));",
    "const slot = memory.data(8);",
    "  memory.copy(to, from, size);",
    "    memory.fill(at, 0, 8);",
    "  return memory.compare(a, b, size) == 0;",
  ];
  for (const line of unsafe) assert.ok(isUnsafe(line), line);
});

test("comments and other calls of these names are no raw memory", () => {
  const safe = [
    "// load<u8>(p) reads a byte",
    "/** Like memory.copy, for slices. */",
    " * changetype<T>(address)",
    "headers.load();",
    "this.heaps.free();",
    "const pages = memory.size();",
    "i8x16.splat(0x20)",
  ];
  for (const line of safe) assert.ok(!isUnsafe(line), line);
});
