// SPDX-License-Identifier: Apache-2.0
import { compile } from "../../../tools/compile.ts";

/** Path of the compiled plugin of the gRPC tests, from the repository's root. */
export const GRPC_WASM = "build/test/grpc.wasm";

/** Compiles the plugin unless it is up to date. */
export async function compileGrpc(): Promise<void> {
  await compile({ entry: "tests/host/grpc/assembly/index.ts", out: GRPC_WASM, target: "release" });
}
