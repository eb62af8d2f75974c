// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
/** The bytes that are copied or filled in one step: a loop iteration with vectors of 16 bytes. */
const BYTES_PER_STEP_LOG2 = 4;

/** The counter, as text: function entries and loop iterations call the first function, copies and fills the others. */
const COUNTERS = `
 (global $steps (mut i32) (i32.const 0))
 (global $limit (mut i32) (i32.const -1))
 (func $log_execution (param $place i32) (call $add_steps (i32.const 1)))
 (func $add_steps (param $more i32)
  (global.set $steps (i32.add (global.get $steps) (local.get $more)))
  (if (i32.gt_u (global.get $steps) (global.get $limit)) (then (unreachable))))
 (func $counted_copy (param $to i32) (param $from i32) (param $size i32)
  (call $add_steps (i32.shr_u (local.get $size) (i32.const ${BYTES_PER_STEP_LOG2})))
  (memory.copy (local.get $to) (local.get $from) (local.get $size)))
 (func $counted_fill (param $to i32) (param $byte i32) (param $size i32)
  (call $add_steps (i32.shr_u (local.get $size) (i32.const ${BYTES_PER_STEP_LOG2})))
  (memory.fill (local.get $to) (local.get $byte) (local.get $size)))
 (func $test_steps (export "test_steps") (result i32) (global.get $steps))
 (func $test_limit (export "test_limit") (param $limit i32)
  (global.set $steps (i32.const 0))
  (global.set $limit (local.get $limit)))
)`;

/**
 * Writes the counting copy: `node -e COUNT module copy`. A process of its own, because it runs without tsx, which takes six seconds to
 * rewrite the sources of binaryen. The pass inserts calls of an imported function; the import becomes the counter.
 */
const COUNT = `
  import { readFileSync, writeFileSync } from "node:fs";
  import binaryen from "binaryen";
  const [wasm, copy] = process.argv.slice(1);
  const module = binaryen.readBinary(readFileSync(wasm));
  module.setFeatures(binaryen.Features.All);
  module.runPasses(["log-execution"]);
  module.removeFunction("log_execution");
  const text = module
    .emitText()
    .replaceAll("(memory.copy", "(call $counted_copy")
    .replaceAll("(memory.fill", "(call $counted_fill")
    .replace(/\\)\\s*$/, () => process.env.COUNTERS);
  const counting = binaryen.parseText(text);
  counting.setFeatures(binaryen.Features.All);
  if (!counting.validate()) throw new Error("the counting copy is no valid module");
  writeFileSync(copy, counting.emitBinary());`;

/**
 * Writes a copy of a module that counts each function entry, each loop iteration and each 16 bytes that are copied or
 * filled, and traps above a limit. So work is measured without a clock, and an endless loop is an error. Exports
 * `test_steps` and `test_limit`.
 */
export function countSteps(wasm: string, copy: string): string {
  const target = resolve(root, copy);
  if (isNewer(target, resolve(root, wasm))) return copy;
  mkdirSync(dirname(target), { recursive: true });
  // Several tests may write it at the same time: none may read an incomplete file.
  const own = `${target}.${process.pid}`;
  execFileSync(process.execPath, ["--input-type=module", "-e", COUNT, resolve(root, wasm), own], {
    cwd: root,
    env: { ...process.env, COUNTERS },
  });
  renameSync(own, target);
  return copy;
}

function isNewer(copy: string, wasm: string): boolean {
  if (!existsSync(copy)) return false;
  const written = statSync(copy).mtimeMs;
  return [wasm, import.meta.filename].every((file) => statSync(file).mtimeMs < written);
}
