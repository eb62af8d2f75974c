// SPDX-License-Identifier: Apache-2.0
// Limits are exact across the workers of an Envoy, with many concurrent requests and after configuration changes.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";

type Limit = Record<string, string | number>;

const parent = resolve(import.meta.dirname, "../.tmp");

const limits: Limit[] = [
  { key: "one", query_per_day: 100 },
  { key: "few", concurrent: 5, query_per_day: 20 },
  { key: "regexp:^stream-", concurrent: 3 },
  { key: "regexp:^each-", query_per_day: 7 },
];

describe("key-rate-limit on two workers", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;
  let folder: string;
  let gate: { open: () => void; passed: Promise<void> };

  /** Moves the listeners' file into place; Envoy watches for moved files. */
  function configure(limit_keys: Limit[], slots = 64): string {
    const configuration = JSON.stringify({ limit_by_header: "x-key", slots, limit_keys });
    const filter = wasmFilter({ plugin: "key-rate-limit", wasm: "build/key-rate-limit.wasm", configuration });
    const routes = [routeFor({ name: "default", cluster: "provider" })];
    const type = "type.googleapis.com/envoy.config.listener.v3.Listener";
    const listener = listenerFor({ name: "gateway", routes, downstream: [filter] });
    const path = join(folder, "listeners.json");
    writeFileSync(`${path}.new`, JSON.stringify({ resources: [{ "@type": type, ...listener }] }));
    renameSync(`${path}.new`, path);
    return path;
  }

  before(async () => {
    mkdirSync(parent, { recursive: true });
    folder = mkdtempSync(join(parent, "limits-"));
    provider = await serve(async ({ path }) => {
      if (path === "/hang") return { status: 200, headers: [], chunks: [Buffer.from("begin")], end: "hang" };
      if (path === "/wait") await gate.passed;
      return { status: 200, headers: [["content-length", "0"]], chunks: [] };
    });
    const path = configure(limits);
    const bootstrap = {
      ...bootstrapFor([], [clusterFor({ name: "provider", port: provider.port })]),
      node: { id: "limits", cluster: "limits" },
      dynamic_resources: { lds_config: { path_config_source: { path } } },
    };
    envoy = await startEnvoy(bootstrap, { concurrency: 2, wasmLogLevel: "warning" });
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function get(key: string, path = "/", options?: SendOptions): Promise<ClientResponse> {
    const headers: [string, string][] = [["x-key", key]];
    return send(
      envoy.listenerPorts.gateway,
      { method: "GET", path, authority: "gateway.example", headers, chunks: [] },
      options,
    );
  }
  /** Sends a request for each key at the same time; returns the number of 200 responses, all others must be 429. */
  async function passed(keys: string[], path = "/"): Promise<number> {
    const statuses = (await Promise.all(keys.map((key) => get(key, path)))).map(({ status }) => status);
    assert.deepEqual(
      [...new Set(statuses)].filter((status) => status !== 200 && status !== 429),
      [],
    );
    return statuses.filter((status) => status === 200).length;
  }
  const times = (count: number, key: string): string[] => Array<string>(count).fill(key);
  /** Repeats until it is true: Envoy does some work a moment after the client has its response. */
  async function eventually(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++) {
      if (await holds()) return;
      await sleep(25);
    }
    assert.fail(`never: ${what}`);
  }

  it("lets exactly the limit of one key pass", async () => {
    let count = 0;
    for (let round = 0; round < 4; round++) count += await passed(times(60, "one"));
    assert.equal(count, 100);
    assert.equal(provider.requests.length, 100);
    const stats = await envoy.stats("downstream_cx_total");
    const workers = Object.entries(stats).filter(
      ([name, value]) => /gateway|127\.0\.0\.1/.test(name) && /worker_\d/.test(name) && value > 0,
    );
    assert.equal(workers.length, 2, "both workers were asked");
  });

  it("lets exactly the limit of each of many values pass, also for new values", async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `each-${index}`);
    assert.equal(await passed(keys.flatMap((key) => times(15, key))), 12 * 7);
    for (const key of keys) assert.equal((await get(key)).status, 429);
  });

  it("lets at most the allowed number be open, and releases them", async () => {
    for (let round = 0; round < 3; round++) {
      const asked = provider.requests.length;
      let open = (): void => {};
      const opened = new Promise<void>((done) => (open = done));
      gate = { open, passed: opened };
      let refused = 0;
      const responses = times(30, "few").map(async (key) => {
        const { status } = await get(key, "/wait");
        if (status === 429) refused++;
        return status;
      });
      await eventually("25 are refused", () => refused === 25);
      assert.equal(provider.requests.length - asked, 5);
      gate.open();
      assert.equal((await Promise.all(responses)).filter((status) => status === 200).length, 5);
    }
    assert.equal(await passed(times(1, "few")), 1);
  });

  it("releases streams that clients left in the middle", async () => {
    const leaveWhen = (body: Buffer): boolean => body.length > 0;
    for (let round = 0; round < 4; round++) {
      await eventually(
        "a stream of three is free",
        async () => (await get("stream-a", "/hang", { leaveWhen })).end === "left",
      );
    }
    await eventually("three at once are free", async () => (await passed(times(3, "stream-a"))) === 3);
    assert.equal((await get("stream-b")).status, 200);
  });

  it("continues with its counts if other parts of the configuration change", async () => {
    configure([
      { key: "new", query_per_day: 1 },
      ...limits.map((limit) => (limit.key === "one" ? { ...limit, query_per_day: 103 } : limit)),
    ]);
    await eventually("the new limit is in force", async () => (await get("new")).status === 429);
    assert.equal((await get("each-0")).status, 429);
    assert.equal(await passed(times(20, "one")), 3);
  });

  it("begins a new window when one has ended", async () => {
    configure([{ key: "second", query_per_second: 1 }]);
    await eventually("the window is full", async () => (await get("second")).status === 429);
    await eventually("the window is over", async () => (await get("second")).status === 200);
  });

  it("counts values together while no slot is free, and separately once one is", async () => {
    configure(
      [
        { key: "changed", query_per_day: 1 },
        { key: "regexp:^held-", concurrent: 1 },
      ],
      8,
    );
    await eventually("the configuration is in force", async () => (await get("changed")).status === 429);
    const asked = provider.requests.length;
    let open = (): void => {};
    const opened = new Promise<void>((done) => (open = done));
    gate = { open, passed: opened };
    const held: Promise<ClientResponse>[] = [];
    for (let value = 0; value < 9; value++) {
      held.push(get(`held-${value}`, "/wait"));
      await eventually("it is open", () => provider.requests.length - asked === held.length);
    }
    assert.equal((await get("held-9")).status, 429);
    assert.equal((await get("held-0")).status, 429);
    gate.open();
    for (const response of held) assert.equal((await response).status, 200);
    const others = Array.from({ length: 8 }, (_, index) => `held-other-${index}`);
    await eventually("eight others are counted apart", async () => (await passed(others)) === 8);
  });
});
