// SPDX-License-Identifier: Apache-2.0
// The options that guard something, of every plugin: what `guarding.test.ts` does wrong with each of them.
import type { ProviderRequest } from "../providers/types.ts";
import { aiProxy } from "./guarding-ai-proxy.ts";
import { chatgptProxy } from "./guarding-chatgpt.ts";
import { dataMasking } from "./guarding-masking.ts";
import { promptPlugins } from "./guarding-prompts.ts";
import { search } from "./guarding-search.ts";
import { cache, histories } from "./guarding-stores.ts";
import { securityGuard } from "./guarding-security.ts";
import { modelMapper, modelRouter } from "./guarding-models.ts";

type Json = Record<string, unknown>;

/** What came of a request. */
export interface Seen {
  status: number;
  /** What the provider received; null when it was not asked. */
  received: ProviderRequest | null;
  /** The calls that the plugin made: cluster, host, key. */
  calls: string[];
  /** The body of the response. */
  body: string;
}

/** A request; a POST unless it says otherwise. */
export interface ProbeRequest {
  method?: string;
  path?: string;
  headers?: [string, string][];
  body?: string;
  /** The consumer that key-auth has identified. */
  consumer?: string;
}

/** A request that shows whether the option guards. */
export interface Probe extends ProbeRequest {
  /** Another request comes before. */
  earlier?: ProbeRequest;
  /** What the provider responds, as JSON; else `{}` without a type. */
  reply?: string;
  /** Another request is open when this one comes. */
  whileOpen?: boolean;
  /** The last of so many requests counts. */
  times?: number;
  /** Whether what the option guards is guarded. */
  isClosed(seen: Seen): boolean;
}

/** One option in a configuration that is right. */
export interface Guard {
  plugin: string;
  /** Where the option stands in `config`. */
  path: (string | number)[];
  /** The configuration with the option: what stands in a rule and on a route, and, with `instance`, in the global part. */
  config: Json;
  /** The global part below which a rule or a route stands; none, where nothing is inherited. */
  instance?: Json;
  /** Where the option may stand; everywhere, unless said. */
  places?: ("global" | "rule" | "route")[];
  /** The configuration does not work without the option, whatever the request. */
  isRequired?: boolean;
  /** Without the option nothing is open: only wrong forms of it could open something. */
  isSafeWithout?: boolean;
  /** `{}` is a value like others: it says in so many words that there is none. */
  mayBeEmpty?: boolean;
  probe: Probe;
}

const refusedWith = (status: number) => (seen: Seen) => seen.status === status && seen.received === null;
const GET = { method: "GET" };

const one = { name: "one", credential: "key-of-one" };
const two = { name: "two", credential: "key-of-two" };
const noKey: Probe = { ...GET, isClosed: refusedWith(401) };
const withKey = (key: string, status: number): Probe => ({
  ...GET,
  headers: [["apikey", key]],
  isClosed: refusedWith(status),
});
const inQuery: Probe = { ...GET, path: "/?apikey=key-of-one", isClosed: refusedWith(401) };
const inHeader: Probe = { ...GET, headers: [["apikey", "key-of-one"]], isClosed: refusedWith(401) };
const otherModel: Probe = {
  headers: [
    ["apikey", "key-of-one"],
    ["content-type", "application/json"],
  ],
  path: "/v1/chat/completions",
  body: '{"model":"gpt-5"}',
  isClosed: refusedWith(403),
};

const keyAuth: Omit<Guard, "plugin">[] = [
  {
    path: ["allow"],
    config: { allow: ["one"] },
    instance: { keys: ["apikey"], consumers: [one, two] },
    probe: withKey("key-of-two", 403),
  },
  { path: ["consumers"], config: { keys: ["apikey"], consumers: [one] }, isRequired: true, probe: noKey },
  { path: ["credentials"], config: { keys: ["apikey"], credentials: ["key-of-all"] }, isRequired: true, probe: noKey },
  { path: ["keys"], config: { keys: ["apikey"], consumers: [one] }, isRequired: true, probe: noKey },
  {
    path: ["global_auth"],
    config: {
      global_auth: true,
      keys: ["apikey"],
      consumers: [one],
      _rules_: [{ _match_route_: ["elsewhere"], allow: ["one"] }],
    },
    places: ["global"],
    probe: noKey,
  },
  { path: ["in_query"], config: { keys: ["apikey"], consumers: [one], in_query: false }, probe: inQuery },
  { path: ["in_header"], config: { keys: ["apikey"], consumers: [one], in_header: false }, probe: inHeader },
  {
    path: ["hide_credentials"],
    config: { keys: ["apikey"], consumers: [one], hide_credentials: true },
    probe: {
      ...GET,
      headers: [["apikey", "key-of-one"]],
      isClosed: ({ received }) => received !== null && received.headers.every(([name]) => name !== "apikey"),
    },
  },
  { path: ["consumers", 0, "name"], config: { keys: ["apikey"], consumers: [one] }, isRequired: true, probe: noKey },
  {
    path: ["consumers", 0, "credential"],
    config: { keys: ["apikey"], consumers: [one] },
    isRequired: true,
    probe: noKey,
  },
  {
    path: ["consumers", 0, "credentials"],
    config: { keys: ["apikey"], consumers: [{ name: "one", credentials: ["key-of-one"] }] },
    isRequired: true,
    probe: noKey,
  },
  {
    path: ["consumers", 0, "models"],
    config: { keys: ["apikey"], consumers: [{ ...one, models: ["gpt-4"] }] },
    probe: otherModel,
  },
  {
    path: ["consumers", 0, "keys"],
    config: { keys: ["apikey"], consumers: [{ ...one, keys: ["x-own"] }, two] },
    probe: withKey("key-of-one", 401),
  },
  {
    path: ["consumers", 0, "in_query"],
    config: { keys: ["apikey"], consumers: [{ ...one, in_query: false }, two] },
    probe: inQuery,
  },
  {
    path: ["consumers", 0, "in_header"],
    config: { keys: ["apikey"], consumers: [{ ...one, in_header: false }, two] },
    probe: inHeader,
  },
  // The kernel's own, which are the same for every plugin.
  {
    path: ["_rules_"],
    config: {
      keys: ["apikey"],
      consumers: [one, two],
      global_auth: false,
      _rules_: [{ _match_route_: ["r"], allow: ["one"] }],
    },
    places: ["global"],
    probe: noKey,
  },
  ...(
    [
      ["_match_route_", "r"],
      ["_match_route_prefix_", "r"],
      ["_match_domain_", "gateway.example"],
      ["_match_service_", "upstream"],
    ] as const
  ).map(([key, value]) => ({
    path: ["_rules_", 0, key],
    config: {
      keys: ["apikey"],
      consumers: [one, two],
      global_auth: false,
      _rules_: [{ [key]: [value], allow: ["one"] }],
    },
    places: ["global" as const],
    isRequired: true,
    probe: noKey,
  })),
];

const blocked = (path: string, more: Partial<Probe> = {}): Probe => ({
  ...GET,
  path,
  isClosed: refusedWith(403),
  ...more,
});
const requestBlock: Omit<Guard, "plugin">[] = [
  { path: ["block_urls"], config: { block_urls: ["secret"], block_bodies: ["never"] }, probe: blocked("/a-secret") },
  { path: ["block_exact_urls"], config: { block_exact_urls: ["/a"], block_bodies: ["never"] }, probe: blocked("/a") },
  {
    path: ["block_regexp_urls"],
    config: { block_regexp_urls: ["/a+"], block_bodies: ["never"] },
    probe: blocked("/aaa"),
  },
  {
    path: ["block_headers"],
    config: { block_headers: ["bad"], block_bodies: ["never"] },
    probe: blocked("/", { headers: [["user-agent", "bad bot"]] }),
  },
  ...["block_bodies", "block_bodys"].map((key) => ({
    path: [key],
    config: { [key]: ["bad"], block_urls: ["never"] },
    probe: blocked("/", { method: "POST", body: "a bad one" }),
  })),
  { path: ["case_sensitive"], config: { block_urls: ["secret"], case_sensitive: false }, probe: blocked("/SECRET") },
  { path: ["normalize_path"], config: { block_urls: ["/secret"], normalize_path: true }, probe: blocked("/%73ecret") },
];

const limit = [{ key: "*", query_per_day: 1 }];
const twice = (headers: [string, string][], path = "/"): Probe => ({
  ...GET,
  path,
  headers,
  times: 2,
  isClosed: refusedWith(429),
});
const byHeader = twice([["x-key", "a"]]);
const keyRateLimit: Omit<Guard, "plugin">[] = [
  {
    path: ["limit_by_header"],
    config: { limit_by_header: "x-key", limit_keys: limit },
    isRequired: true,
    probe: byHeader,
  },
  {
    path: ["limit_by_param"],
    config: { limit_by_param: "k", limit_keys: limit },
    isRequired: true,
    probe: twice([], "/?k=a"),
  },
  {
    path: ["limit_by_consumer"],
    config: { limit_by_consumer: "", limit_keys: limit },
    isRequired: true,
    probe: twice([["x-mse-consumer", "a"]]),
  },
  {
    path: ["limit_by_per_ip"],
    config: { limit_by_per_ip: "from-header-x-ip", limit_keys: limit },
    isRequired: true,
    probe: twice([["x-ip", "10.0.0.1"]]),
  },
  { path: ["limit_keys"], config: { limit_by_header: "x-key", limit_keys: limit }, isRequired: true, probe: byHeader },
  {
    path: ["limit_keys", 0, "key"],
    config: { limit_by_header: "x-key", limit_keys: limit },
    isRequired: true,
    probe: byHeader,
  },
  ...["query_per_second", "query_per_minute", "query_per_hour", "query_per_day"].map((key) => ({
    path: ["limit_keys", 0, key],
    config: { limit_by_header: "x-key", limit_keys: [{ key: "*", [key]: 1 }] },
    isRequired: true,
    probe: byHeader,
  })),
  {
    path: ["limit_keys", 0, "query_per_day"],
    config: { limit_by_header: "x-key", limit_keys: [{ key: "*", query_per_day: 1, concurrent: 100 }] },
    probe: byHeader,
  },
  {
    path: ["limit_keys", 0, "concurrent"],
    config: { limit_by_header: "x-key", limit_keys: [{ key: "*", concurrent: 1 }] },
    isRequired: true,
    probe: { ...byHeader, times: 1, whileOpen: true },
  },
];

const of = (plugin: string, guards: Omit<Guard, "plugin">[]): Guard[] => guards.map((guard) => ({ plugin, ...guard }));

/** Every option that guards. Whoever adds one to a plugin's `guards` adds a line here. */
export const guards: Guard[] = [
  ...of("key-auth", keyAuth),
  ...of("request-block", requestBlock),
  ...of("key-rate-limit", keyRateLimit),
  ...of("chatgpt-proxy", chatgptProxy),
  ...of("model-router", modelRouter),
  ...of("model-mapper", modelMapper),
  ...of("ai-cache", cache),
  ...of("ai-data-masking", dataMasking),
  ...of("ai-history", histories),
  ...of("ai-search", search),
  ...of("ai-security-guard", securityGuard),
  ...promptPlugins.flatMap(([plugin, options]) => of(plugin, options)),
  ...of("ai-proxy", aiProxy),
];
