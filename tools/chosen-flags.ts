import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesIn } from "./files.ts";
import { root } from "./plugins.ts";
import { listedProviders } from "./providers.ts";

/** A file with the flags that are given, by its path: the text that takes its place. Throws an error if it lacks one. */
export function withFlags(file: string, flags: Record<string, boolean>): Record<string, string> {
  const text = readFileSync(join(root, file), "utf8");
  const changed = Object.entries(flags).reduce((rest, [name, value]) => {
    const line = `export const ${name}: bool = true;`;
    if (!rest.includes(line)) throw new Error(`${file} has no ${name}`);
    return rest.replace(line, `export const ${name}: bool = ${value};`);
  }, text);
  return { [file]: changed };
}

/** The names in a list that is divided by commas. Throws an error that names what there is for one that is not in `known`. */
export function namesIn(variable: string, list: string, known: string[]): string[] {
  const names = list
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`${variable} names ${unknown.join(", ")}; there is ${known.join(", ")}`);
  return names;
}

/** The sources of these types of providers, all if the list is empty, as one text. */
export function sourcesOf(providers: string[]): string {
  return listedProviders()
    .filter(({ id }) => providers.length === 0 || providers.includes(id))
    .flatMap(({ file }) => (file.endsWith("/index.ts") ? filesIn(dirname(file), ".ts") : [file]))
    .map((path) => readFileSync(join(root, path), "utf8"))
    .join("");
}
