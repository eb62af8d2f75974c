import { wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";

/** The folder for the filters that do nothing, compiled from `noop/`. */
export const NOOPS = { index: "build/bench/noop.wasm", "request-only": "build/bench/noop-request-only.wasm" };

/** A filter on the kernel that does nothing. */
export const noop = wasmFilter({ plugin: "noop", wasm: NOOPS.index, configuration: "{}" });
/** The same, without callbacks for responses: the base of plugins that guard requests. */
export const requestNoop = wasmFilter({ plugin: "noop", wasm: NOOPS["request-only"], configuration: "{}" });

/** Only the host calls of a plugin, compiled from `bare/`: the minimum cost of any Wasm filter of its kind. */
export const BARE = [
  "ai-cache",
  "ai-proxy",
  "ai-statistics",
  "ai-token-ratelimit",
  "key-auth",
  "model-router",
  "request-block",
];
/** The path of such a filter's module. */
export const bareOf = (name: string): string => `build/bench/bare-${name}.wasm`;

const bare = (name: string): Record<string, EnvoyConfig> => ({
  "host calls": wasmFilter({ plugin: "bare", wasm: bareOf(name), configuration: "{}" }),
});

/** The module of a plugin; `WASM=` selects another build of it, for a comparison. */
export const moduleOf = (name: string): string => process.env.WASM || `build/${name}.wasm`;

function plugin(name: string, configuration: Record<string, unknown>): EnvoyConfig {
  return wasmFilter({ plugin: name, wasm: moduleOf(name), configuration: JSON.stringify(configuration) });
}

/** The option that saves a plugin the lookup of the route's metadata. */
const ROUTES_UNASKED = { _route_metadata_: false };

/** The host calls of a chat that passes unchanged. */
export const bareAiProxy = bare("ai-proxy");

/** ai-proxy before one provider, alone and without the lookup of the route's metadata. */
export const aiProxies = (provider: Record<string, unknown>): Record<string, EnvoyConfig> => ({
  plugin: plugin("ai-proxy", { provider }),
  "routes not asked": plugin("ai-proxy", { provider, ...ROUTES_UNASKED }),
});

/** The key of one of the consumers below. */
export const consumerKey = (index: number): string => `key-of-consumer-${index}`;

const consumers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `consumer-${index}`, credential: consumerKey(index) }));

const keys = { keys: ["x-api-key"], in_query: false, global_auth: true };

/** key-auth with ten consumers and with a hundred thousand, and the smallest Lua script that does the same. */
export const keyAuths: Record<string, EnvoyConfig> = {
  ...bare("key-auth"),
  plugin: plugin("key-auth", { ...keys, consumers: consumers(10) }),
  "100,000 consumers": plugin("key-auth", { ...keys, consumers: consumers(100_000) }),
  "routes not asked": plugin("key-auth", { ...keys, ...ROUTES_UNASKED, consumers: consumers(10) }),
  Lua: lua(`
    local consumers = {${consumers(10).map(({ name, credential }) => `["${credential}"] = "${name}"`)}}
    function envoy_on_request(handle)
      local headers = handle:headers()
      local key = headers:get("x-api-key")
      local consumer = key and consumers[key]
      if not consumer then return handle:respond({[":status"] = "401"}, "") end
      headers:replace("x-mse-consumer", consumer)
    end`),
};

/** model-router, which reads the body until it has found the model. */
export const modelRouters: Record<string, EnvoyConfig> = {
  ...bare("model-router"),
  plugin: plugin("model-router", {}),
  "routes not asked": plugin("model-router", ROUTES_UNASKED),
};

/** A budget of tokens for each API key, more than is spent here. */
const budget = {
  rule_name: "bench",
  rule_items: [{ limit_by_per_header: "authorization", limit_keys: [{ key: "*", token_per_day: 1_000_000_000_000 }] }],
};

/** ai-token-ratelimit with its counters in Envoy, and in Redis. */
export const tokenLimits = {
  local: plugin("ai-token-ratelimit", budget),
  redis: plugin("ai-token-ratelimit", { ...budget, redis: { service_name: "redis.static" } }),
};

/** The host calls of a chat whose tokens are limited in Envoy. */
export const bareTokenLimit = bare("ai-token-ratelimit");

/** ai-statistics, with the metrics that are recorded by default, and its host calls. */
export const statistics = { ...bare("ai-statistics"), plugin: plugin("ai-statistics", {}) };

/** ai-history behind key-auth, with its histories in Envoy. */
export const history = [keyAuths.plugin, plugin("ai-history", { memory: {} })];

/** The host calls of a chat that ai-cache has in Envoy. */
export const bareCache = bare("ai-cache");

/** ai-cache with its responses in Envoy, and in Redis; equal requests do not wait for each other. */
export const caches = {
  memory: plugin("ai-cache", { cache: { type: "memory" }, share: "route", wait_timeout: 0 }),
  redis: plugin("ai-cache", { cache: { type: "redis", serviceName: "redis.static" }, share: "route", wait_timeout: 0 }),
};

const DETECTORS = "email phone credit_card cn_id iban us_ssn ip jwt private_key api_key".split(" ");
const EXPRESSIONS = [
  ...["EMP-[0-9]{6}", "PRJ-[A-Z]{2,5}-[0-9]{1,4}", "(?i)project falcon", "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"],
  ...[
    "%{UUID}",
    "%{MAC}",
    "password: ?[^ ]{4,64}",
    "Bearer [A-Za-z0-9._-]{20,}",
    "10\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}",
  ],
  "(?:Mr|Mrs|Ms)\\. [A-Z][a-z]{2,20}",
];
const everywhere = { directions: ["request", "response"] };

/** ai-data-masking with 20 patterns in both directions, one of them restored: all built-in detectors and as many expressions. */
export const masking = plugin("ai-data-masking", {
  replace_roles: [
    ...DETECTORS.map((detector, index) => ({ detector, ...everywhere, ...(index ? {} : { restore: true }) })),
    ...EXPRESSIONS.map((regex) => ({ regex, value: "****", ...everywhere })),
  ],
});

const moderation = (on: string, roles: string[]): Record<string, unknown> => ({
  ...{ name: "moderation", on: [on], roles, on_error: "block" },
  provider: { type: "openai", cluster: "checker", apiKey: "key-of-the-checker" },
});

/** ai-security-guard with nothing to check in these chats, and with a check of each 256 characters of a stream. */
export const guards = {
  plugin: plugin("ai-security-guard", { checks: [moderation("request", ["system"])] }),
  checked: plugin("ai-security-guard", { bufferLimit: 256, checks: [moderation("response", ["user"])] }),
};

const searching = { needReference: true, searchFrom: [{ type: "searxng", cluster: "checker" }] };

/** ai-search, which names its sources in a text or in annotations, and for requests that do not ask for a search. */
export const searches = {
  text: plugin("ai-search", searching),
  annotations: plugin("ai-search", { ...searching, referenceStyle: "annotations" }),
  unasked: plugin("ai-search", { ...searching, defaultEnable: false }),
};

const BLOCKED = ["swagger.html", "/admin", "foo=bar", ".git/", "phpmyadmin"];

/** request-block with five URL rules, and the smallest Lua script that does the same. */
export const requestBlocks: Record<string, EnvoyConfig> = {
  ...bare("request-block"),
  plugin: plugin("request-block", { block_urls: BLOCKED }),
  "routes not asked": plugin("request-block", { block_urls: BLOCKED, ...ROUTES_UNASKED }),
  Lua: lua(`
    local blocked = {${BLOCKED.map((text) => `"${text}"`)}}
    function envoy_on_request(handle)
      local path = handle:headers():get(":path")
      for _, text in ipairs(blocked) do
        if string.find(path, text, 1, true) then return handle:respond({[":status"] = "403"}, "") end
      end
    end`),
};

/** The plugins on the guarded route of the shipped gateway, in its order. */
export const chain = (provider: Record<string, unknown>): EnvoyConfig[] => [
  plugin("key-auth", { ...keys, keys: ["authorization"], strip_bearer: true, consumers: consumers(10) }),
  plugin("key-rate-limit", {
    limit_by_consumer: "",
    limit_keys: [{ key: "*", query_per_second: 1_000_000, concurrent: 1_000 }],
  }),
  plugin("request-block", { block_urls: BLOCKED }),
  plugin("ai-proxy", { provider }),
];

function lua(source: string): EnvoyConfig {
  const type = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua";
  const config = { "@type": type, default_source_code: { inline_string: source } };
  return { name: "envoy.filters.http.lua", typed_config: config };
}
