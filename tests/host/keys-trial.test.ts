// SPDX-License-Identifier: Apache-2.0
// API keys that fail over, on the Node host: the request that tries a key again, whatever becomes of it, and two workers at once.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chatOf, failed, hashOf } from "../harness/keys.ts";
import { CONSUMER, first, Gateway, second } from "./keys-gateway.ts";
import { SharedData, type SharedValue } from "./shared-data.ts";

/** A gateway whose keys failed, at the moment at which they may be tried again. */
function waited(keys: string[], options: object = { failover: { enabled: true } }, shared = new SharedData()): Gateway {
  const gateway = new Gateway(options, shared, keys);
  gateway.script.set(Object.fromEntries(keys.map((key) => [key, failed(429, "x", [["retry-after", "1"]])])));
  gateway.send();
  gateway.host.advance(1000);
  gateway.script.set({});
  gateway.script.taken();
  return gateway;
}

const out = (gateway: Gateway): bigint | undefined =>
  gateway.host.vm.metrics.byName.get(`[provider=pool][key=${hashOf(first)}]ai_proxy_key_out`)?.value;

describe("a request that tries an API key again", () => {
  it("is refused by the plugin: the next request tries the key", () => {
    const gateway = waited([first]);
    const headers: [string, string][] = [["content-type", "application/json"]];
    assert.equal(gateway.send({ ...chatOf(), headers, chunks: [Buffer.from("{no")] }).response.status, 400);
    assert.equal(out(gateway), 1n);
    assert.equal(gateway.send().response.status, 200);
    assert.equal(out(gateway), 0n);
  });

  for (const status of [400, 404, 422])
    it(`gets ${status}: the key is accepted`, () => {
      const gateway = waited([first]);
      gateway.script.set({ [first]: failed(status) });
      assert.equal(gateway.send().response.status, status);
      assert.equal(out(gateway), 0n);
    });

  for (const status of [302, 500, 503])
    it(`gets ${status}, which says nothing: the next request tries the key`, () => {
      const gateway = waited([first]);
      gateway.script.set({ [first]: failed(status) });
      assert.equal(gateway.send().response.status, status);
      assert.equal(out(gateway), 1n);
      gateway.script.set({});
      assert.equal(gateway.send().response.status, 200);
      assert.equal(out(gateway), 0n);
    });

  it("ends because the client leaves, or the provider's connection breaks: the next request tries the key", () => {
    const gateway = waited([first, second]);
    const held = gateway.open();
    gateway.send();
    assert.deepEqual(gateway.script.taken(), [second], "while the first one tries");
    held.clientReset();
    gateway.script.set({ [first]: { ...failed(500), end: "refuse" } });
    gateway.send();
    gateway.script.set({});
    gateway.send();
    assert.deepEqual(gateway.script.taken(), [first, first]);
    assert.equal(out(gateway), 0n);
  });

  it("takes long, and no other key is free: others are not refused meanwhile", () => {
    const gateway = waited([first]);
    const script = gateway.script.answer;
    let inner = 0;
    Object.assign(gateway.script, {
      answer: (request: Parameters<typeof script>[0]) => {
        if (!inner) {
          inner = 1;
          inner = gateway.send().response.status;
        }
        return script(request);
      },
    });
    assert.equal(gateway.send().response.status, 200);
    assert.equal(inner, 200);
  });

  it("succeeds late, after another has failed: the key stays out, and the gauge says so", () => {
    const gateway = waited([first]);
    const script = gateway.script.answer;
    let isInner = false;
    Object.assign(gateway.script, {
      answer: (request: Parameters<typeof script>[0]) => {
        if (isInner) return failed(401);
        isInner = true;
        gateway.host.advance(100);
        assert.equal(gateway.send().response.status, 503);
        return script(request);
      },
    });
    assert.equal(gateway.send().response.status, 200);
    assert.equal(out(gateway), 1n);
    assert.equal(gateway.send().response.status, 503);
  });
});

describe("probes of several API keys", () => {
  it("a request sends one, and the next request that of the other key", () => {
    const failover = { enabled: true, healthCheckModel: "m" };
    const gateway = new Gateway({ failover });
    gateway.script.set(
      Object.fromEntries([first, second].map((key) => [key, failed(429, "x", [["retry-after", "1"]])])),
    );
    gateway.send();
    gateway.host.advance(1000);
    for (const count of [1, 2]) {
      gateway.send();
      assert.equal(gateway.host.callouts.length, count);
    }
  });

  it("a model that the key may not use shows that the key is accepted", () => {
    const gateway = waited([first, second], { failover: { enabled: true, healthCheckModel: "m" } });
    gateway.send();
    const [call] = gateway.host.callouts;
    const error = { error: { code: "model_not_found", message: "No access." } };
    gateway.host.answer(call as never, { status: 403, chunks: [Buffer.from(JSON.stringify(error))] } as never);
    assert.equal(gateway.send(chatOf({ consumer: CONSUMER })).response.status, 200);
  });
});

/** Shared data that another worker changes between a read and the write that follows it. */
class Raced extends SharedData {
  meanwhile: (() => void) | null = null;
  prefix = "";

  override get(vmId: string, key: string): SharedValue | undefined {
    const value = super.get(vmId, key);
    const other = this.meanwhile;
    if (other && key.startsWith(this.prefix)) {
      this.meanwhile = null;
      other();
    }
    return value;
  }
}

describe("two workers at once", () => {
  it("take a key that may be tried again: one gets it", () => {
    const shared = new Raced();
    waited([first], undefined, shared);
    const [mine, other] = [0, 1].map(() => new Gateway(undefined, shared, [first, second]));
    for (const gateway of [mine, other]) gateway.host.advance(1000);
    other.script.set({ [first]: failed(401) });
    shared.prefix = "ai-proxy.key.";
    shared.meanwhile = () => other.send();
    mine.send();
    assert.deepEqual(other.script.taken(), [first, second]);
    assert.deepEqual(mine.script.taken(), [second]);
  });

  it("count failures: none is lost", () => {
    const shared = new Raced();
    const options = { failover: { enabled: true, failureThreshold: 2 }, retryOnFailure: { enabled: false } };
    const [mine, other] = [new Gateway(options, shared), new Gateway(options, shared)];
    for (const { script } of [mine, other]) script.set({ [first]: failed(401) });
    shared.prefix = "ai-proxy.key-failures.";
    shared.meanwhile = () => other.send();
    mine.send();
    mine.send();
    assert.deepEqual(mine.script.taken(), [first, second]);
  });

  it("begin a cooldown: the longer one holds", () => {
    for (const [a, b] of [
      ["5", "50"],
      ["50", "5"],
    ]) {
      const shared = new Raced();
      const [mine, other] = [new Gateway(undefined, shared, [first]), new Gateway(undefined, shared, [first])];
      mine.script.set({ [first]: failed(429, "x", [["retry-after", a]]) });
      other.script.set({ [first]: failed(429, "x", [["retry-after", b]]) });
      // The second read is that of the write; the first one chose the key.
      shared.prefix = "ai-proxy.key.";
      const script = mine.script.answer;
      Object.assign(mine.script, {
        answer: (request: Parameters<typeof script>[0]) => {
          shared.meanwhile = () => other.send();
          return script(request);
        },
      });
      mine.send();
      const { response } = mine.send();
      assert.equal(response.headers.find(([name]) => name === "retry-after")?.[1], "50");
    }
  });
});
