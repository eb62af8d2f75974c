import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./plugins.ts";

/** Whether a Go toolchain is installed. */
export function hasGo(): boolean {
  return spawnSync("go", ["version"], { stdio: "ignore" }).status === 0;
}

/** Installs a Go program of this module and version into `folder` if it is missing there; throws an error of one line if Go is missing or fails. */
export function installGoProgram(module: string, folder = join(root, ".tools/bin")): string {
  const name = /\/([\w-]+)@/.exec(module)?.[1] ?? module;
  const program = join(folder, name);
  if (existsSync(program)) return program;
  if (!hasGo()) throw new Error(`Go is needed to install ${name}, and there is none on PATH`);
  const env = { ...process.env, GOBIN: folder };
  const { status, stderr } = spawnSync("go", ["install", module], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`go install ${module} failed: ${stderr.trim()}`);
  return program;
}
