// SPDX-License-Identifier: Apache-2.0
import { compile } from "../../../tools/compile.ts";

/** ai-proxy with the provider `converse`, from the repository's root. */
export const CONVERSE_WASM = "build/test/converse.wasm";

/** Compiles the module unless it is up to date. */
export async function compileConverse(): Promise<void> {
  const entry = "tests/host/event-stream/assembly/index.ts";
  await compile({ entry, out: CONVERSE_WASM, folders: ["plugins/ai-proxy"], optimized: false });
}
