// SPDX-License-Identifier: Apache-2.0
// API keys that fail over, on the Node host: how long a key that failed is not used.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failed, hashOf, KEYS } from "../harness/keys.ts";
import { first, Gateway, second } from "./keys-gateway.ts";
import { SharedData } from "./shared-data.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe("an API key that failed", () => {
  const waits: [name: string, reply: ReturnType<typeof failed>, milliseconds: number][] = [
    ["retry-after in seconds", failed(429, "x", [["retry-after", "20"]]), 20 * SECOND],
    ["retry-after-ms", failed(429, "x", [["retry-after-ms", "1500"]]), 1500],
    [
      "the limit that is used up",
      failed(429, "x", [
        ["x-ratelimit-reset-tokens", "6m0s"],
        ["x-ratelimit-remaining-tokens", "0"],
        ["x-ratelimit-reset-requests", "20ms"],
      ]),
      6 * MINUTE,
    ],
    ["the body", failed(429, "rate_limit_exceeded", [], "Rate limit reached. Please try again in 12s."), 12 * SECOND],
    ["a wait of a day, which is an hour", failed(429, "x", [["retry-after", "86400"]]), 60 * MINUTE],
  ];
  for (const [name, reply, wait] of waits)
    it(`stays out as long as the provider asks: ${name}`, () => {
      const gateway = new Gateway();
      gateway.script.set({ [first]: reply });
      gateway.send();
      gateway.script.set({});
      gateway.script.taken();
      gateway.host.advance(wait - 1);
      gateway.send();
      gateway.host.advance(1);
      gateway.send();
      assert.deepEqual(gateway.script.taken(), [second, first]);
    });

  it("comes back by one request: others wait for its outcome", () => {
    const gateway = new Gateway();
    gateway.script.set({ [first]: failed(429, "x", [["retry-after", "1"]]) });
    gateway.send();
    gateway.host.advance(1000);
    gateway.script.taken();
    let concurrent: string[] = [];
    const script = gateway.script.answer;
    Object.assign(gateway.script, {
      answer: (request: Parameters<typeof script>[0]) => {
        const reply = script(request);
        if (!concurrent.length) {
          concurrent = ["began"];
          gateway.send();
        }
        return reply;
      },
    });
    gateway.send();
    assert.deepEqual(
      gateway.script.taken(),
      [first, second, second],
      "the second request comes while the first one tries",
    );
  });

  it("waits twice as long with each failure in a row, up to 10 minutes and a quarter less or more", () => {
    const gateway = new Gateway({ failover: { enabled: true, cooldownDuration: 1000 } });
    gateway.script.set({ [first]: failed(401) });
    for (let wait = 1000; wait < 20 * MINUTE; wait *= 2) {
      gateway.send();
      assert.deepEqual(gateway.script.taken(), [first, second]);
      const expected = Math.min(wait, 10 * MINUTE);
      gateway.host.advance(Math.floor(expected * 0.74));
      gateway.send();
      assert.deepEqual(gateway.script.taken(), [second], `after ${wait}`);
      gateway.host.advance(Math.ceil(expected * 0.52));
    }
  });

  it("is out for all workers, and after a change of the configuration", () => {
    const shared = new SharedData();
    const gateway = new Gateway(undefined, shared);
    const other = new Gateway(undefined, shared);
    gateway.script.set({ [first]: failed(401) });
    gateway.send();
    other.send();
    gateway.configure({ failover: { enabled: true }, timeout: 1000 });
    gateway.script.taken();
    gateway.send();
    assert.deepEqual([...other.script.taken(), ...gateway.script.taken()], [second, second]);
    gateway.configure({ failover: { enabled: true } }, [first]);
    assert.equal(gateway.send().response.status, 503, "the same key in another list");
  });

  it("is named by a hash in metrics and logs", () => {
    const gateway = new Gateway();
    gateway.script.set({ [first]: failed(429, "x", [["retry-after", "30"]]) });
    gateway.send();
    const name = (metric: string): string => `[provider=pool][key=${hashOf(first)}]${metric}`;
    assert.equal(gateway.host.vm.metrics.byName.get(name("ai_proxy_key_failures_total"))?.value, 1n);
    assert.equal(gateway.host.vm.metrics.byName.get(name("ai_proxy_key_out"))?.value, 1n);
    assert.deepEqual(gateway.logs("is not used"), [
      `ai-proxy: API key ${hashOf(first)} of provider "pool" is not used for 30000 ms: it failed with status 429`,
    ]);
    gateway.host.advance(30 * SECOND);
    gateway.script.set({});
    gateway.send();
    assert.equal(gateway.host.vm.metrics.byName.get(name("ai_proxy_key_out"))?.value, 0n);
    for (const key of KEYS) assert.deepEqual(gateway.logs(key), []);
  });
});
