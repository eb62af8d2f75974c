// SPDX-License-Identifier: Apache-2.0
// The metrics of the limiters, as Prometheus reads them from Envoy: the labels of the shipped files, and no label that a client makes up.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const LIMITERS = ["ai-token-ratelimit", "ai-quota", "cluster-key-rate-limit"];
const HOSTILE = 'team "a"\\ [model=x] } 5漢';
/** As Prometheus shows `HOSTILE`: percent-encoded. */
const ENCODED = "team%20%22a%22%5C%20%5Bmodel%3Dx%5D%20%7D%205%E6%BC%A2";
const USAGE = { prompt_tokens: 60, completion_tokens: 40, total_tokens: 100 };
const MADE_UP = 2000;

const consumers = ["ann", HOSTILE, "few", "root"].map((name, i) => ({ name, credential: `key-${i}` }));
const redis = { service_name: "redis.static" };
const none = { service_name: "redis.static", cluster: "missing" };

const filter = (plugin: string, config: object): EnvoyConfig =>
  wasmFilter({ plugin, wasm: `build/${plugin}.wasm`, configuration: JSON.stringify(config) });
const auth = filter("key-auth", { consumers, keys: ["x-api-key"], in_header: true, global_auth: true });
const tokens = filter("ai-token-ratelimit", {
  rule_name: "chat",
  rule_items: [
    { limit_by_per_header: "x-made-up", limit_keys: [{ key: "*", token_per_day: 1_000_000_000 }] },
    {
      limit_by_per_consumer: "",
      limit_keys: [
        { key: "regexp:few", token_per_day: 200 },
        { key: "*", token_per_day: 1_000_000_000 },
      ],
    },
  ],
});
const queries = (name: string, store: object): EnvoyConfig =>
  filter("cluster-key-rate-limit", { rule_name: name, global_threshold: { query_per_day: 3 }, redis: store });

/** The `stats_tags` of the shipped files, each once. */
function shippedTags(): object[] {
  const tags = LIMITERS.flatMap((plugin) => {
    const text = readFileSync(resolve(import.meta.dirname, `../../envoy/${plugin}.yaml`), "utf8");
    return (parse(text) as { stats_config: { stats_tags: { tag_name: string }[] } }).stats_config.stats_tags;
  });
  return [...new Map(tags.map((tag) => [tag.tag_name, tag])).values()];
}

function bootstrap(provider: number, valkey: number): EnvoyConfig {
  const routes = [routeFor({ name: "all", cluster: "upstream" })];
  const proxy = filter("ai-proxy", { provider: { type: "openai", apiTokens: ["sk-test"] } });
  const listener = (name: string, downstream: EnvoyConfig[]): EnvoyConfig =>
    listenerFor({ name, routes, downstream, upstream: [proxy] });
  const limited = { rule_name: "down", global_threshold: { token_per_day: 1000 }, redis: none };
  const listeners = [
    listener("tokens", [auth, tokens]),
    listener("open", [tokens]),
    listener("quota", [auth, filter("ai-quota", { admin_consumer: "root", redis })]),
    listener("queries", [queries("all", redis)]),
    listener("down", [queries("lost", none), filter("ai-token-ratelimit", limited)]),
  ];
  const parts = withRedis(bootstrapFor(listeners, [clusterFor({ name: "upstream", port: provider })]), {
    port: valkey,
  });
  return { ...parts, stats_config: { stats_tags: shippedTags() } };
}

describe("metrics of the limiters", () => {
  let provider: RunningServer;
  let valkey: Valkey;
  let envoy: EnvoyProcess;
  before(async () => {
    valkey = await Valkey.start();
    await valkey.run("SET", "chat_quota:ann", "150");
    provider = await serve(({ body }) => {
      const { model } = JSON.parse(body.toString()) as { model: string };
      const isKnown = !model.startsWith("unknown");
      const usage = model === "silent" ? {} : { usage: USAGE };
      const json = isKnown ? { model, choices: [], ...usage } : { error: { message: "no such model" } };
      const headers: [string, string][] = [["content-type", "application/json"]];
      return { status: isKnown ? 200 : 404, headers, chunks: [Buffer.from(JSON.stringify(json))] };
    });
    envoy = await startEnvoy(bootstrap(provider.port, valkey.port), { wasmLogLevel: "error" });
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
    await valkey?.stop();
  });

  async function ask(listener: string, model: string, key = "key-0", more: [string, string][] = []): Promise<number> {
    const body = Buffer.from(JSON.stringify({ model, messages: [{ role: "user", content: "hi" }] }));
    const headers: [string, string][] = [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
      ["x-api-key", key],
      ...more,
    ];
    const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway.example", headers };
    return (await send(envoy.listenerPorts[listener], { ...request, chunks: [body] })).status;
  }

  /** The lines of /stats/prometheus that begin with a name. */
  async function metrics(name: string): Promise<string[]> {
    const text = await (await fetch(`http://127.0.0.1:${envoy.adminPort}/stats/prometheus`)).text();
    return text.split("\n").filter((line) => line.startsWith(name));
  }

  async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++, await sleep(50)) if (await holds()) return;
    assert.fail(`${what}\n${(await metrics("ai_")).join("\n")}`);
  }

  /** The lines that begin with a name, as soon as one is as awaited. */
  async function scrape(name: string, awaited: string): Promise<string[]> {
    let lines: string[] = [];
    await until(async () => (lines = await metrics(name)).includes(awaited), awaited);
    return lines;
  }

  it("count tokens by consumer and model, whatever they are called", async () => {
    for (const key of ["key-0", "key-1", "key-1"]) assert.equal(await ask("tokens", "org/gpt-4.1-mini.", key), 200);
    const line = (kind: string, consumer: string, count: number): string =>
      `ai_token_ratelimit_${kind}_tokens_total{consumer="${consumer}",model="org/gpt-4.1-mini%2E"} ${count}`;
    const lines = await scrape("ai_token_ratelimit_input", line("input", ENCODED, 120));
    assert.ok(lines.includes(line("input", "ann", 60)));
    await scrape("ai_token_ratelimit_output", line("output", ENCODED, 80));
    await scrape("ai_token_ratelimit_output", line("output", "ann", 40));
  });

  it("count what is reserved, given back and estimated", async () => {
    const names = ["reserved_tokens", "refunded_tokens", "estimated"].map((name) => `ai_token_ratelimit_${name}_total`);
    const read = async (): Promise<number[]> => {
      const stats = await envoy.stats("ai_token_ratelimit");
      return names.map((name) => stats[`wasmcustom.${name}`] ?? 0);
    };
    const before = await read();
    // A refused request gives everything back, one without usage costs what it has reserved.
    assert.deepEqual([await ask("tokens", "unknown"), await ask("tokens", "silent")], [404, 200]);
    const [reserved, refunded, estimated] = (await read()).map((count, i) => count - before[i]);
    assert.ok(refunded > 0 && reserved > refunded && reserved <= 2 * refunded + 5, `${reserved}, ${refunded}`);
    assert.equal(estimated, 1);
  });

  it("count limited requests by consumer and rule", async () => {
    let refused = 0;
    for (let i = 0; i < 6; i++) refused += (await ask("tokens", "gpt-4.1", "key-2")) === 429 ? 1 : 0;
    assert.ok(refused >= 3, `${refused} of 6`);
    const labels = 'consumer="few",rule="chat:limit_by_per_consumer:x-mse-consumer"';
    await scrape("ai_token_ratelimit_limited", `ai_token_ratelimit_limited_total{${labels}} ${refused}`);
  });

  it("count what is charged to quotas, and who has none left", async () => {
    const statuses: number[] = [];
    // The second charge makes the quota negative.
    for (let i = 0; i < 2; i++) statuses.push(await ask("quota", "gpt-4.1"));
    await scrape("ai_quota_charged", 'ai_quota_charged_tokens_total{consumer="ann"} 200');
    while (Number(await valkey.run("GET", "chat_quota:ann")) > 0) await sleep(20);
    for (const key of ["key-0", "key-1", "key-1"]) statuses.push(await ask("quota", "gpt-4.1", key));
    assert.deepEqual(statuses, [200, 200, 403, 403, 403]);
    const lines = await scrape("ai_quota_refused", `ai_quota_refused_total{consumer="${ENCODED}"} 2`);
    assert.ok(lines.includes('ai_quota_refused_total{consumer="ann"} 1'));
  });

  it("count refusals of cluster-key-rate-limit by rule", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push(await ask("queries", "gpt-4.1"));
    assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
    await scrape("cluster_key_rate", 'cluster_key_rate_limit_limited_total{rule="all:global_threshold"} 2');
  });

  it("count requests whose limits are unknown, once for each request and limiter, and log one line", async () => {
    for (let i = 0; i < 3; i++) assert.equal(await ask("down", "gpt-4.1"), 200);
    await scrape("ai_token_ratelimit_store_down", "ai_token_ratelimit_store_down_total{} 3");
    await scrape("cluster_key_rate_limit_store", "cluster_key_rate_limit_store_down_total{} 3");
    for (const plugin of ["ai-token-ratelimit", "cluster-key-rate-limit"]) {
      const lines = envoy.logs().filter((line) => line.includes(`${plugin}: redis:`));
      assert.equal(lines.length, 1, lines.join("\n"));
    }
  });

  it(`name no header of a client and no model that the provider refuses, and stay bounded after ${MADE_UP} made-up models`, async () => {
    const made = (i: number, kind: string): Promise<number> =>
      ask("open", `${kind}-${i}`, "key-0", [
        ["x-made-up", `value-${i}`],
        ["x-mse-consumer", `consumer-${i}`],
      ]);
    const each = async (count: number, kind: string): Promise<number[]> => {
      const statuses = new Set<number>();
      for (let from = 0; from < count; from += 25)
        for (const status of await Promise.all(Array.from({ length: 25 }, (_, i) => made(from + i, kind))))
          statuses.add(status);
      return [...statuses];
    };
    assert.deepEqual(await each(50, "unknown"), [404]);
    assert.deepEqual(await each(MADE_UP, "served"), [200]);
    const other = 'ai_token_ratelimit_input_tokens_total{consumer="none",model="other"}';
    let lines: string[] = [];
    let named = 0;
    await until(async () => {
      lines = await metrics("ai_token_ratelimit");
      named = lines.filter((line) => line.includes("input_tokens") && line.includes('model="served-')).length;
      return lines.includes(`${other} ${(MADE_UP - named) * 60}`);
    }, other);
    assert.ok(named > 0 && named <= 100, `${named} models`);
    assert.ok(!lines.some((line) => /unknown-|value-|consumer-\d/.test(line)));
    // Consumers keep their names.
    assert.equal(await ask("tokens", "served-last", "key-1"), 200);
    const last = `ai_token_ratelimit_input_tokens_total{consumer="${ENCODED}",model="other"} 60`;
    await scrape("ai_token_ratelimit_input", last);
  });
});
