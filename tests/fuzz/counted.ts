// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import binaryen from "binaryen";

const root = resolve(import.meta.dirname, "../..");
const STEPS = "steps";

/**
 * Writes a copy of a module that counts each function's entry and each turn of a loop, and traps above a limit: so work
 * is measured without a clock, and a loop without an end is an error. Exports `test_steps` and `test_limit`.
 */
export function countSteps(wasm: string, copy: string): string {
  const module = binaryen.readBinary(readFileSync(resolve(root, wasm)));
  module.setFeatures(binaryen.Features.All);
  // The pass calls an imported function wherever control flows; the import becomes the counter.
  module.runPasses(["log-execution"]);
  module.removeFunction("log_execution");
  module.addGlobal(STEPS, binaryen.i32, true, module.i32.const(0));
  module.addGlobal("limit", binaryen.i32, true, module.i32.const(-1));
  const steps = (): number => module.global.get(STEPS, binaryen.i32);
  const more = module.global.set(STEPS, module.i32.add(steps(), module.i32.const(1)));
  const tooMany = module.if(module.i32.gt_u(steps(), module.global.get("limit", binaryen.i32)), module.unreachable());
  module.addFunction("log_execution", binaryen.i32, binaryen.none, [], module.block(null, [more, tooMany]));
  module.addFunction("test_steps", binaryen.none, binaryen.i32, [], steps());
  const setLimit = [
    module.global.set(STEPS, module.i32.const(0)),
    module.global.set("limit", module.local.get(0, binaryen.i32)),
  ];
  module.addFunction("test_limit", binaryen.i32, binaryen.none, [], module.block(null, setLimit));
  module.addFunctionExport("test_steps", "test_steps");
  module.addFunctionExport("test_limit", "test_limit");
  if (!module.validate()) throw new Error("the counting copy is no valid module");
  mkdirSync(dirname(resolve(root, copy)), { recursive: true });
  // Several tests may write it at once: none reads the half of it.
  const own = resolve(root, `${copy}.${process.pid}`);
  writeFileSync(own, module.emitBinary());
  renameSync(own, resolve(root, copy));
  module.dispose();
  return copy;
}
