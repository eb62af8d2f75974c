import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../plugins.ts";
import { FUNC_E } from "./engines.ts";

const MODULE = "github.com/tetratelabs/func-e/cmd/func-e@v1.6.0";

/** Whether a Go toolchain is installed. */
export function hasGo(): boolean {
  return spawnSync("go", ["version"], { stdio: "ignore" }).status === 0;
}

/** Installs func-e into .tools if it is missing; throws an error of one line if Go is missing or fails. */
export function installFuncE(): void {
  if (existsSync(FUNC_E)) return;
  if (!hasGo()) throw new Error("Go is needed to install func-e, and there is none on PATH");
  const env = { ...process.env, GOBIN: join(root, ".tools/bin") };
  const { status, stderr } = spawnSync("go", ["install", MODULE], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`go install ${MODULE} failed: ${stderr.trim()}`);
}
