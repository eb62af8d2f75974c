// SPDX-License-Identifier: Apache-2.0
// The channel to Redis in the real Envoy, with a real Valkey: straight, through redis_proxy, and over a listener on 127.0.0.1.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { compile } from "../../tools/compile.ts";
import { bootstrapFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { GuardedRedis, PASSWORD } from "../harness/guarded-redis.ts";
import { send } from "../harness/http-client.ts";
import { withRedis, type RedisOptions } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";

const WASM = "build/test/redis-probe.wasm";
const root = resolve(import.meta.dirname, "../..");

interface Resources {
  listeners: EnvoyConfig[];
  clusters: EnvoyConfig[];
}

/** A gateway with the probe in front of direct responses. */
function gateway(redis: Record<string, unknown>, options: RedisOptions): EnvoyConfig {
  const configuration = JSON.stringify({ redis: { service_name: "redis.static", ...redis } });
  const listener = listenerFor({
    name: "gateway",
    routes: [routeFor({ name: "all", cluster: "", direct: { status: 200, body: "direct" } })],
    downstream: [wasmFilter({ plugin: "redis-probe", wasm: WASM, configuration })],
  });
  return withRedis(bootstrapFor([listener], []), options);
}

async function get(envoy: EnvoyProcess, path: string): Promise<string> {
  const request = { method: "GET", path, authority: "gateway.example", headers: [], chunks: [] };
  const { body } = await send(envoy.listenerPorts.gateway, request);
  return body.toString();
}

/** What the plugin has logged about Redis. */
const said = (envoy: EnvoyProcess): string[] =>
  envoy.logs().flatMap((line) => /redis-probe: (redis: .*|settlement .*)/.exec(line)?.[1] ?? []);

/** Waits for a result that comes soon. */
async function until(wanted: string, read: () => Promise<unknown>): Promise<void> {
  let found: unknown;
  for (let attempt = 0; attempt < 200; attempt++) {
    found = await read();
    if (String(found) === wanted) return;
    await sleep(50);
  }
  assert.equal(found, wanted);
}

before(() => compile({ entry: "tests/host/redis/assembly/index.ts", out: WASM, optimized: false }));

for (const way of ["redis-server", "redis-proxy"] as const)
  describe(`Redis by ${way}`, () => {
    let valkey: Valkey;
    let envoys: EnvoyProcess[] = [];
    before(async () => {
      valkey = await Valkey.start();
      const start = () => startEnvoy(gateway({}, { port: valkey.port, way }), { concurrency: 2 });
      envoys = await Promise.all([start(), start()]);
    });
    after(async () => {
      await Promise.all(envoys.map((envoy) => envoy.stop()));
      await valkey?.stop();
    });

    it("gives the replies of every kind", async () => {
      assert.equal(await get(envoys[0], "/SET/text/a"), "fault 0 +OK");
      assert.equal(await get(envoys[0], "/GET/text"), "fault 0 $a");
      assert.equal(await get(envoys[0], "/GET/none"), "fault 0 _0");
      assert.equal(await get(envoys[0], "/RPUSH/list/x/y"), "fault 0 :2");
      assert.equal(await get(envoys[0], "/LRANGE/list/0/-1"), "fault 0 *2 $x $y");
      assert.match(await get(envoys[0], "/INCR/text"), /^fault 3 -ERR value is not an integer/);
    });

    it("gives each of 1,000 parallel requests of two Envoys its own reply", async () => {
      const all = await Promise.all(Array.from({ length: 1000 }, (_, i) => get(envoys[i % 2], "/INCR/n")));
      const numbers = all.map((text) => Number(/^fault 0 :(\d+)$/.exec(text)?.[1]));
      assert.deepEqual(
        numbers.sort((a, b) => a - b),
        Array.from({ length: 1000 }, (_, i) => i + 1),
      );
    });

    it("runs scripts, also after Redis has forgotten them", async () => {
      assert.equal(await get(envoys[0], "/eval/sum/5"), "fault 0 :5");
      await valkey.run("SCRIPT", "FLUSH");
      assert.equal(await get(envoys[0], "/eval/sum/5"), "fault 0 :10");
      assert.equal(await get(envoys[1], "/eval/sum/5"), "fault 0 :15");
    });

    it("settles accounts when streams end", async () => {
      await Promise.all(Array.from({ length: 400 }, (_, i) => get(envoys[i % 2], "/settle/")));
      await until("400", () => valkey.run("GET", "settled"));
    });

    it("fails commands while Redis is down, logs it once, and goes on when it is back", async () => {
      await valkey.kill();
      const failed = await Promise.all(Array.from({ length: 100 }, () => get(envoys[0], "/INCR/n")));
      assert.deepEqual([...new Set(failed)], ["fault 1"]);
      await valkey.start();
      await until("fault 0 $0", async () => {
        await get(envoys[0], "/SET/back/0");
        return get(envoys[0], "/GET/back");
      });
      // One line for each worker.
      const lines = said(envoys[0]).filter((line) => line.includes("cannot be reached"));
      assert.ok(lines.length >= 1 && lines.length <= 2, lines.join("\n"));
    });

    it("hangs no request when Redis is killed under load", async () => {
      let running = true;
      const load = Array.from({ length: 20 }, async (_, i) => {
        const results: string[] = [];
        while (running) results.push(await get(envoys[i % 2], "/INCR/load"));
        return results;
      });
      await sleep(300);
      await valkey.kill();
      await sleep(300);
      await valkey.start();
      await sleep(1000);
      running = false;
      const results = (await Promise.all(load)).flat();
      assert.ok(
        results.every((text) => /^fault (0 :\d+|1)$/.test(text)),
        results.find((text) => !/^fault [01]/.test(text)),
      );
      await until("fault 0 +PONG", () => get(envoys[0], "/PING"));
    });
  });

describe("settlements while Redis is down", () => {
  it("are sent when it is back", async () => {
    const valkey = await Valkey.start();
    const envoy = await startEnvoy(gateway({}, { port: valkey.port }));
    try {
      assert.equal(await get(envoy, "/PING"), "fault 0 +PONG");
      await valkey.kill();
      // The end of the connection reaches the plugin before these do.
      await until("fault 1", () => get(envoy, "/PING"));
      await Promise.all(Array.from({ length: 100 }, () => get(envoy, "/settle/")));
      await valkey.start();
      await until("100", () => valkey.run("GET", "settled"));
      await sleep(200);
      assert.equal(await valkey.run("GET", "settled"), "100");
    } finally {
      await envoy.stop();
      await valkey.stop();
    }
  });
});

describe("a password of Redis", () => {
  let direct: GuardedRedis;
  let proxied: GuardedRedis;
  before(async () => {
    [direct, proxied] = await Promise.all([GuardedRedis.start("redis-server"), GuardedRedis.start("redis-proxy")]);
  });
  after(() => Promise.all([direct?.stop(), proxied?.stop()]));

  async function ask(section: Record<string, unknown>, options: RedisOptions, paths: string[]): Promise<string[]> {
    const envoy = await startEnvoy(gateway(section, options));
    try {
      const results: string[] = [];
      for (const path of paths) results.push(await get(envoy, path));
      results.push(...said(envoy));
      assert.ok(!envoy.logs().some((line) => line.includes(PASSWORD) || line.includes("not-the-one")));
      return results;
    } finally {
      await envoy.stop();
    }
  }

  it("is sent first, and the database is selected", async () => {
    const results = await ask({ ...direct.section, database: 3 }, direct.options, ["/SET/d/3", "/GET/d"]);
    assert.deepEqual(results, ["fault 0 +OK", "fault 0 $3"]);
    assert.equal(await direct.valkey.run("GET", "d"), null);
  });

  it("may come from a file, by redis_proxy", async () => {
    const results = await ask(proxied.section, proxied.options, ["/SET/e/1", "/GET/e"]);
    assert.deepEqual(results, ["fault 0 +OK", "fault 0 $1"]);
  });

  it("that is wrong or missing is logged once", async () => {
    const refused = 'redis: the store behind cluster "redis" refuses the username or password, or lacks one';
    const paths = Array.from({ length: 5 }, () => "/GET/d");
    const wrong = await ask({ password: "not-the-one" }, direct.options, paths);
    assert.equal(wrong[0], "fault 3");
    // The channel is down until it is opened again, which it may be in between.
    for (const fault of wrong.slice(1, -1)) assert.match(fault, /^fault [13]$/);
    assert.deepEqual(wrong.slice(5), [refused]);
    const missing = await ask({}, direct.options, paths);
    const reply = "fault 3 -NOAUTH Authentication required.";
    assert.deepEqual(missing, [...paths.map(() => reply), refused]);
  });
});

describe("a way to Redis that is not there", () => {
  it("is logged once: no cluster", async () => {
    const envoy = await startEnvoy(gateway({ cluster: "nowhere" }, { port: 1 }));
    try {
      for (let i = 0; i < 5; i++) assert.equal(await get(envoy, "/PING"), "fault 1");
      const line = 'redis: Envoy has no cluster "nowhere": add the clusters and the listener of envoy/redis.yaml';
      assert.deepEqual(said(envoy), [line]);
    } finally {
      await envoy.stop();
    }
  });

  it("fails within the timeout if Redis accepts and does not reply", async () => {
    const valkey = await Valkey.start();
    const envoy = await startEnvoy(gateway({ timeout: 200 }, { port: valkey.port }));
    try {
      assert.equal(await get(envoy, "/PING"), "fault 0 +PONG");
      valkey.freeze();
      assert.deepEqual(await Promise.all(["/PING", "/PING"].map((path) => get(envoy, path))), ["fault 2", "fault 2"]);
      valkey.thaw();
      await until("fault 0 +PONG", () => get(envoy, "/PING"));
      assert.deepEqual(
        said(envoy).map((line) => line.replace(/.*"redis" /, "")),
        ["does not reply in time", "replies again"],
      );
    } finally {
      await envoy.stop();
      await valkey.stop();
    }
  });
});

describe("the form of the README without bootstrap_extensions", () => {
  it("works over a listener on 127.0.0.1, also for another process", async () => {
    const valkey = await Valkey.start();
    const readme = readFileSync(join(root, "plugins/redis-bridge/README.md"), "utf8");
    const parts = parse(/^```yaml loopback\n([\s\S]*?)^```/m.exec(readme)?.[1] ?? "") as Record<string, EnvoyConfig>;
    const shipped = withRedis(bootstrapFor([], []), { port: valkey.port }).static_resources as Resources;
    const bridge = shipped.listeners.find(({ name }) => name === "redis-bridge");
    assert.ok(bridge);
    const { internal_listener: _, ...listener } = bridge;
    const server = shipped.clusters.filter(({ name }) => name === "redis-server");
    const first = await startEnvoy(bootstrapFor([{ ...listener, ...parts.listener }], server));
    const address = { socket_address: { address: "127.0.0.1", port_value: first.listenerPorts["redis-bridge"] } };
    const { listeners, clusters } = gateway({}, { port: valkey.port }).static_resources as Resources;
    const [cluster] = clusters.filter(({ name }) => name === "redis");
    const endpoint = { ...parts.endpoint, address };
    const load_assignment = { cluster_name: "redis", endpoints: [{ lb_endpoints: [{ endpoint }] }] };
    const second = await startEnvoy(bootstrapFor([listeners[0]], [{ ...cluster, load_assignment }]));
    try {
      assert.equal(await get(second, "/PING"), "fault 0 +PONG");
    } finally {
      await Promise.all([first.stop(), second.stop()]);
      await valkey.stop();
    }
  });
});
