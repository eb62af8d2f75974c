// SPDX-License-Identifier: Apache-2.0
// examples/all-in-one/entrypoint.sh under dash, as its container runs it.
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder of the example. */
export const ALL_IN_ONE = resolve(import.meta.dirname, "../../examples/all-in-one");

/** Starts the script with only these variables and the given program in the place of Envoy. */
export function startEntrypoint(program: string, env: Record<string, string>): ChildProcess {
  const { PATH = "", TMPDIR } = process.env;
  return spawn("dash", [join(ALL_IN_ONE, "entrypoint.sh")], {
    env: { PATH, ...(TMPDIR ? { TMPDIR } : {}), ENVOY: program, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs the script to its end: its exit code and what it prints. */
export async function runEntrypoint(
  program: string,
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = startEntrypoint(program, env);
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (data) => (stdout += data));
  child.stderr!.on("data", (data) => (stderr += data));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, stdout, stderr };
}

/** Writes a program for the place of Envoy: a shell script, of which `$2` is the bootstrap. */
export function writeProgram(folder: string, script: string): string {
  const path = join(folder, "program");
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}
