import { readFileSync } from "node:fs";
import { join } from "node:path";
import { namesIn, sourcesOf, withFlags } from "./chosen-flags.ts";
import { root } from "./plugins.ts";

/** The file that says which optional parts ai-proxy is built with. */
const BUILT = "plugins/ai-proxy/config/built-features.ts";

const ENTRY = "plugins/ai-proxy/index.ts";
/** The line of the entry without which the host cannot answer HTTP calls of the plugin. */
const CALLOUTS = `export * from "../../assembly/plugin/entry/http-callouts";\n`;

/** The names that FEATURES may have: what a configuration asks for by an option. */
const NAMES = ["context", "failover", "patterns", "reasoning"];

/**
 * The texts for the chosen types of providers (empty for all) and `names`, features divided by commas (`all` for all), that take the
 * place of sources, by their path. Without names a module for chosen providers has none of them, one for all providers has all.
 * What a chosen provider cannot do without is there in any case. Throws an error for an unknown name.
 */
export function chosenFeatures(providers: string[], names: string): Record<string, string> {
  const isAll = names ? names.trim() === "all" : providers.length === 0;
  const named = isAll ? NAMES : namesIn("FEATURES", names, NAMES);
  const sources = sourcesOf(providers);
  const flags = {
    FAILOVER: named.includes("failover"),
    // The statuses of `failover` are patterns.
    PATTERNS: named.includes("patterns") || named.includes("failover"),
    REASONING: named.includes("reasoning") || sources.includes("reasoningPlace:"),
    CONTEXT: named.includes("context") || sources.includes("readContext("),
    SIGNATURES: sources.includes("signs: true"),
    EVERY_MODEL: providers.length === 0,
    FAILURE_MEMBERS: sources.includes("failureMember:"),
  };
  const callsOut = flags.FAILOVER || flags.CONTEXT || flags.SIGNATURES;
  return { ...withFlags(BUILT, flags), ...(callsOut ? {} : entryWithoutCallouts()) };
}

function entryWithoutCallouts(): Record<string, string> {
  const text = readFileSync(join(root, ENTRY), "utf8");
  if (!text.includes(CALLOUTS)) throw new Error(`${ENTRY} exports no callbacks of HTTP calls`);
  return { [ENTRY]: text.replace(CALLOUTS, "") };
}
