import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chosenFeatures } from "./chosen-features.ts";
import { chosenProtocols } from "./chosen-protocols.ts";
import { SHIPPED_MODELS, shippedModels } from "./model-table.ts";
import type { Levels } from "./optimizer.ts";
import { LIST, listedProviders } from "./providers.ts";
import { root } from "./plugins.ts";

/** The limit of a module for `qwen` and `openai` with nothing else chosen. */
export const TWO_PROVIDERS_BUDGET_BYTES = 130_000;

/** How a module is compiled whose providers or protocols are chosen: small before fast. */
export const SMALL: Levels = { optimizeLevel: 3, shrinkLevel: 2 };

/** What a build of ai-proxy is chosen by: lists divided by commas, empty for the default. */
export interface Choice {
  providers?: string;
  protocols?: string;
  features?: string;
}

/** The choice in the variables of the environment. */
export function choiceOf(environment: NodeJS.ProcessEnv): Choice {
  return { providers: environment.PROVIDERS, protocols: environment.PROTOCOLS, features: environment.FEATURES };
}

/**
 * What a build of ai-proxy replaces for a choice: the texts that take the place of sources, by their path; nothing if nothing is chosen.
 * Throws an error that names what there is if a name is not known.
 */
export function chosenSources({ providers = "", protocols = "", features = "" }: Choice): Record<string, string> {
  if (!providers && !protocols && !features) return {};
  const chosen = providers ? chosenTypes(providers) : [];
  return {
    ...(providers ? { [LIST]: listOf(chosen), [SHIPPED_MODELS]: shippedModels(chosen) } : {}),
    ...chosenProtocols(chosen, protocols),
    ...chosenFeatures(chosen, features),
  };
}

/** The size limit of a module of that choice; none but for two providers with OpenAI's API, which stand for all of them. */
export function budgetOf({ providers = "", protocols = "", features = "" }: Choice): number | undefined {
  if (!providers || protocols || features) return undefined;
  return chosenTypes(providers).sort().join() === "openai,qwen" ? TWO_PROVIDERS_BUDGET_BYTES : undefined;
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
