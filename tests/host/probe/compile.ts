// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, renameSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { runCompiler } from "../../../tools/compiler.ts";

const root = resolve(import.meta.dirname, "../../..");
const sources = join(import.meta.dirname, "assembly");

/** Path of the compiled probe, from the repository's root. */
export const PROBE_WASM = "build/test/probe.wasm";

/** Compiles the probe module unless the compiled one is newer than its sources. */
export async function compileProbe(): Promise<string> {
  const out = join(root, PROBE_WASM);
  const newest = Math.max(...readdirSync(sources).map((file) => statSync(join(sources, file)).mtimeMs));
  if (existsSync(out) && statSync(out).mtimeMs > newest) return PROBE_WASM;
  // Several test files may compile it at the same time: none may read an incomplete module.
  const own = `${out}.${process.pid}.wasm`;
  // The base is the probe's own folder: the repository's asconfig.json is for plugins.
  const message = await runCompiler([
    ...["index.ts", "--outFile", relative(sources, own), "--baseDir", sources, "-O1", "--runtime", "incremental"],
    ...["--exportStart", "_initialize", "--use", "abort=index/abort"],
  ]);
  if (message) throw new Error(`the probe does not compile\n${message}`);
  renameSync(own, out);
  return PROBE_WASM;
}
