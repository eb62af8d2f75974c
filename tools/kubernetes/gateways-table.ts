import { HOLDS } from "../filter-entry.ts";
import { deployable } from "./manifests.ts";

/** What to know of a plugin before the router of a gateway that somebody else's controller configures. */
const NOTES: Record<string, string> = {
  "ai-cache": 'Stores in the memory of each Envoy. Redis: see "bootstrap" above.',
  "ai-history": 'Stores in the memory of each Envoy. Redis: see "bootstrap" above. Needs key-auth before it.',
  "ai-proxy":
    "Routes must not match the path or the host, which it changes. The next API key of `retryOnFailure` needs the router's chain.",
  "ai-quota": 'Needs Redis: see "bootstrap" above.',
  "cluster-key-rate-limit": 'Needs Redis: see "bootstrap" above.',
  "ai-token-ratelimit": 'Counts in the memory of each Envoy. Redis: see "bootstrap" above.',
  fallback: "Removes the client's `x-ai-fallback-*` headers. Another target needs the router's chain.",
  "key-auth": "Works as WasmPlugin or EnvoyExtensionPolicy alone if no consumer has `models`.",
  "request-block": "Works as WasmPlugin or EnvoyExtensionPolicy alone without `block_bodies`.",
};

/** The table of the plugins in the gateways, for docs/shipping.md. */
export function gatewaysTable(): string {
  const rows = deployable().map((plugin) => {
    const [istio, gateway] = ["istio", "envoy-gateway"].map(
      (name) => `[yaml](../examples/kubernetes/${name}/${plugin}.yaml)`,
    );
    const own = HOLDS.includes(plugin) ? "" : `, [WasmPlugin](../examples/kubernetes/istio/wasmplugin/${plugin}.yaml)`;
    const flag = HOLDS.includes(plugin) ? "**required**" : "not needed";
    return `| ${plugin} | ${flag} | ${istio}${own} | ${gateway} | ${NOTES[plugin] ?? ""} |`;
  });
  return ["| plugin | the flag | Istio | Envoy Gateway | there |", "|---|---|---|---|---|", ...rows].join("\n");
}
