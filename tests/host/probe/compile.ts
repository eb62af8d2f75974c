// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, renameSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");
const sources = join(import.meta.dirname, "assembly");

/** Path of the compiled probe, from the repository's root. */
export const PROBE_WASM = "build/test/probe.wasm";

// Imported by a computed name: the package's own types would replace Node's globals in the whole program.
interface Compiler {
  createMemoryStream(): { toString(): string };
  main(args: string[], options: { stdout: unknown; stderr: unknown }): Promise<{ error: Error | null }>;
}

/** Compiles the probe module unless the compiled one is newer than its sources. */
export async function compileProbe(): Promise<string> {
  const out = join(root, PROBE_WASM);
  const newest = Math.max(...readdirSync(sources).map((file) => statSync(join(sources, file)).mtimeMs));
  if (existsSync(out) && statSync(out).mtimeMs > newest) return PROBE_WASM;
  // Several test files may compile it at the same time: none may read an incomplete module.
  const own = `${out}.${process.pid}.wasm`;
  const asc = (await import("assemblyscript/asc" as string)) as Compiler;
  const messages = asc.createMemoryStream();
  // The base is the probe's own folder: the repository's asconfig.json is for plugins.
  const { error } = await asc.main(
    [
      ...["index.ts", "--outFile", relative(sources, own), "--baseDir", sources, "-O1", "--runtime", "incremental"],
      ...["--exportStart", "_initialize", "--use", "abort=index/abort"],
    ],
    { stdout: messages, stderr: messages },
  );
  if (error) throw new Error(`the probe does not compile\n${messages.toString() || error.message}`);
  renameSync(own, out);
  return PROBE_WASM;
}
