import { filterLines, placeOf } from "../filter-entry.ts";
import type { Converted } from "./convert.ts";
import { PHASES, type WasmPlugin } from "./wasm-plugin.ts";

/** A WasmPlugin with its module's name and its configuration. */
export interface Entry {
  /** The line of the file at which the WasmPlugin begins. */
  source: string;
  module: string;
  plugin: WasmPlugin;
  converted: Converted;
}

/** The filter entries of an envoy.yaml in the order in which the phases and priorities put the plugins. */
export function fragment(entries: Entry[]): string {
  const order = ({ plugin }: Entry): number => PHASES.indexOf(plugin.phase);
  return entries
    .filter(({ converted }) => converted.isDelivered)
    .sort((a, b) => order(a) - order(b) || b.plugin.priority - a.plugin.priority)
    .map(filterOf)
    .join("\n");
}

function filterOf({ source, module, plugin, converted }: Entry): string {
  const { phase, priority, failStrategy, env } = plugin;
  const lines = filterLines(module, converted.config, {
    // Higress's FAIL_CLOSE: requests fail while the VM is down. FAIL_RELOAD replaces the VM as well.
    failurePolicy: failStrategy === "FAIL_OPEN" ? "FAIL_OPEN" : "FAIL_RELOAD",
    environment: env.length ? environmentOf(env) : undefined,
  });
  return [`# ${source}: ${phase}, priority ${priority}; ${placeOf(module)}`, ...lines, ""].join("\n");
}

// https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/wasm/v3/wasm.proto
function environmentOf(env: WasmPlugin["env"]): object {
  const host = env.filter(({ valueFrom }) => valueFrom === "HOST").map(({ name }) => name);
  const inline = env.filter(({ valueFrom }) => valueFrom !== "HOST").map(({ name, value = "" }) => [name, value]);
  return {
    ...(host.length ? { host_env_keys: host } : {}),
    ...(inline.length ? { key_values: Object.fromEntries(inline) as object } : {}),
  };
}
