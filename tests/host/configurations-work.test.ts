// SPDX-License-Identifier: Apache-2.0
// Configurations made to cost as much as they can: reading one takes steps and memory in proportion to its length.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { countSteps } from "../fuzz/counted.ts";
import type { HeaderPair } from "../providers/types.ts";
import { ProxyHost } from "./proxy-host.ts";

const SMALL = 8_000;
/** The same of words and rules that are searched for: of a few, the set is compiled in another way than of many. */
const SMALL_SEARCHED = 15_000;
/** The same of patterns. */
const SMALL_PATTERNS = 30_000;
/** Above this a configuration is cut off. */
const LIMIT = 1_000_000_000;
/** Steps for a byte of a configuration, and for any: each key that is not known is compared with all that guard. */
const STEPS_PER_BYTE = 600;
const FREE_STEPS = 100_000;
/** Bytes of the module's memory for a byte of a configuration. */
const BYTES_PER_BYTE = 400;
/** The same for a byte of patterns, which are compiled. */
const BYTES_PER_BYTE_OF_PATTERNS = 2500;
const json = (value: unknown): string => JSON.stringify(value);
const times = (size: number, each: number, make: (n: number) => unknown): unknown[] =>
  Array.from({ length: Math.max(1, Math.floor(size / each)) }, (_, n) => make(n));
const long = (size: number): string => "x".repeat(size);
const deep = (size: number): string => `${'{"a":['.repeat(100)}${'{"a":1},'.repeat(size / 8)}0${"]}".repeat(100)}`;

const fine: Record<string, object> = {
  "key-auth": { keys: ["apikey"], consumers: [{ name: "one", credential: "key-of-one" }] },
  "request-block": { block_urls: ["word"] },
  "key-rate-limit": { limit_by_header: "x-key", limit_keys: [{ key: "a", query_per_day: 1 }] },
  "chatgpt-proxy": { apiKey: "sk-test-work" },
  "model-router": { modelToHeader: "x-m" },
  "model-mapper": { modelMapping: { a: "b" } },
  "ai-cache": { cache: { type: "memory" } },
  "ai-history": { memory: {} },
  "ai-data-masking": { deny_words: ["a"] },
  "ai-search": { searchFrom: [{ type: "searxng", cluster: "c" }] },
  "ai-security-guard": {
    ...{ cluster: "c", serviceHost: "a.example", accessKey: "key-of-aliyun" },
    ...{ secretKey: "secret-of-aliyun", checkRequest: true },
  },
  fallback: { targets: [{ name: "other" }] },
};

/** What is done to every plugin, by the size of what comes out. */
const everywhere: Record<string, (right: object, size: number) => string> = {
  "many keys that are not known": (right, size) =>
    json({ ...right, ...Object.fromEntries(times(size, 12, (n) => [`note${n}`, 0]) as [string, number][]) }),
  "many keys like one that guards": (right, size) =>
    json({
      ...right,
      ...Object.fromEntries(times(size, 16, (n) => [`global_autx${n % 10}${n}`, 0]) as [string, number][]),
    }),
  "one key many times": (right, size) => `{${'"note":0,'.repeat(size / 9)}${json(right).slice(1)}`,
  "one guarding key many times, in escapes": (right, size) =>
    `{${'"\\u006beys":0,'.repeat(size / 14)}${json(right).slice(1)}`,
  "a long key": (right, size) => json({ ...right, [long(size)]: 0 }),
  "long keys": (right, size) =>
    json({ ...right, ...Object.fromEntries(times(size, 1000, (n) => [`${long(1000)}${n}`, 0]) as [string, number][]) }),
  "deep objects": (right, size) => json({ ...right, note: 0 }).replace(/0}$/, `${deep(size)}}`),
  "wide objects inside of each other": (right, size) =>
    json({
      ...right,
      note: times(size, 100, () => Object.fromEntries(times(90, 9, (n) => [`k${n}`, n]) as [string, number][])),
    }),
  "many nulls": (right, size) => json({ ...right, _rules_: times(size, 30, () => ({ _match_route_: null })) }),
  "many rules": (right, size) =>
    json({ ...right, _rules_: times(size, 30 + json(right).length, (n) => ({ _match_route_: [`r${n}`], ...right })) }),
  "many rules under long names": (right, size) =>
    json({
      ...right,
      realm: long(size / 4),
      model: long(size / 4),
      rule_name: long(size / 4),
      blocked_message: long(size / 4),
      _rules_: times(size, 60 + json(right).length, (n) => ({ _match_route_: [`r${n}`], ...right })),
    }),
  "many routes of one rule": (right, size) =>
    json({ ...right, _rules_: [{ _match_route_: times(size, 10, (n) => `r${n}`), ...right }] }),
  "many domains": (right, size) =>
    json({ ...right, _rules_: [{ _match_domain_: times(size, 12, (n) => `*.d${n}.xy`), ...right }] }),
  "many wrong domains": (right, size) =>
    json({ ...right, _rules_: [{ _match_domain_: times(size, 8, () => "a.*.b"), ...right }] }),
  "many services": (right, size) =>
    json({ ...right, _rules_: [{ _match_service_: times(size, 12, (n) => `s${n}:80`), ...right }] }),
  "no rules but texts": (right, size) => json({ ...right, _rules_: times(size, 4, () => "r") }),
  "white space": (right, size) => " ".repeat(size) + json(right),
};

const consumersOf = (size: number, each: number, make: (n: number) => object, more: object = {}): string =>
  json({ keys: ["apikey"], ...more, consumers: times(size, each, make) });
const own: Record<string, Record<string, (size: number) => string>> = {
  "key-auth": {
    "many consumers": (size) => consumersOf(size, 40, (n) => ({ name: `c${n}`, credential: `key${n}` })),
    "one name for all": (size) => consumersOf(size, 40, (n) => ({ name: "c", credential: `key${n}` })),
    "one key for all": (size) => consumersOf(size, 40, (n) => ({ name: `c${n}`, credential: "key" })),
    "no consumer right": (size) => consumersOf(size, 10, () => ({ nam: 1 })),
    "in_header of each, under many long keys": (size) =>
      consumersOf(size / 2, 55, (n) => ({ name: `c${n}`, credential: `key${n}`, in_header: true }), {
        keys: times(size / 2, size / 60, (n) => `${long(size / 60)}${n}`),
      }),
    "keys of each": (size) =>
      consumersOf(size, 60, (n) => ({ name: `c${n}`, credential: `key${n}`, keys: ["a", `b${n % 9}`] })),
    "models of each": (size) =>
      consumersOf(size, 60, (n) => ({ name: `c${n}`, credential: `key${n}`, models: [`m${n}*`] })),
    "many models": (size) =>
      consumersOf(1, 1, () => ({ ...{ name: "c", credential: "k" }, models: times(size, 8, (n) => `m${n}*`) })),
    "many keys": (size) => json({ keys: times(size, 8, (n) => `k${n}`), consumers: [{ name: "c", credential: "k" }] }),
    "many credentials": (size) => json({ keys: ["k"], credentials: times(size, 9, (n) => `key${n}`) }),
    "a long allow": (size) => json({ ...fine["key-auth"], allow: times(size, 9, (n) => `c${n}`) }),
  },
  "request-block": {
    "many words": (size) => json({ block_urls: times(size, 10, (n) => `word${n}`) }),
    "many words everywhere, that hold each other": (size) =>
      json({
        block_urls: times(size / 2, 50, (n) => long(n % 50)),
        block_bodies: times(size / 2, 50, (n) => `${long(n % 50)}y`),
      }),
    "a long word": (size) => json({ block_urls: [long(size)], block_bodies: [long(size)], case_sensitive: false }),
    "many exact URLs": (size) => json({ block_exact_urls: times(size, 10, (n) => `/u${n}`) }),
    "many capitals": (size) => json({ block_headers: times(size, 10, (n) => `X-Foo${n}`) }),
    "many patterns": (size) => json({ block_regexp_urls: times(size, 12, (n) => `/a+${n}.*`) }),
    "many wrong patterns": (size) => json({ block_regexp_urls: times(size, 5, () => "(a") }),
    "a long pattern": (size) => json({ block_regexp_urls: ["(a|b)*".repeat(size / 6)] }),
    "a pattern that repeats": (size) => json({ block_regexp_urls: times(size, 20, () => "((a{30}){30}){30}") }),
  },
  "key-rate-limit": {
    "many keys": (size) =>
      json({ limit_by_header: "k", limit_keys: times(size, 35, (n) => ({ key: `k${n}`, query_per_day: 1 })) }),
    "many keys under a long name": (size) =>
      json({
        rule_name: long(size / 2),
        limit_by_header: "k",
        limit_keys: times(size / 2, 35, (n) => ({ key: `k${n}`, query_per_day: 1 })),
      }),
    "one key for all": (size) =>
      json({ limit_by_header: "k", limit_keys: times(size, 35, () => ({ key: "k", query_per_day: 1 })) }),
    "many addresses": (size) =>
      json({
        limit_by_per_ip: "from-remote-addr",
        limit_keys: times(size, 45, (n) => ({ key: `${n >> 8}.${n & 255}.0.0/${8 + (n % 25)}`, query_per_day: 1 })),
      }),
    "many addresses of all widths": (size) =>
      json({
        limit_by_per_ip: "from-remote-addr",
        limit_keys: times(size, 50, (n) => ({
          key: `${(n % 65536).toString(16)}::1/${128 - (n % 112)}`,
          query_per_day: 1,
        })),
      }),
    "many patterns": (size) =>
      json({ limit_by_header: "k", limit_keys: times(size, 45, (n) => ({ key: `regexp:^a${n}`, query_per_day: 1 })) }),
    "no limit right": (size) => json({ limit_by_header: "k", limit_keys: times(size, 12, () => ({ ke: 1 })) }),
  },
  "model-router": {
    "many models": (size) => json({ models: times(size, 14, (n) => ({ id: `m${n}` })) }),
    "one model many times": (size) => json({ models: times(size, 10, () => ({ id: "m" })) }),
    "many patterns": (size) =>
      json({ autoRouting: { enable: true, rules: times(size, 35, (n) => ({ pattern: `a+${n}`, model: "m" })) } }),
    "many paths": (size) => json({ enableOnPathSuffix: times(size, 8, (n) => `/p${n}`) }),
    "a long key": (size) => json({ modelKey: long(size), modelToHeader: `x-${long(size)}` }),
  },
  fallback: {
    "many targets": (size) => json({ targets: times(size, 14, (n) => ({ name: `t${n}` })) }),
    "one target many times": (size) => json({ targets: times(size, 10, () => ({ name: "t" })) }),
    "many conditions": (size) => json({ on: times(size, 4, (n) => 400 + (n % 300)) }),
    "a long name": (size) => json({ targets: [{ name: long(size), model: long(size) }] }),
    "a long duration": (size) => json({ cooldown: `${"9".repeat(size)}s` }),
  },
  "model-mapper": {
    "many names": (size) =>
      json({ modelMapping: Object.fromEntries(times(size, 16, (n) => [`m${n}`, "m"]) as [string, string][]) }),
    "many beginnings": (size) =>
      json({ modelMapping: Object.fromEntries(times(size, 16, (n) => [`m${n}-*`, "m"]) as [string, string][]) }),
    "beginnings that cover each other": (size) =>
      json({
        modelMapping: Object.fromEntries(
          times(size, 1000, (n) => [`${"m".repeat(n + 1)}*`, long(990)]) as [string, string][],
        ),
      }),
    "a long model": (size) => json({ modelMapping: { "*": long(size) } }),
  },
  "ai-search": {
    "many engines": (size) => json({ searchFrom: times(size, 40, (n) => ({ type: "searxng", cluster: `c${n}` })) }),
    "many parameters": (size) =>
      json({
        searchFrom: [
          {
            ...{ type: "searxng", cluster: "c" },
            optionArgs: Object.fromEntries(times(size, 12, (n) => [`p${n}`, "v"]) as [string, string][]),
          },
        ],
      }),
    "a long template": (size) =>
      json({ ...fine["ai-search"], promptTemplate: "{question}{".repeat(size / 11) + "{search_results}" }),
  },
  "ai-security-guard": {
    "many checks": (size) =>
      json({
        checks: times(size, 90, (n) => ({
          ...{ name: `c${n}`, provider: { type: "webhook", cluster: "c", serviceHost: "h", path: "/p" } },
        })),
      }),
    "many consumers": (size) =>
      json({
        ...fine["ai-security-guard"],
        consumerRiskLevel: times(size, 60, (n) => ({ name: `c${n}`, matchType: "prefix", riskLevelBar: "low" })),
      }),
    "a long path": (size) => json({ ...fine["ai-security-guard"], requestContentJsonPath: "a.".repeat(size / 2) }),
    "a long message": (size) => json({ ...fine["ai-security-guard"], denyMessage: long(size) }),
  },
  "ai-cache": {
    "a long version": (size) => json({ version: long(size) }),
    "a long path": (size) => json({ reference_key: true, cacheKeyFrom: "a.".repeat(size / 2) }),
    "a long template": (size) => json({ responseTemplate: `${long(size)}%s` }),
    "many places for the text": (size) => json({ responseTemplate: "%s".repeat(size / 2) }),
  },
  "ai-history": { "long texts": (size) => json({ secret: long(size / 2), cacheKeyPrefix: long(size / 2) }) },
  "ai-data-masking": {
    "many words": (size) => json({ deny_words: times(size, 16, (n) => `w${n}`) }),
    "a long word": (size) => json({ deny_words: [long(size)] }),
    "many rules": (size) => json({ replace_roles: times(size, 40, (n) => ({ regex: `r${n}`, value: "x" })) }),
    "a long value": (size) => json({ replace_roles: [{ regex: "r", value: long(size) }] }),
    "a long expression": (size) => json({ replace_roles: [{ regex: long(size) }] }),
    "many names of grok": (size) => json({ replace_roles: [{ regex: "%{IP}".repeat(size / 5) }] }),
  },
  "chatgpt-proxy": {
    "long texts": (size) =>
      json({
        apiKey: long(size / 4),
        model: long(size / 4),
        chatgptUri: `h.example/${long(size / 4)}`,
        AIId: long(size / 4),
      }),
  },
};

const copyOf = (plugin: string): string => `build/test/${plugin}.counted.wasm`;

interface Cost {
  steps: number;
  bytes: number;
  size: number;
}

/** What reading a configuration costs, as the plugin's, or on a route. */
function costOf(plugin: string, text: string, onRoute: boolean): Cost {
  const host = new ProxyHost(copyOf(plugin), { logLevel: "error" });
  const context = host.configure(plugin, json(fine[plugin]));
  assert.ok(context);
  const before = host.vm.memory.byteLength;
  host.vm.call(context, "test_limit", [LIMIT]);
  if (onRoute) {
    const routes = [
      { name: "r", match: { prefix: "/" }, cluster: "upstream", metadata: { [plugin]: { config: text } } },
    ];
    const pseudo: HeaderPair[] = [
      [":method", "GET"],
      [":path", "/"],
      [":authority", "gateway.example"],
    ];
    const stream = host.stream(context, { routes });
    stream.requestHeaders(pseudo, true);
    if (!stream.isOver) stream.clientReset();
  } else host.configure(plugin, text);
  const steps = host.vm.call(context, "test_steps", []);
  const logged = host.vm.logs.reduce((sum, { text: line }) => sum + line.length, 0);
  assert.ok(logged < 20_000 + 4 * text.length, `${logged} bytes of log for ${text.length}`);
  return { steps, bytes: host.vm.memory.byteLength - before, size: text.length };
}

function assertLinear(plugin: string, make: (size: number) => string, onRoute: boolean, what: string): void {
  const isPatterns = what.includes("patterns");
  const size = isPatterns ? SMALL_PATTERNS : plugin === "ai-data-masking" ? SMALL_SEARCHED : SMALL;
  const [small, large] = [costOf(plugin, make(size), onRoute), costOf(plugin, make(4 * size), onRoute)];
  const perByte = (large.steps - FREE_STEPS) / large.size;
  assert.ok(
    large.steps < 1.25 * small.steps * (large.size / small.size) + FREE_STEPS,
    `${small.steps} steps for ${small.size}, ${large.steps} for ${large.size}`,
  );
  assert.ok(perByte < STEPS_PER_BYTE, `${large.steps} steps for ${large.size} bytes`);
  const bytesPerByte = isPatterns ? BYTES_PER_BYTE_OF_PATTERNS : BYTES_PER_BYTE;
  assert.ok(large.bytes < bytesPerByte * large.size + (1 << 21), `${large.bytes} bytes of memory for ${large.size}`);
}

for (const plugin of Object.keys(fine)) {
  describe(`the work of reading a configuration of ${plugin} grows no faster than it`, () => {
    before(() => void countSteps(`build/${plugin}.wasm`, copyOf(plugin)));
    for (const [what, make] of Object.entries(everywhere)) {
      test(what, () => assertLinear(plugin, (size) => make(fine[plugin], size), false, what));
      test(`${what}, on a route`, () => assertLinear(plugin, (size) => make(fine[plugin], size), true, what));
    }
    for (const [what, make] of Object.entries(own[plugin])) {
      test(what, () => assertLinear(plugin, make, false, what));
      test(`${what}, on a route`, () => assertLinear(plugin, make, true, what));
    }
  });
}
