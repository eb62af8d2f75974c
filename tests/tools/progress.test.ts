// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { Progress } from "../../tools/progress.ts";

test("a ring prints a line when it begins, one every 15 seconds, and one when it ends", () => {
  const lines: string[] = [];
  let now = 0;
  const progress = new Progress(
    "host",
    (line) => lines.push(line),
    () => now,
  );
  const tally = { passed: 0, failed: 0, skipped: 0 };
  progress.begin(2);
  for (; now < 40_000; now += 1000) {
    tally.passed++;
    progress.update(tally, 1);
  }
  progress.end({ ...tally, failed: 1 });
  assert.deepEqual(lines, [
    "host     2 files",
    "  host: 16 passed, 0 failed, 0 skipped, 1 files begun, 15 s",
    "  host: 31 passed, 0 failed, 0 skipped, 1 files begun, 30 s",
    "host     40 passed, 1 failed, 0 skipped  (40.0 s)",
  ]);
});
