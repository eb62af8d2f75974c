// SPDX-License-Identifier: Apache-2.0
// ai-token-ratelimit in real Envoys with two workers: windows, clients that leave, two Envoys at one Valkey, and its death.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { GuardedRedis } from "../harness/guarded-redis.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const PLUGIN = "ai-token-ratelimit";
const EVENT = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n';
const COST = 7;
const BUDGET = 1_000_000;

const provide = (): Promise<RunningServer> =>
  serve(({ path }) => ({
    status: 200,
    headers: [["content-type", "text/event-stream"]],
    chunks: [Buffer.from(EVENT.slice(0, 40)), Buffer.from(EVENT.slice(40))],
    delayMs: path.includes("slow") ? 700 : 10,
    end: path.includes("hang") ? "hang" : "clean",
  }));

const startGateway = (provider: RunningServer, config: object, redis?: GuardedRedis): Promise<EnvoyProcess> => {
  const configuration = JSON.stringify({ rule_name: "test", ...config });
  const listener = listenerFor({
    name: "gateway",
    routes: [routeFor({ name: "all", cluster: "upstream" })],
    downstream: [wasmFilter({ plugin: PLUGIN, wasm: `build/${PLUGIN}.wasm`, configuration })],
  });
  const bootstrap = bootstrapFor([listener], [clusterFor({ name: "upstream", port: provider.port })]);
  return startEnvoy(redis === undefined ? bootstrap : withRedis(bootstrap, redis.options), { concurrency: 2 });
};

const call = (envoy: EnvoyProcess, path: string, leaves = false): Promise<ClientResponse> => {
  const request = { method: "GET", path, authority: "gateway.example", headers: [], chunks: [] };
  const options = leaves ? { leaveWhen: (data: Buffer) => data.length >= EVENT.length } : {};
  return send(envoy.listenerPorts.gateway, request, options);
};
const many = (count: number, envoys: EnvoyProcess[], path: string, leaves = false): Promise<ClientResponse[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => call(envoys[i % envoys.length], path, leaves)));
const statuses = (responses: ClientResponse[]): number[] => [...new Set(responses.map(({ status }) => status))].sort();

/** What a user has used, as the next response says. */
const used = async (envoy: EnvoyProcess, user: string): Promise<number> => {
  const { headers } = await call(envoy, `/none?user=${user}`);
  return BUDGET - Number(headers.find(([name]) => name === "x-ratelimit-remaining-tokens")?.[1]);
};

/** Waits until a user has used as many tokens; each look costs `COST`. */
async function untilUsed(envoy: EnvoyProcess, user: string, tokens: number): Promise<void> {
  let seen = -1;
  for (let look = 0; look < 200; look++) {
    seen = await used(envoy, user);
    if (seen === tokens + look * COST) return;
    await sleep(25);
  }
  assert.fail(`${seen} tokens were used, not ${tokens} and those of the looks`);
}

const perUser = { rule_items: [{ limit_by_per_param: "user", limit_keys: [{ key: "*", token_per_hour: BUDGET }] }] };

for (const store of ["local", "redis-server", "redis-proxy"] as const)
  describe(`${PLUGIN} with the store ${store}`, () => {
    let provider: RunningServer;
    let redis: GuardedRedis | undefined;
    let envoys: EnvoyProcess[] = [];
    before(async () => {
      provider = await provide();
      if (store === "local") envoys = [await startGateway(provider, perUser)];
      else {
        const shared = await GuardedRedis.start(store);
        redis = shared;
        const config = { ...perUser, redis: shared.section, on_store_down: "local" };
        const start = () => startGateway(provider, config, shared);
        envoys = await Promise.all([start(), start()]);
      }
    });
    after(async () => {
      await Promise.all(envoys.map((envoy) => envoy.stop()));
      await provider?.close();
      await redis?.stop();
    });

    it("loses no charge of 200 parallel requests", async () => {
      assert.deepEqual(statuses(await many(200, envoys, "/?user=parallel")), [200]);
      await untilUsed(envoys[0], "parallel", 200 * COST);
    });

    it("charges each of 50 clients that leave", async () => {
      await many(50, envoys, "/hang?user=leaver", true);
      await untilUsed(envoys[0], "leaver", 50 * COST);
    });

    if (store !== "redis-proxy")
      it("gives 5,000 users counters of their own", async () => {
        for (let from = 0; from < 5000; from += 250) {
          const responses = await Promise.all(
            Array.from({ length: 250 }, (_, i) => call(envoys[i % envoys.length], `/?user=many-${from + i}`)),
          );
          const left = responses.map(({ headers }) =>
            headers.find(([name]) => name === "x-ratelimit-remaining-tokens"),
          );
          // With eight counters in each record a few users share one.
          const own = left.filter((header) => header?.[1] === String(BUDGET)).length;
          assert.ok(own >= 225, `${own} of 250`);
        }
      });

    if (store === "redis-server")
      it("counts in Envoy while Valkey is dead, and adds what ended then when it is back", async () => {
        const { valkey } = redis!;
        const slow = many(8, envoys, "/slow?user=slow");
        await sleep(300);
        await valkey.kill();
        assert.deepEqual(statuses(await slow), [200]);
        assert.deepEqual(statuses(await many(40, [envoys[0]], "/?user=dead")), [200]);
        await untilUsed(envoys[0], "dead", 40 * COST);
        // The new one is empty: what it shows are the charges alone.
        await valkey.start();
        const key = "higress-token-ratelimit:{test}:limit_by_per_param:3600:user:slow";
        for (let attempt = 0; attempt < 200 && (await valkey.run("GET", key)) !== String(8 * COST); attempt++)
          await sleep(25);
        assert.equal(await valkey.run("GET", key), String(8 * COST));
        assert.ok(Number(await valkey.run("TTL", key)) > 3500);
      });
  });

describe(`${PLUGIN} and the end of a window`, () => {
  it("passes again in the next one", async () => {
    const provider = await provide();
    const envoy = await startGateway(provider, { global_threshold: { token_per_second: 1 } });
    try {
      const seen: number[] = [];
      while (!(seen.includes(429) && seen.at(-1) === 200) && seen.length < 400) {
        seen.push((await call(envoy, "/")).status);
        await sleep(25);
      }
      assert.equal(seen[0], 200);
      assert.ok(seen.includes(429) && seen.at(-1) === 200, seen.join());
    } finally {
      await envoy.stop();
      await provider.close();
    }
  });
});

describe("a shared capacity of 7,000 tokens", () => {
  it("serves about as many of 10,000 that are offered, and refuses the rest", async () => {
    const provider = await provide();
    const envoy = await startGateway(provider, { global_threshold: { token_per_hour: 7000 } });
    const parallel = 20;
    let served = 0;
    let refused = 0;
    try {
      while ((served + refused) * COST < 10_000)
        for (const { status } of await many(parallel, [envoy], "/")) {
          if (status === 200) served++;
          else if (status === 429) refused++;
        }
      // The request that exceeds the budget still passes, as do those that are under way with it.
      assert.ok(served * COST > 7000 && served * COST <= 7000 + parallel * COST, `${served * COST} tokens`);
      assert.ok(refused * COST >= 10_000 - served * COST);
    } finally {
      await envoy.stop();
      await provider.close();
    }
  });
});

describe(`envoy/${PLUGIN}.yaml`, () => {
  it("refuses the request that the README says", async () => {
    const text = readFileSync(resolve(import.meta.dirname, `../../envoy/${PLUGIN}.yaml`), "utf8");
    const envoy = await startEnvoy(parse(text) as EnvoyConfig);
    try {
      const seen: number[] = [];
      for (const key of ["KEY_OF_ANN", "KEY_OF_ANN", "KEY_OF_ANN", "KEY_OF_ANN", "KEY_OF_BOB"]) {
        const request = { method: "GET", path: "/", authority: "localhost", headers: [["x-api-key", key]], chunks: [] };
        seen.push((await send(envoy.listenerPorts.gateway, request as never)).status);
      }
      assert.deepEqual(seen, [200, 200, 200, 429, 200]);
    } finally {
      await envoy.stop();
    }
  });
});
