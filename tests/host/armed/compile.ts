// SPDX-License-Identifier: Apache-2.0
import { compile } from "../../../tools/compile.ts";

/** Path of the compiled filter, from the repository's root. */
export const ARMED_WASM = "build/test/armed.wasm";

/** Compiles the filter unless it is up to date. */
export async function compileArmed(): Promise<void> {
  await compile({ entry: "tests/host/armed/assembly/index.ts", out: ARMED_WASM, optimized: false });
}
