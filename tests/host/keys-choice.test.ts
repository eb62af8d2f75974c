// SPDX-License-Identifier: Apache-2.0
// API keys that fail over, on the Node host: how one is chosen, and the options.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClientRequest } from "../harness/http-client.ts";
import { chatOf, failed, hashOf, KEYS } from "../harness/keys.ts";
import { CONSUMER, first, Gateway, orderOf, second, third } from "./keys-gateway.ts";
import { SharedData } from "./shared-data.ts";

describe("the choice of an API key", () => {
  it("a consumer keeps its key, and only those of a key that is out move", () => {
    const gateway = new Gateway();
    const consumers = Array.from({ length: 60 }, (_, i) => `consumer-${i}`);
    const keysOf = (): string[] =>
      consumers.map((consumer) => {
        gateway.send(chatOf({ consumer }));
        return gateway.script.taken().at(-1)!;
      });
    const before = keysOf();
    assert.deepEqual(keysOf(), before);
    assert.deepEqual(new Set(before), new Set(KEYS));
    gateway.script.set({ [first]: failed(401) });
    gateway.send();
    const after = keysOf();
    for (const [i, key] of before.entries()) assert.ok(key === first ? after[i] !== first : after[i] === key);
    assert.equal(new Set(after).size, 2);
  });

  it("without a consumer the keys share the requests", () => {
    const gateway = new Gateway();
    const counts = new Map<string, number>();
    for (let i = 0; i < 300; i++) {
      gateway.send(chatOf());
      const [key] = gateway.script.taken();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const key of KEYS) assert.ok((counts.get(key) ?? 0) > 60, JSON.stringify([...counts]));
  });

  it("a file stays with the key of its consumer: its error passes, and the key leaves the pool for others", () => {
    const gateway = new Gateway();
    gateway.script.set({ [first]: failed(429, "x", [["retry-after", "30"]]) });
    const file: ClientRequest = { ...chatOf({ consumer: CONSUMER, path: "/v1/files/f" }), method: "GET", chunks: [] };
    file.headers = file.headers.filter(([name]) => name === "x-mse-consumer");
    assert.equal(gateway.send(file).response.status, 429);
    assert.equal(gateway.send(file).response.status, 429);
    gateway.send();
    assert.deepEqual(gateway.script.taken(), [first, first, second]);
  });

  it("of twenty keys each is found, also behind those that are looked at by rank", () => {
    const keys = Array.from({ length: 20 }, (_, i) => `sk-test-key-${String(i).padStart(2, "0")}`);
    const order = orderOf(CONSUMER, keys);
    assert.deepEqual(new Set(order), new Set(keys));
  });
});

describe("the options", () => {
  it("failureThreshold: so many failures in a row, and a success begins anew", () => {
    const gateway = new Gateway({
      failover: { enabled: true, failureThreshold: 3 },
      retryOnFailure: { enabled: false },
    });
    const send = (isBad: boolean): void => {
      gateway.script.set(isBad ? { [first]: failed(401) } : {});
      gateway.send();
    };
    for (const isBad of [true, true, false, true, true, true, true]) send(isBad);
    assert.deepEqual(gateway.script.taken(), [first, first, first, first, first, first, second]);
  });

  it("successThreshold: the key is out again at once if it fails before", () => {
    const gateway = new Gateway({ failover: { enabled: true, successThreshold: 2, cooldownDuration: 1000 } });
    const out = `[provider=pool][key=${hashOf(first)}]ai_proxy_key_out`;
    gateway.script.set({ [first]: failed(401) });
    gateway.send();
    gateway.script.set({});
    gateway.host.advance(1250);
    gateway.send();
    assert.equal(gateway.host.vm.metrics.byName.get(out)?.value, 1n);
    gateway.host.advance(2);
    gateway.send();
    assert.equal(gateway.host.vm.metrics.byName.get(out)?.value, 0n);
    assert.deepEqual(gateway.script.taken(), [first, second, first, first]);
  });

  it("failoverOnStatus wins over the classes, with the reference's threshold", () => {
    const gateway = new Gateway({ failover: { enabled: true, failoverOnStatus: ["5.*", 404] } });
    gateway.script.set({ [first]: failed(401) });
    for (let i = 0; i < 4; i++) assert.equal(gateway.send().response.status, 401);
    gateway.script.set({ [first]: failed(404) });
    for (let i = 0; i < 3; i++) assert.equal(gateway.send().response.status, 200);
    gateway.script.taken();
    gateway.send();
    assert.deepEqual(gateway.script.taken(), [second]);
  });

  it("maxRetries bounds the further keys of a request", () => {
    const gateway = new Gateway({ failover: { enabled: true }, retryOnFailure: { enabled: true } });
    gateway.script.set({ [first]: failed(401), [second]: failed(401) });
    assert.equal(gateway.send().response.status, 401);
    assert.deepEqual(gateway.script.taken(), [first, second]);
    assert.equal(gateway.send().response.status, 200);
    assert.deepEqual(gateway.script.taken(), [third]);
  });

  it("retryOnFailure alone keeps every key in use", () => {
    const gateway = new Gateway({ retryOnFailure: { enabled: true, maxRetries: 2, retryOnStatus: ["5.*"] } });
    gateway.script.set({ [first]: failed(500), [second]: failed(503) });
    for (let i = 0; i < 3; i++) assert.equal(gateway.send().response.status, 200);
    assert.deepEqual(gateway.script.taken(), [first, second, third, first, second, third, first, second, third]);
    gateway.script.set({ [first]: failed(429) });
    assert.equal(gateway.send().response.status, 429);
  });

  it("retryOnFailure with enabled false: the request is not sent again, and the key leaves the pool", () => {
    const gateway = new Gateway({ failover: { enabled: true }, retryOnFailure: { enabled: false } });
    gateway.script.set({ [first]: failed(401) });
    assert.equal(gateway.send().response.status, 401);
    assert.equal(gateway.send().response.status, 200);
    assert.deepEqual(gateway.script.taken(), [first, second]);
  });

  it("not enabled: nothing happens to a key", () => {
    const gateway = new Gateway({ failover: { enabled: false } }, new SharedData(), [first]);
    gateway.script.set({ [first]: failed(401) });
    for (let i = 0; i < 3; i++) assert.equal(gateway.send().response.status, 401);
    assert.equal(gateway.shared.bytes, 0);
  });
});
