// SPDX-License-Identifier: Apache-2.0
// API keys that fail over, on the Node host: `healthCheckModel` lets the plugin itself try a key again.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chatOf, failed, KEYS } from "../harness/keys.ts";
import type { HttpCallout } from "./callouts.ts";
import { CONSUMER, first, Gateway, second } from "./keys-gateway.ts";

const SECOND = 1000;
const options = {
  modelMapping: { "*": "gpt-mapped" },
  failover: { enabled: true, cooldownDuration: SECOND, healthCheckModel: "gpt-small", healthCheckTimeout: 700 },
};

/** A gateway whose first key failed, at the moment at which it may be tried again. */
function waited(more: object = {}): Gateway {
  const gateway = new Gateway({ ...options, ...more });
  gateway.script.set({ [first]: failed(401) });
  gateway.send();
  gateway.script.taken();
  gateway.host.advance(1.25 * SECOND);
  return gateway;
}

const probeOf = (gateway: Gateway): HttpCallout => {
  const [call, ...others] = gateway.host.callouts;
  assert.deepEqual(others, []);
  assert.ok(call);
  return call as HttpCallout;
};

describe("probes of an API key", () => {
  it("a request sends one for the key whose wait is over, and is itself served with another key", () => {
    const gateway = waited();
    assert.deepEqual(gateway.host.callouts, [], "no request, no probe");
    for (let i = 0; i < 3; i++) assert.equal(gateway.send().response.status, 200);
    assert.deepEqual(gateway.script.taken(), [second, second, second]);
    const call = probeOf(gateway);
    assert.equal(call.cluster, "upstream");
    const headers = Object.fromEntries(call.headers.pairs());
    assert.equal(headers[":path"], "/v1/chat/completions");
    assert.equal(headers[":authority"], "api.openai.com");
    assert.equal(headers.authorization, `Bearer ${first}`);
    assert.deepEqual(JSON.parse(call.body.toString()), {
      ...{ model: "gpt-mapped", max_tokens: 1, messages: [{ role: "user", content: "hi" }] },
    });
    gateway.host.answer(call, { status: 200 });
    gateway.script.set({});
    gateway.send();
    assert.deepEqual(gateway.script.taken(), [first]);
  });

  it("after one that failed the next follows in healthCheckInterval, or when the provider says", () => {
    const gateway = waited();
    gateway.send();
    gateway.host.answer(probeOf(gateway), { status: 401 });
    gateway.host.advance(5 * SECOND - 1);
    gateway.send();
    assert.deepEqual(gateway.host.callouts, []);
    gateway.host.advance(1);
    gateway.send();
    gateway.host.answer(probeOf(gateway), { status: 429, headers: [["retry-after", "60"]] });
    gateway.host.advance(60 * SECOND - 1);
    gateway.send();
    assert.deepEqual(gateway.host.callouts, []);
    gateway.host.advance(1);
    gateway.send();
    probeOf(gateway);
  });

  for (const [status, isBack] of [
    [400, true],
    [404, true],
    [500, false],
    [504, false],
  ] as const)
    it(`a ${status} ${isBack ? "shows that the key is accepted" : "says nothing of the key"}`, () => {
      const gateway = waited();
      gateway.send();
      gateway.host.answer(probeOf(gateway), { status });
      gateway.script.set({});
      gateway.script.taken();
      gateway.send();
      assert.deepEqual(gateway.script.taken(), [isBack ? first : second]);
    });

  it("a cluster that cannot be asked: a request of a client tries the key", () => {
    const gateway = waited();
    gateway.options.routes = [{ name: "other", match: { prefix: "/" }, cluster: "other" }];
    gateway.script.set({});
    gateway.send();
    gateway.send();
    assert.deepEqual(gateway.script.taken(), [second, first]);
  });

  it("while all keys are out a refused request sends it", () => {
    const gateway = waited();
    gateway.script.set(Object.fromEntries(KEYS.map((key) => [key, failed(429, "x", [["retry-after", "30"]])])));
    assert.equal(gateway.send().response.status, 503);
    gateway.host.answer(probeOf(gateway), { status: 200 });
    gateway.script.set({});
    assert.equal(gateway.send(chatOf({ consumer: CONSUMER, stream: true })).response.status, 200);
  });

  it("Qwen's own protocol: the chat is translated", () => {
    const gateway = waited({ type: "qwen", qwenEnableCompatible: false });
    gateway.send();
    const call = probeOf(gateway);
    assert.match(call.headers.get(":path") ?? "", /^\/api\/v1\/services\/aigc\/text-generation/);
    assert.equal(JSON.parse(call.body.toString()).model, "gpt-mapped");
  });
});
