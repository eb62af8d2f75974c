// SPDX-License-Identifier: Apache-2.0
// Two Envoys with two workers each count in one Valkey: exactly as many requests pass as the limit says, also around its death.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { bootstrapFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { GuardedRedis } from "../harness/guarded-redis.ts";
import { send } from "../harness/http-client.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";

const PLUGIN = "cluster-key-rate-limit";
const LIMIT = 50;
const root = resolve(import.meta.dirname, "../..");

function gateway(redis: GuardedRedis, more: Record<string, unknown>): EnvoyConfig {
  const config = {
    rule_name: "two-envoys",
    rule_items: [{ limit_by_per_param: "user", limit_keys: [{ key: "*", query_per_hour: LIMIT }] }],
    redis: redis.section,
    ...more,
  };
  const listener = listenerFor({
    name: "gateway",
    routes: [routeFor({ name: "all", cluster: "", direct: { status: 200, body: "passed" } })],
    downstream: [wasmFilter({ plugin: PLUGIN, wasm: `build/${PLUGIN}.wasm`, configuration: JSON.stringify(config) })],
  });
  return withRedis(bootstrapFor([listener], []), redis.options);
}

async function status(envoy: EnvoyProcess, path: string): Promise<number> {
  const request = { method: "GET", path, authority: "gateway.example", headers: [], chunks: [] };
  return (await send(envoy.listenerPorts.gateway, request)).status;
}

for (const [way, onStoreDown] of [
  ["redis-server", "allow"],
  ["redis-proxy", "deny"],
] as const)
  describe(`two Envoys and one Valkey with a password, by ${way}, on_store_down: ${onStoreDown}`, () => {
    let redis: GuardedRedis;
    let valkey: Valkey;
    let envoys: EnvoyProcess[] = [];
    const unknown = onStoreDown === "allow" ? 200 : 503;

    before(async () => {
      redis = await GuardedRedis.start(way);
      ({ valkey } = redis);
      const start = () => startEnvoy(gateway(redis, { on_store_down: onStoreDown }), { concurrency: 2 });
      envoys = await Promise.all([start(), start()]);
    });
    after(async () => {
      await Promise.all(envoys.map((envoy) => envoy.stop()));
      await redis?.stop();
    });

    const many = (count: number, path: string): Promise<number[]> =>
      Promise.all(Array.from({ length: count }, (_, i) => status(envoys[i % 2], path)));

    it(`let exactly ${LIMIT} of 200 parallel requests pass`, async () => {
      for (const user of ["a", "b"]) {
        const statuses = await many(200, `/?user=${user}`);
        assert.equal(statuses.filter((code) => code === 200).length, LIMIT);
        assert.equal(statuses.filter((code) => code === 429).length, 200 - LIMIT);
      }
    });

    it("do as configured while Valkey is dead, and count again when it is back", async () => {
      await valkey.kill();
      assert.deepEqual([...new Set(await many(100, "/?user=a"))], [unknown]);
      await valkey.start();
      for (let attempt = 0; (await valkey.run("DBSIZE")) === 0 && attempt < 200; attempt++) {
        await many(8, "/?user=wake-up");
        await sleep(50);
      }
      // Each of the four workers has connected again.
      await sleep(500);
      await many(40, "/?user=wake-up");
      const statuses = await many(200, "/?user=c");
      assert.equal(statuses.filter((code) => code === 200).length, LIMIT);
    });

    it("hang no request while Valkey does not reply", async () => {
      valkey.freeze();
      assert.deepEqual([...new Set(await many(40, "/?user=d"))], [unknown]);
      valkey.thaw();
    });
  });

describe("envoy/cluster-key-rate-limit.yaml", () => {
  it("refuses the fourth request in a minute", async () => {
    const valkey = await Valkey.start();
    const text = readFileSync(join(root, `envoy/${PLUGIN}.yaml`), "utf8");
    const config = parse(text.replaceAll("port_value: 6379", `port_value: ${valkey.port}`)) as EnvoyConfig;
    const envoy = await startEnvoy(config);
    try {
      const request = {
        method: "GET",
        path: "/",
        authority: "localhost",
        headers: [["x-api-key", "demo"]],
        chunks: [],
      };
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) statuses.push((await send(envoy.listenerPorts.gateway, request as never)).status);
      assert.deepEqual(statuses, [200, 200, 200, 429]);
    } finally {
      await envoy.stop();
      await valkey.stop();
    }
  });
});
