// SPDX-License-Identifier: Apache-2.0
// Open streams are counted in shared data. A VM that traps never takes back what it had open there: its lease runs out.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { SharedData } from "./shared-data.ts";

const SECOND = 1000;
/** What README says. */
const LEASE = 20 * SECOND;

interface Worker {
  host: ProxyHost;
  context: RootContext;
}

/** All workers of one Envoy: their clocks go alike, and their VMs can be ended. */
class Workers {
  readonly shared = new SharedData();
  private readonly alive = new Set<Worker>();
  private now = 0;

  start(limit: object, more: object = {}): Worker {
    const host = new ProxyHost("build/key-rate-limit.wasm", { logLevel: "warn", shared: this.shared });
    host.advance(this.now);
    const worker = { host, context: this.configure(host, limit, more) };
    this.alive.add(worker);
    return worker;
  }

  configure(host: ProxyHost, limit: object, more: object = {}): RootContext {
    const config = { limit_by_header: "x-key", limit_keys: [limit], ...more };
    const context = host.configure("key-rate-limit", JSON.stringify(config));
    assert.ok(context);
    return context;
  }

  /** The VM traps: none of its callbacks is ever called again. */
  crash(worker: Worker): void {
    this.alive.delete(worker);
    worker.host.crash();
  }

  /** Time passes; `stuck` does not come to its ticks. */
  advance(milliseconds: number, stuck?: Worker): void {
    this.now += milliseconds;
    for (const worker of this.alive) {
      if (worker === stuck) worker.host.sleep(milliseconds);
      else worker.host.advance(milliseconds);
    }
  }
}

function open({ host, context }: Worker, key = "a"): HttpStream {
  const stream = host.stream(context);
  const headers: [string, string][] = [
    [":method", "GET"],
    [":path", "/"],
    [":authority", "gateway.example"],
    ["x-key", key],
  ];
  stream.requestHeaders(headers, true);
  host.check();
  return stream;
}

const isRefused = (stream: HttpStream): boolean => stream.client.headers?.get(":status") === "429";
const opened = (of: Worker, most: number, key = "a"): HttpStream[] =>
  Array.from({ length: most }, () => open(of, key)).filter((stream) => !isRefused(stream));
const end = (streams: HttpStream[]): void => {
  for (const stream of streams) stream.responseHeaders([[":status", "200"]], true);
};

for (const key of ["a", "*"])
  describe(`open streams of a VM that traps (key ${key})`, () => {
    const limit = { key, concurrent: 2 };

    it("come back to the VM in its place when the lease is over, and not before", () => {
      const workers = new Workers();
      const old = workers.start(limit);
      assert.equal(opened(old, 3).length, 2);
      workers.crash(old);
      const fresh = workers.start(limit);
      workers.advance(LEASE - 1);
      assert.equal(opened(fresh, 3).length, 0);
      workers.advance(1);
      const streams = opened(fresh, 3);
      assert.equal(streams.length, 2);
      end(streams);
      assert.equal(opened(fresh, 3).length, 2);
    });

    it("come back to another worker, whose own stay counted", () => {
      const workers = new Workers();
      const [one, other] = [workers.start(limit), workers.start(limit)];
      const kept = opened(one, 1);
      assert.equal(opened(other, 2).length, 1);
      workers.crash(other);
      workers.advance(LEASE);
      const streams = opened(one, 3);
      assert.equal(streams.length, 1);
      end(kept);
      assert.equal(opened(one, 3).length, 1);
    });

    it("stay counted for days where the VM lives, whatever the others do", () => {
      const workers = new Workers();
      const [one, other] = [workers.start(limit), workers.start(limit)];
      const streams = opened(one, 3);
      assert.equal(streams.length, 2);
      for (let hours = 0; hours < 48; hours++) {
        workers.advance(3600 * SECOND);
        assert.equal(opened(other, 1).length + opened(one, 1).length, 0);
      }
      end(streams);
      const again = [...opened(one, 1), ...opened(other, 2)];
      assert.equal(again.length, 2);
      end(again);
      workers.advance(60 * SECOND);
      assert.equal(one.context.tickPeriodMs, 0, "nothing ticks where nothing is open");
    });

    it("are counted anew where the VM was only late", () => {
      const workers = new Workers();
      const [late, other] = [workers.start(limit), workers.start(limit)];
      const streams = opened(late, 2);
      workers.advance(LEASE, late);
      const meanwhile = opened(other, 3);
      assert.equal(meanwhile.length, 2, "they are void");
      workers.advance(5 * SECOND);
      end(meanwhile);
      assert.equal(opened(other, 1).length + opened(late, 1).length, 0, "and counted again");
      end(streams);
      const again = [...opened(late, 1), ...opened(other, 2)];
      assert.equal(again.length, 2);
      end(again);
      assert.equal(opened(late, 3).length, 2);
    });

    it("that were void do not take away what others opened since", () => {
      const workers = new Workers();
      const [late, other] = [workers.start(limit), workers.start(limit)];
      const streams = opened(late, 2);
      workers.advance(LEASE, late);
      assert.equal(opened(other, 3).length, 2);
      end(streams);
      assert.equal(opened(other, 1).length + opened(late, 1).length, 0);
    });

    it("are one count for the old and the new configuration of a VM", () => {
      const workers = new Workers();
      const one = workers.start(limit);
      const streams = opened(one, 1);
      const fresh = { host: one.host, context: workers.configure(one.host, limit, { show_limit_quota_header: true }) };
      streams.push(...opened(fresh, 1));
      workers.advance(10 * LEASE);
      const other = workers.start(limit);
      assert.equal(opened(fresh, 1).length + opened(other, 1).length, 0);
      end(streams.splice(0, 1));
      one.host.release(one.context);
      workers.advance(10 * LEASE);
      assert.equal(opened(other, 2).length, 1);
      assert.equal(opened(fresh, 1).length, 0);
    });
  });

describe("what the lease leaves in shared data", () => {
  it("is bounded, though a hundred VMs trap", () => {
    const workers = new Workers();
    for (let round = 0; round < 100; round++) {
      const worker = workers.start({ key: "*", concurrent: 1000 });
      assert.equal(opened(worker, 3).length, 3);
      workers.advance(LEASE);
      workers.crash(worker);
      workers.advance(LEASE);
    }
    assert.ok(workers.shared.bytes < 4096, `${workers.shared.bytes} bytes`);
  });

  it("gives slots back, too", () => {
    const workers = new Workers();
    const limit = { key: "*", query_per_second: 100, concurrent: 1 };
    const old = workers.start(limit, { slots: 8 });
    for (let value = 0; value < 9; value++) assert.equal(opened(old, 1, `old-${value}`).length, 1);
    workers.crash(old);
    const fresh = workers.start(limit, { slots: 8 });
    assert.equal(opened(fresh, 1, "new").length, 0);
    workers.advance(LEASE);
    for (let value = 0; value < 8; value++) assert.equal(opened(fresh, 2, `new-${value}`).length, 1);
  });
});
