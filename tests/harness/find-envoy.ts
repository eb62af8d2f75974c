// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";

/** An Envoy that may be run, and which of the places it was found in. */
export interface EnvoyBinary {
  path: string;
  version: string;
  source: "ENVOY_PATH" | "PATH" | "func-e" | ".venv";
}

/** The oldest Envoy whose Wasm host does what the plugins rely on. */
export const OLDEST_ENVOY = "1.36.0";

const root = resolve(import.meta.dirname, "../..");

/**
 * Finds the Envoy to run: `ENVOY_PATH`, `envoy` on PATH, the newest one that func-e has already downloaded, `.venv`.
 * The first place that has one decides; throws one clear line where it is too old, or where there is none.
 */
export function findEnvoy(env: NodeJS.ProcessEnv = process.env): EnvoyBinary {
  if (env.ENVOY_PATH) {
    if (!isExecutable(env.ENVOY_PATH)) throw new Error(`ENVOY_PATH=${env.ENVOY_PATH} is not an executable file`);
    return checked(env.ENVOY_PATH, "ENVOY_PATH");
  }
  const onPath = findOnPath("envoy", env);
  if (onPath) return checked(onPath, "PATH");
  const byFuncE = findOnPath("func-e", env) && newestOfFuncE(env);
  if (byFuncE) return checked(byFuncE, "func-e");
  const inVenv = findInVenv();
  if (inVenv) return checked(inVenv, ".venv");
  throw new Error(`no Envoy found: set ENVOY_PATH, put envoy (${OLDEST_ENVOY} or later) on PATH, or run "make setup"`);
}

function checked(path: string, source: EnvoyBinary["source"]): EnvoyBinary {
  const version = versionOf(path);
  if (compareVersions(version, OLDEST_ENVOY) < 0) {
    throw new Error(
      `Envoy ${version} at ${path} (from ${source}) is too old: ${OLDEST_ENVOY} or later is needed${WAY_OUT[source]}`,
    );
  }
  return { path, version, source };
}

/** What else to run, where an Envoy that was only found stands before the one that `make setup` installs. */
const WAY_OUT: Record<EnvoyBinary["source"], string> = {
  ENVOY_PATH: "",
  PATH: ". ENVOY_PATH=.venv/bin/envoy takes the one of this folder",
  "func-e": ". ENVOY_PATH=.venv/bin/envoy takes the one of this folder",
  ".venv": ': run "make setup"',
};

function versionOf(path: string): string {
  const text = execFileSync(path, ["--version"], { encoding: "utf8", timeout: 30_000 });
  const match = /\/(\d+\.\d+\.\d+)[^/]*\//.exec(text);
  if (!match) throw new Error(`${path} --version does not look like Envoy: ${text.trim().slice(0, 200)}`);
  return match[1];
}

function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map((version) => version.split(".").map(Number));
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

// func-e keeps one folder per version: under the data home, and in older releases under ~/.func-e.
function newestOfFuncE(env: NodeJS.ProcessEnv): string | undefined {
  const home = env.HOME ?? homedir();
  const dataHome = env.FUNC_E_DATA_HOME ?? join(env.XDG_DATA_HOME ?? join(home, ".local/share"), "func-e");
  const folders = [join(dataHome, "envoy-versions"), join(env.FUNC_E_HOME ?? join(home, ".func-e"), "versions")];
  return folders
    .flatMap((folder) => (existsSync(folder) ? readdirSync(folder).map((version) => ({ folder, version })) : []))
    .filter(({ version }) => /^\d+\.\d+\.\d+$/.test(version))
    .sort((a, b) => compareVersions(b.version, a.version))
    .map(({ folder, version }) => join(folder, version, "bin/envoy"))
    .find(isExecutable);
}

function findInVenv(): string | undefined {
  const lib = join(root, ".venv/lib");
  if (!existsSync(lib)) return undefined;
  return readdirSync(lib)
    .map((python) => join(lib, python, "site-packages/envoy/_bin/envoy"))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
