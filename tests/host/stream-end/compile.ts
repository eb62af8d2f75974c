// SPDX-License-Identifier: Apache-2.0
import { compile } from "../../../tools/compile.ts";

/** Path of the compiled plugin, from the repository's root. */
export const STREAM_END_WASM = "build/test/stream-end.wasm";

/** Compiles the plugin unless it is up to date. */
export async function compileStreamEnd(): Promise<void> {
  await compile({ entry: "tests/host/stream-end/assembly/index.ts", out: STREAM_END_WASM, optimized: false });
}
