// SPDX-License-Identifier: Apache-2.0
import { compile } from "../../../tools/compile.ts";

/** Path of the compiled plugin, from the repository's root. */
export const LIFECYCLE_WASM = "build/test/lifecycle.wasm";

/** Compiles the plugin of the lifecycle tests. */
export async function compileLifecycle(): Promise<void> {
  await compile({ entry: "tests/host/lifecycle/assembly/index.ts", out: LIFECYCLE_WASM, optimized: false });
}
