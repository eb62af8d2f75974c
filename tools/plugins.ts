import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** The repository's root; every path in tools/ is relative to it. */
export const root = resolve(import.meta.dirname, "..");

/** One folder in plugins/ that compiles to one Wasm module. */
export interface Plugin {
  name: string;
  folder: string;
  entry: string;
  wasm: string;
  /** The module of the poisoned build. */
  poisoned: string;
  /** The module of the Higress build, if it has one of its own. */
  higress: string;
}

/** Lists every plugin, sorted. With `only`, lists that one, or throws an error that names the existing ones. */
export function findPlugins(only?: string): Plugin[] {
  const folders = join(root, "plugins");
  const names = (existsSync(folders) ? readdirSync(folders) : [])
    .filter((name) => existsSync(join(folders, name, "index.ts")))
    .sort();
  if (only && !names.includes(only)) throw new Error(`no plugin "${only}"; there is ${names.join(", ") || "none yet"}`);
  return names
    .filter((name) => !only || name === only)
    .map((name) => ({
      name,
      folder: `plugins/${name}`,
      entry: `plugins/${name}/index.ts`,
      wasm: `build/${name}.wasm`,
      poisoned: `build/poisoned/${name}.wasm`,
      higress: `build/higress/${name}.wasm`,
    }));
}
