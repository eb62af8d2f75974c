import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chosenProtocols } from "./chosen-protocols.ts";
import { LIST, listedProviders } from "./providers.ts";
import { root } from "./plugins.ts";

/** How a module is compiled whose providers or protocols are chosen: small before fast. */
export const SMALL = ["--shrinkLevel", "2"];

/**
 * What a build of ai-proxy replaces for chosen types of providers and protocols, both divided by commas, empty for all: the texts that
 * take the place of sources, by their path. Throws an error that names what there is if a name is not known.
 */
export function chosenSources(providers: string, protocols: string): Record<string, string> {
  if (!providers && !protocols) return {};
  const chosen = providers ? chosenTypes(providers) : [];
  return { ...(providers ? { [LIST]: listOf(chosen) } : {}), ...chosenProtocols(chosen, protocols) };
}

function chosenTypes(names: string): string[] {
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
  return chosen;
}

/** `providers/index.ts` with the chosen types alone. */
function listOf(chosen: string[]): string {
  const text = readFileSync(join(root, LIST), "utf8");
  const left = [...text.matchAll(/import \{ (\w+) \} from "\.\/([^"]+)";\n/g)].filter(
    ([, , path]) => !chosen.includes(path.split("/")[0]),
  );
  return left.reduce(
    (rest, [line, name]) => rest.replace(line, "").replace(new RegExp(`^  ${name},\n`, "m"), ""),
    text,
  );
}
