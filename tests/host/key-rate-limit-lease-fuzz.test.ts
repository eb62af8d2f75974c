// SPDX-License-Identifier: Apache-2.0
// Workers that open and end streams, trap and come back at random: `concurrent` holds for those that live, and a slot is
// lost for no longer than the lease.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { SharedData } from "./shared-data.ts";

const SECOND = 1000;
const LEASE = 20 * SECOND;
/** A VM may have renewed its lease so long before it trapped. */
const RENEWAL = 5 * SECOND;
const CONCURRENT = 5;
const WORKERS = 3;
const STEPS = 1_500;
const firstSeed = Number(process.env.SEED ?? 20261127);

interface Worker {
  host: ProxyHost;
  roots: RootContext[];
  streams: { key: string; stream: HttpStream }[];
}

for (const limit of ["a", "*"])
  describe(`concurrent of key ${limit}, while VMs trap`, () => {
    for (let seed = firstSeed; seed < firstSeed + 4; seed++) it(`is exact (seed ${seed})`, () => run(limit, seed));
  });

function run(limit: string, firstState: number): void {
  let state = firstState;
  const random = (below: number): number => (state = (state * 48271) % 2147483647) % below;
  const keys = limit === "*" ? ["a", "b", "c"] : ["a"];
  const shared = new SharedData();
  const dead: { key: string; at: number }[] = [];
  let now = 0;

  const configure = (host: ProxyHost): RootContext => {
    const limits = { limit_by_header: "x-key", limit_keys: [{ key: limit, concurrent: CONCURRENT }], slots: 64 };
    const root = host.configure("key-rate-limit", JSON.stringify(limits));
    assert.ok(root);
    return root;
  };
  const start = (): Worker => {
    const host = new ProxyHost("build/key-rate-limit.wasm", { logLevel: "warn", shared });
    host.advance(now);
    return { host, roots: [configure(host)], streams: [] };
  };
  const workers = Array.from({ length: WORKERS }, start);

  const open = (worker: Worker, key: string): void => {
    const stream = worker.host.stream(worker.roots[random(worker.roots.length)]);
    const headers: [string, string][] = [
      [":method", "GET"],
      [":path", "/"],
      [":authority", "gateway.example"],
      ["x-key", key],
    ];
    stream.requestHeaders(headers, true);
    worker.host.check();
    const live = workers.flatMap(({ streams }) => streams).filter((one) => one.key === key).length;
    const diedWithin = (time: number): number => dead.filter((one) => one.key === key && now - one.at < time).length;
    if (stream.client.headers) {
      assert.ok(live + diedWithin(LEASE) >= CONCURRENT, `refused at ${now}, though only ${live} are open`);
      return;
    }
    worker.streams.push({ key, stream });
    assert.ok(live + diedWithin(LEASE - RENEWAL) < CONCURRENT, `passes at ${now}, though ${live} are open`);
  };
  const end = (worker: Worker): void => {
    const [one] = worker.streams.splice(random(worker.streams.length), 1);
    if (random(2)) one?.stream.clientReset();
    else one?.stream.responseHeaders([[":status", "200"]], true);
  };
  const crash = (index: number): void => {
    dead.push(...workers[index].streams.map(({ key }) => ({ key, at: now })));
    workers[index].host.crash();
    workers[index] = start();
  };

  for (let step = 0; step < STEPS; step++) {
    const index = random(WORKERS);
    const action = random(100);
    if (action < 50) open(workers[index], keys[random(keys.length)]);
    else if (action < 85) end(workers[index]);
    else if (action < 87) crash(index);
    else if (action < 89 && workers[index].roots.length < 3) workers[index].roots.push(configure(workers[index].host));
    else {
      const milliseconds = random(4 * SECOND);
      now += milliseconds;
      for (const { host } of workers) host.advance(milliseconds);
    }
  }
  for (const worker of workers) while (worker.streams.length) end(worker);
  now += LEASE;
  for (const { host } of workers) host.advance(LEASE);
  for (const key of keys) for (let count = 0; count < CONCURRENT; count++) open(workers[count % WORKERS], key);
  for (const { host } of workers) host.check();
}
