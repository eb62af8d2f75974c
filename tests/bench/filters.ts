import type { WasmFilter } from "../harness/bootstrap.ts";

/** Where the do-nothing filters are compiled to, by their source in `noop/`. */
export const NOOPS = { index: "build/bench/noop.wasm", "request-only": "build/bench/noop-request-only.wasm" };

/** A filter on the kernel that does nothing. */
export const noop: WasmFilter = { plugin: "noop", wasm: NOOPS.index, configuration: "{}" };
/** The same, without a callback for answers: what plugins that guard requests stand on. */
export const requestNoop: WasmFilter = {
  plugin: "noop-request-only",
  wasm: NOOPS["request-only"],
  configuration: "{}",
};

/** A plugin with its configuration; `WASM=` names another build of it, to compare. */
export function plugin(name: string, configuration: Record<string, unknown>): WasmFilter {
  return {
    plugin: name,
    wasm: process.env.WASM || `build/${name}.wasm`,
    configuration: JSON.stringify(configuration),
  };
}

/** ai-proxy in front of one provider. */
export const aiProxy = (provider: Record<string, unknown>): WasmFilter => plugin("ai-proxy", { provider });

/** The key of one of the consumers below. */
export const consumerKey = (index: number): string => `key-of-consumer-${index}`;

/** key-auth with so many consumers. */
export function keyAuth(consumers: number): WasmFilter {
  return plugin("key-auth", {
    keys: ["x-api-key"],
    in_query: false,
    global_auth: true,
    consumers: Array.from({ length: consumers }, (_, index) => ({
      name: `consumer-${index}`,
      credential: consumerKey(index),
    })),
  });
}

/** request-block with five rules for URLs. */
export const requestBlock = plugin("request-block", {
  block_urls: ["swagger.html", "/admin", "foo=bar", ".git/", "phpmyadmin"],
});
