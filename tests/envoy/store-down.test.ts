// SPDX-License-Identifier: Apache-2.0
// Two Envoys with two workers each and one Valkey, which is killed under load and comes back: what each configuration does meanwhile, and
// which tokens are charged afterwards.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { GuardedRedis, PASSWORD } from "../harness/guarded-redis.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const COST = 7;
const EVENT = Buffer.from('data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n');
const WRONG = "not-the-password";
/** The values of `on_store_down`, and a configuration without Redis, whose store cannot be down. */
const CONFIGURATIONS = ["allow", "deny", "local", "none"] as const;
type Configuration = (typeof CONFIGURATIONS)[number];
const SHARED: Configuration[] = ["allow", "deny", "local"];
const item = (rate: string) => [{ limit_by_per_param: "user", limit_keys: [{ key: "*", [rate]: 1_000_000 }] }];

/** The plugins with a password that the store refuses, and the status of their responses then. */
const REFUSED: Record<string, [configuration: Record<string, unknown>, status: number]> = {
  "ai-token-ratelimit": [{ rule_name: "wrong", rule_items: item("token_per_hour") }, 200],
  "cluster-key-rate-limit": [{ rule_name: "wrong", rule_items: item("query_per_hour") }, 200],
  "ai-quota": [{ admin_consumer: "root" }, 503],
};

describe("a store that is killed and comes back", () => {
  let provider: RunningServer;
  let redis: GuardedRedis;
  let envoys: EnvoyProcess[] = [];

  before(async () => {
    redis = await GuardedRedis.start("redis-server");
    provider = await serve(({ path }) => ({
      status: 200,
      headers: [["content-type", "text/event-stream"]],
      chunks: [EVENT.subarray(0, 40), EVENT.subarray(40)],
      delayMs: path.includes("slow") ? 1000 : 1,
    }));
    const gateway = withRedis(
      bootstrapFor(listeners(), [clusterFor({ name: "upstream", port: provider.port })]),
      redis.options,
    );
    const start = () => startEnvoy(gateway, { concurrency: 2 });
    envoys = await Promise.all([start(), start()]);
  });
  after(async () => {
    await Promise.all(envoys.map((envoy) => envoy.stop()));
    await provider?.close();
    await redis?.stop();
  });

  function listeners(): EnvoyConfig[] {
    const listener = (name: string, plugin: string, configuration: Record<string, unknown>) =>
      listenerFor({
        name,
        routes: [routeFor({ name: "all", cluster: "upstream" })],
        downstream: [
          wasmFilter({ plugin, wasm: `build/${plugin}.wasm`, configuration: JSON.stringify(configuration) }),
        ],
      });
    const limits = CONFIGURATIONS.map((name) => {
      const store = name === "none" ? {} : { redis: redis.section, on_store_down: name };
      const rules = { rule_name: name, rule_items: item("token_per_hour") };
      return listener(name, "ai-token-ratelimit", { ...rules, ...store });
    });
    const wrong = { ...redis.section, password: WRONG };
    const refused = Object.entries(REFUSED).map(([plugin, [configuration]]) =>
      listener(plugin, plugin, { ...configuration, redis: wrong }),
    );
    return [...limits, ...refused];
  }

  const call = (envoy: EnvoyProcess, listener: string, path: string): Promise<ClientResponse> =>
    send(envoy.listenerPorts[listener], {
      method: "GET",
      path,
      authority: "gateway.example",
      headers: [["x-mse-consumer", "ann"]],
      chunks: [],
    });
  const many = (count: number, listener: string, path: string): Promise<ClientResponse[]> =>
    Promise.all(Array.from({ length: count }, (_, i) => call(envoys[i % 2], listener, path)));
  const statuses = (responses: ClientResponse[]): number[] =>
    [...new Set(responses.map(({ status, end }) => (end === "clean" ? status : 0)))].sort();

  /** What the store has counted for a user. */
  const counted = async (name: string, user: string): Promise<number> =>
    Number(await redis.valkey.run("GET", `higress-token-ratelimit:{${name}}:limit_by_per_param:3600:user:${user}`));

  async function untilCounted(name: string, user: string, tokens: number): Promise<boolean> {
    for (let look = 0; look < 40; look++) {
      if ((await counted(name, user)) === tokens) return true;
      await sleep(50);
    }
    return false;
  }

  /** Sends requests one after the other until `stop`. */
  function load(name: string): { stop: () => Promise<ClientResponse[]> } {
    let running = true;
    const loops = [0, 1, 2, 3].map(async (i) => {
      const responses: ClientResponse[] = [];
      while (running) responses.push(await call(envoys[i % 2], name, "/?user=load"));
      return responses;
    });
    return {
      stop: async () => {
        running = false;
        return (await Promise.all(loops)).flat();
      },
    };
  }

  it("hangs no request, does as configured, and loses no settlement of what ended meanwhile", async () => {
    const slow = CONFIGURATIONS.map((name) => many(8, name, "/slow?user=slow"));
    const loads = CONFIGURATIONS.map(load);
    await sleep(400);
    await redis.valkey.kill();
    const dead = await Promise.all(CONFIGURATIONS.map((name) => many(40, name, "/?user=dead")));
    assert.deepEqual(dead.map(statuses), [[200], [503], [200], [200]]);
    for (const responses of await Promise.all(slow)) assert.deepEqual(statuses(responses), [200]);
    // The new one is empty: what it shows are the charges of responses that ended while there was none, and later ones.
    await redis.valkey.start();
    for (const name of SHARED) assert.ok(await untilCounted(name, "slow", 8 * COST), name);
    assert.ok(await untilCounted("allow", "dead", 40 * COST));
    assert.deepEqual([await counted("deny", "dead"), await counted("local", "dead")], [0, 0]);
    const loaded = await Promise.all(loads.map(({ stop }) => stop()));
    assert.deepEqual(loaded.map(statuses), [[200], [200, 503], [200], [200]]);
  });

  it("counts every request when each worker has connected again", async () => {
    for (const name of SHARED) {
      let isExact = false;
      for (let round = 0; round < 20 && !isExact; round++) {
        const responses = await many(40, name, `/?user=round-${round}`);
        isExact = statuses(responses).join() === "200" && (await untilCounted(name, `round-${round}`, 40 * COST));
      }
      assert.ok(isExact, name);
    }
  });

  it("that refuses the password is named in one line of each worker, without it", async () => {
    for (const [plugin, [, status]] of Object.entries(REFUSED)) {
      assert.deepEqual(statuses(await many(40, plugin, "/v1/chat/completions?user=a")), [status], plugin);
      const line = `${plugin}: redis: the store behind cluster "redis" refuses the username or password, or lacks one`;
      for (const envoy of envoys) {
        const lines = envoy.logs().filter((text) => text.includes(`${plugin}: redis: `) && text.includes("password"));
        assert.ok(lines.length >= 1 && lines.length <= 2, lines.join("\n"));
        assert.ok(lines.every((text) => text.includes(line)));
      }
    }
    for (const envoy of envoys)
      assert.ok(!envoy.logs().some((text) => text.includes(WRONG) || text.includes(PASSWORD)));
  });
});
