import type { Path } from "../config/yaml-file.ts";
import type { MatchRule, WasmPlugin } from "./wasm-plugin.ts";

/** What Higress's controller gives a plugin. */
export interface Converted {
  /** The configuration; absent if the plugin gets none. */
  config?: Record<string, unknown>;
  /** Whether the controller gives the gateway the plugin at all. */
  isDelivered: boolean;
  /** Where a part of the configuration is written in the WasmPlugin. */
  origin(path: Path): Path;
}

const MATCH_KEYS = { _match_route_: "ingress", _match_service_: "service", _match_domain_: "domain" } as const;

/**
 * Converts a WasmPlugin to the plugin's configuration as `convertIstioWasmPlugin` does.
 * https://github.com/alibaba/higress/blob/main/pkg/ingress/config/ingress_config.go
 */
export function convert(plugin: WasmPlugin): Converted {
  const { pluginConfig, defaultConfig, defaultConfigDisable, matchRules } = plugin;
  if (pluginConfig) {
    const config = pluginConfig as Record<string, unknown>;
    return { config, isDelivered: true, origin: (path) => ["spec", "pluginConfig", ...path] };
  }
  // A disabled rule is removed: its requests get the default configuration.
  const kept = [...matchRules.entries()].filter(([, rule]) => !rule.configDisable);
  const top = defaultConfigDisable ? undefined : defaultConfig;
  const base = top ?? (matchRules.length ? {} : undefined);
  const rules = kept.map(([, rule]) => converted(rule));
  return {
    config: base && { ...base, ...(rules.length ? { _rules_: rules } : {}) },
    isDelivered: rules.length > 0 || !defaultConfigDisable,
    origin: ([first, index, ...rest]) => {
      const isRule = first === "_rules_" && rules.length > 0;
      if (!isRule) return ["spec", "defaultConfig", ...[first, index, ...rest].filter((step) => step !== undefined)];
      if (index === undefined) return ["spec", "matchRules"];
      const list = MATCH_KEYS[rest[0] as keyof typeof MATCH_KEYS];
      const rule = ["spec", "matchRules", kept[index as number][0]];
      if (list) return [...rule, list, ...rest.slice(1)];
      return rest.length ? [...rule, "config", ...rest] : rule;
    },
  };
}

function converted(rule: MatchRule): Record<string, unknown> {
  const matches = Object.entries(MATCH_KEYS)
    .map(([key, list]) => [key, rule[list]] as const)
    .filter(([, names]) => names.length > 0);
  return { ...rule.config, ...Object.fromEntries(matches) };
}

/** What is wrong with the address of a module that is not of this project. */
export const ofNoPlugin = (known: string[]): string =>
  `$.spec.url is of no plugin of this project; there is ${known.join(", ")}`;

/** What may name the plugin that a resource runs. */
type Named = Pick<WasmPlugin, "url" | "label" | "pluginName" | "name">;

/** The name of the plugin that a resource runs: its image, else its label, else its name without a version. */
export function pluginOf({ url, label, pluginName, name }: Named, known: string[]): string {
  const image =
    url
      .split("/")
      .at(-1)
      ?.replace(/@.*$/, "")
      .replace(/:.*$/, "")
      .replace(/\.wasm$/, "") ?? "";
  const names = [image, pluginName, label, name.replace(/-\d+(\.\d+)*$/, "")];
  return names.find((candidate) => candidate && known.includes(candidate)) ?? image;
}
