import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LIST, listedProviders } from "./providers.ts";
import { root } from "./plugins.ts";

/**
 * The list of providers of ai-proxy with only the chosen ones: `names` are their types, divided by commas. Returns the text that takes the
 * place of `providers/index.ts`, by its path. Throws an error that names the types if one is not known.
 */
export function chosenProviders(names: string): Record<string, string> {
  const chosen = names
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  const listed = listedProviders();
  const unknown = chosen.filter((name) => !listed.some(({ id }) => id === name));
  if (unknown.length > 0 || chosen.length === 0) {
    const types = listed.map(({ id }) => id).sort();
    throw new Error(`PROVIDERS names ${unknown.join(", ") || "no provider"}; there is ${types.join(", ")}`);
  }
  const text = readFileSync(join(root, LIST), "utf8");
  const left = [...text.matchAll(/import \{ (\w+) \} from "\.\/([^"]+)";\n/g)].filter(
    ([, , path]) => !chosen.includes(path.split("/")[0]),
  );
  return {
    [LIST]: left.reduce(
      (rest, [line, name]) => rest.replace(line, "").replace(new RegExp(`^  ${name},\n`, "m"), ""),
      text,
    ),
  };
}
