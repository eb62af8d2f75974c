// SPDX-License-Identifier: Apache-2.0
import { compile } from "../../../tools/compile.ts";

/** Path of the compiled plugin of the gRPC tests, from the repository's root. */
export const GRPC_WASM = "build/test/grpc.wasm";

/** Path of the build whose freed memory is overwritten. */
export const POISONED_WASM = "build/test/grpc.poisoned.wasm";

const entry = "tests/host/grpc/assembly/index.ts";

/** Compiles the plugin unless it is up to date. */
export async function compileGrpc(): Promise<void> {
  await compile({ entry, out: GRPC_WASM, optimized: false });
}

/** Compiles the build whose freed memory is overwritten, unless it is up to date. */
export async function compilePoisonedGrpc(): Promise<void> {
  await compile({ entry, out: POISONED_WASM, target: "poisoned" });
}
