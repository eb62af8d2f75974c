import type { Configuration } from "../config/configuration.ts";
import { walk } from "../config/envoy-file.ts";
import type { Finding } from "../config/finding.ts";
import { pathText, type YamlDocument } from "../config/yaml-file.ts";
import { parsed } from "./check.ts";

const PLUGIN = "ai-proxy";

/**
 * The providers that clusters and endpoints name in their metadata, which every request to them needs: one that no configuration of
 * ai-proxy has is an error, since ai-proxy then refuses the requests with 500.
 */
export function checkTargets(documents: YamlDocument[], configurations: Configuration[]): Finding[] {
  const own = configurations.filter(({ plugin }) => plugin === PLUGIN);
  if (own.length === 0) return [];
  const known = new Set(own.flatMap(({ text }) => providersIn(parsed(text))));
  const findings: Finding[] = [];
  for (const document of documents) {
    walk(document.value, [], (value, path) => {
      const metadata = (value.filter_metadata as Record<string, { provider?: unknown } | undefined> | undefined)?.[
        PLUGIN
      ];
      const provider = metadata?.provider;
      if (provider === undefined || (typeof provider === "string" && known.has(provider))) return;
      const at = [...path, "filter_metadata", PLUGIN, "provider"];
      const fault =
        typeof provider === "string"
          ? `names no provider of ${PLUGIN}; there is ${[...known].join(", ") || "none"}`
          : "must be a string";
      const line = document.lineOf(at);
      findings.push({ file: document.file, line, severity: "error", message: `${PLUGIN}: ${pathText(at)} ${fault}` });
    });
  }
  return findings;
}

/** The ids of a configuration's providers, and of its rules. */
function providersIn(config: unknown): string[] {
  const { providers, _rules_: rules } = (config ?? {}) as { providers?: { id?: unknown }[]; _rules_?: unknown[] };
  const ids = Array.isArray(providers) ? providers.map((provider) => provider?.id) : [];
  const own = ids.filter((id): id is string => typeof id === "string");
  return [...own, ...(Array.isArray(rules) ? rules.flatMap(providersIn) : [])];
}
