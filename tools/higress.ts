import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "./files.ts";
import { importsOf } from "./lint/imports.ts";
import { findPlugins, root, type Plugin } from "./plugins.ts";

const ENDING = ".higress.ts";

/** The files that the Higress build replaces, with the paths of those that take their places. */
function replacements(): Map<string, string> {
  const files = [...filesIn("assembly", ENDING), ...filesIn("plugins", ENDING)];
  return new Map(files.map((file) => [file.replace(ENDING, ".ts"), file]));
}

/** The texts of the files that the Higress build replaces. */
export function higressSources(): Record<string, string> {
  return Object.fromEntries(
    [...replacements()].map(([file, other]) => [file, readFileSync(join(root, other), "utf8")]),
  );
}

/** The plugins whose modules are others in the Higress build: those that import a file that it replaces. */
export function higressPlugins(only?: string): Plugin[] {
  const replaced = replacements();
  return findPlugins(only).filter(({ entry }) => {
    const seen = new Set<string>();
    const queue = [entry];
    for (let file = queue.pop(); file; file = queue.pop()) {
      if (replaced.has(file)) return true;
      if (seen.has(file)) continue;
      seen.add(file);
      queue.push(...importsOf(file).map((one) => one.file));
    }
    return false;
  });
}
