// SPDX-License-Identifier: Apache-2.0
// A gateway whose `fallback` stands before the router only, as on Higress: routes by model, and the plugins of its chain.
import type { RouteOptions } from "./bootstrap.ts";
import { cors, pluginFilter as wasm, refreshRoute } from "./chain-filters.ts";

/** The header that proves that a request was sent again. */
export const MARK = "x-ai-fallback-replay";
/** The limit of `replay` on most routes. */
export const MOST_BYTES = 20_000;
const replay = { cluster: "gateway", timeout: "2s", max_bytes: MOST_BYTES };
const target = (name: string, model: string): object => ({ name, model });
const second = target("second", "qwq-32b");
/** A fallback without cooldowns, so that no test depends on the one before it. */
const fallback = (targets: object[], replayed: object = replay): object => ({
  targets,
  replay: replayed,
  cooldown: "0s",
});

/** A route by the model header, with configurations of plugins. */
function route(model: string, cluster: string, configs: Record<string, object>): RouteOptions {
  const metadata = Object.entries(configs).map(([plugin, config]) => [plugin, { config: JSON.stringify(config) }]);
  const headers = [{ name: "x-higress-llm-model", string_match: { exact: model } }];
  return {
    name: `route-of-${model}`,
    match: { prefix: "/", headers },
    cluster,
    metadata: Object.fromEntries(metadata),
  };
}
const first = { activeProviderId: "first" };
/** The routes: to providers that fail, and to the targets of their fallback. */
export const replayRoutes = [
  route("r1", "first", { fallback: fallback([second]), "ai-proxy": first }),
  route("r1-cool", "first", { fallback: { targets: [second], replay }, "ai-proxy": first }),
  route("r1-dead", "dead", { fallback: fallback([second]), "ai-proxy": first }),
  route("r1-two", "first", { fallback: fallback([target("busy", "busy"), second]), "ai-proxy": first }),
  route("r1-all", "first", { fallback: fallback([target("busy", "busy")]), "ai-proxy": first }),
  route("r1-slow", "first", { fallback: fallback([target("hang", "hang"), second]), "ai-proxy": first }),
  route("r1-lost", "first", { fallback: fallback([second], { cluster: "none" }), "ai-proxy": first }),
  route("r1-else", "first", {
    fallback: fallback([second], { ...replay, cluster: "second" }),
    "ai-proxy": first,
  }),
  route("r1-loop", "first", { fallback: fallback([target("loop", "r1-loop")]), "ai-proxy": first }),
  route("busy", "busy", { "ai-proxy": first }),
  route("hang", "hang", { "ai-proxy": first }),
  route("qwq-32b", "second", { "ai-proxy": { activeProviderId: "second" }, "key-auth": { allow: ["one", "two"] } }),
];
const keyAuth = {
  keys: ["apikey"],
  hide_credentials: true,
  global_auth: false,
  consumers: ["one", "two", "three"].map((name) => ({ name, credential: `key-${name}` })),
};
const aiProxy = {
  activeProviderId: "first",
  providers: ["first", "second"].map((id) => ({ id, type: "openai", apiToken: `sk-test-${id}` })),
};
const limit = { limit_by_header: "x-limited", limit_keys: ["a", "b"].map((key) => ({ key, query_per_day: 1 })) };

/** The filters before the router. */
export const replayChain = [
  ...[wasm("model-router"), cors, wasm("fallback"), refreshRoute, wasm("key-auth", keyAuth)],
  ...[wasm("key-rate-limit", limit), wasm("ai-proxy", aiProxy)],
];
