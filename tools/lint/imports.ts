import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "../plugins.ts";

/** A relative import of a file, resolved to that file. */
export interface Import {
  line: number;
  file: string;
}

/** Lists what a file imports or re-exports by relative path, also for its effects alone; package imports do not count. */
export function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/\b(?:from\s+|import\s*\(?\s*)"(\.[^"]+)"/g)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length,
    file: resolveImport(posix.join(posix.dirname(file), match[1])),
  }));
}

function resolveImport(path: string): string {
  // Tools name the file with its ending, AssemblyScript without.
  if (path.endsWith(".ts")) return path;
  const candidates = [`${path}.ts`, `${path}/index.ts`];
  return candidates.find((candidate) => existsSync(join(root, candidate))) ?? `${path}.ts`;
}
