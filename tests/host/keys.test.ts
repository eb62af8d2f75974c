// SPDX-License-Identifier: Apache-2.0
// API keys that fail over, on the Node host: which key each attempt has, and what the client gets.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chatOf, failed, hashOf, json, KEYS } from "../harness/keys.ts";
import { CONSUMER, errorOf, first, Gateway, header, second, third } from "./keys-gateway.ts";
import { findLeak } from "./leak-check.ts";
import { SharedData } from "./shared-data.ts";

const SECOND = 1000;

describe("a request whose API key fails", () => {
  for (const stream of [false, true])
    for (const status of [401, 402, 403, 429])
      it(`${status}: the next key serves it, ${stream ? "streamed" : "whole"}, and the first one stays out`, () => {
        const gateway = new Gateway();
        gateway.script.set({ [first]: failed(status) });
        const outcome = gateway.send(chatOf({ consumer: CONSUMER, stream }));
        assert.deepEqual(gateway.script.taken(), [first, second]);
        assert.equal(gateway.script.bodies[0], gateway.script.bodies[1]);
        assert.equal(outcome.response.status, 200);
        assert.equal(header(outcome, "x-ai-next-key"), undefined);
        gateway.send();
        assert.deepEqual(gateway.script.taken(), [second]);
      });

  const bad: [string, ReturnType<typeof json>][] = [
    ["a quota", failed(400, "insufficient_quota")],
    ["an invalid key", failed(400, "invalid_api_key")],
    [
      "Google's invalid key",
      json(400, {
        error: { code: 400, message: "API key not valid. Please pass a valid API key.", status: "INVALID_ARGUMENT" },
      }),
    ],
    [
      "Anthropic's credit",
      json(400, {
        type: "error",
        error: { type: "invalid_request_error", message: "Your credit balance is too low to access the API." },
      }),
    ],
  ];
  for (const [name, reply] of bad)
    it(`a 400 that says so is one: ${name}`, () => {
      const gateway = new Gateway();
      gateway.script.set({ [first]: reply });
      assert.equal(gateway.send().response.status, 200);
      assert.deepEqual(gateway.script.taken(), [first, second]);
    });

  for (const [status, code] of [
    [400, "invalid_value"],
    [400, "context_length_exceeded"],
    [404, "model_not_found"],
    [413, "x"],
    [422, "x"],
    [500, "x"],
    [503, "x"],
    [529, "overloaded_error"],
  ] as const)
    it(`${status} ${code} is not the key's fault`, () => {
      const gateway = new Gateway();
      gateway.script.set({ [first]: failed(status, code) });
      for (let i = 0; i < 4; i++) assert.equal(gateway.send().response.status, status);
      assert.deepEqual(gateway.script.taken(), [first, first, first, first]);
    });

  it("every key is tried once, and then the client gets 503 with the soonest retry-after", () => {
    const gateway = new Gateway();
    gateway.script.set({
      [first]: failed(429, "x", [["retry-after", "90"]]),
      [second]: failed(429, "x", [["retry-after-ms", "4500"]]),
      [third]: failed(401),
    });
    const outcome = gateway.send();
    assert.deepEqual(gateway.script.taken(), [first, second, third]);
    assert.equal(outcome.response.status, 503);
    assert.equal(outcome.details, "ai-proxy.api_keys_unavailable");
    assert.equal(header(outcome, "retry-after"), "5");
    assert.equal(header(outcome, "x-ai-next-key"), undefined);
    assert.deepEqual(errorOf(outcome), {
      message: "No API key of the provider 'pool' is available. Try again in 5 seconds.",
      ...{ type: "server_error", param: null, code: "api_keys_unavailable" },
    });
  });

  it("while all keys are out a request gets 503 and reaches no provider", () => {
    const gateway = new Gateway();
    gateway.script.set(Object.fromEntries(KEYS.map((key) => [key, failed(429, "x", [["retry-after", "30"]])])));
    gateway.send();
    gateway.script.taken();
    gateway.host.advance(10 * SECOND);
    const outcome = gateway.send();
    assert.deepEqual(gateway.script.taken(), []);
    assert.equal(outcome.response.status, 503);
    assert.equal(header(outcome, "retry-after"), "20");
    gateway.host.advance(20 * SECOND);
    gateway.script.set({});
    assert.equal(gateway.send().response.status, 200);
  });

  it("an error without a body is tried again, too", () => {
    const gateway = new Gateway();
    gateway.script.set({ [first]: { status: 429, headers: [["retry-after", "7"]], chunks: [] } });
    assert.equal(gateway.send().response.status, 200);
    assert.deepEqual(gateway.script.taken(), [first, second]);
  });

  it("a compressed error counts by its status alone", () => {
    const gateway = new Gateway();
    const gzip: [string, string][] = [["content-encoding", "gzip"]];
    gateway.script.set({ [first]: { ...failed(400, "invalid_api_key", gzip) }, [second]: failed(429, "x", gzip) });
    assert.equal(gateway.send().response.status, 400);
    assert.deepEqual(gateway.script.taken(), [first]);
  });

  it("protocol original: statuses and bodies count, and other errors pass byte by byte", () => {
    const gateway = new Gateway({ protocol: "original", failover: { enabled: true } });
    gateway.script.set({ [first]: failed(400, "invalid_api_key") });
    assert.equal(gateway.send().response.status, 200);
    assert.deepEqual(gateway.script.taken(), [first, second]);
    const body = { whatever: "is wrong" };
    gateway.script.set({ [second]: json(400, body) });
    assert.equal(gateway.send().response.body.toString(), JSON.stringify(body));
  });
});

describe("the surroundings", () => {
  it("before the router the error passes without our header, and the key leaves the pool", () => {
    const gateway = new Gateway();
    gateway.options.position = "downstream";
    gateway.script.set({ [first]: failed(401) });
    const outcome = gateway.send();
    assert.equal(outcome.response.status, 401);
    assert.equal(header(outcome, "x-ai-next-key"), undefined);
    assert.equal(gateway.send().response.status, 200);
    assert.deepEqual(gateway.script.taken(), [first, second]);
  });

  it("a provider's own header does not reach the router or the client", () => {
    for (const options of [{}, { failover: { enabled: true } }]) {
      const gateway = new Gateway(options);
      const forged: [string, string][] = [["x-ai-next-key", "1"]];
      gateway.script.set(Object.fromEntries(KEYS.map((key) => [key, failed(500, "x", forged)])));
      const outcome = gateway.send();
      assert.equal(header(outcome, "x-ai-next-key"), undefined);
      assert.equal(gateway.script.taken().length, 1);
    }
  });

  it("in a fallback set the state says which key follows, and Envoy does not retry", () => {
    const gateway = new Gateway();
    const state = { ai_fallback_pass: "1", ai_fallback: "1" };
    gateway.script.set({ [first]: failed(429) });
    const outcome = gateway.send(undefined, state);
    assert.equal(outcome.filterState.ai_key_failover, "next");
    assert.equal(header(outcome, "x-ai-next-key"), undefined);
    assert.deepEqual(gateway.script.taken(), [first]);
    assert.equal(outcome.filterState.ai_tried_keys, hashOf(first));
    const next = gateway.send(undefined, { ...state, ai_tried_keys: hashOf(first) });
    assert.deepEqual(gateway.script.taken(), [second]);
    assert.equal(next.filterState.ai_key_failover, undefined);
  });

  it("in a fallback set without a free key the state says how long, and the key that is free first is tried", () => {
    const gateway = new Gateway({ failover: { enabled: true } }, new SharedData(), [first, second]);
    const state = { ai_fallback_pass: "1", ai_fallback: "1" };
    gateway.script.set({
      [first]: failed(429, "x", [["retry-after", "30"]]),
      [second]: failed(429, "x", [["retry-after", "20"]]),
    });
    gateway.send(undefined, state);
    const outcome = gateway.send(undefined, { ...state, ai_tried_keys: hashOf(first) });
    assert.equal(outcome.filterState.ai_key_failover, "out:20000");
    assert.equal(outcome.response.status, 429);
    gateway.script.taken();
    gateway.send(undefined, state);
    assert.deepEqual(gateway.script.taken(), [second]);
    assert.equal(gateway.send(undefined, { ai_fallback_pass: "1" }).response.status, 503, "the last target");
    assert.deepEqual(gateway.script.taken(), []);
  });

  it("a thousand requests that fail over leave nothing in memory, and shared data has a record per key", () => {
    const gateway = new Gateway();
    gateway.script.set({ [first]: failed(400, "invalid_api_key", [["retry-after-ms", "1"]]), [second]: failed(401) });
    const run = (): void => {
      gateway.host.advance(5);
      assert.ok([200, 503].includes(gateway.send().response.status));
    };
    run();
    const { bytes } = gateway.shared;
    assert.equal(findLeak(gateway.host, run), null);
    assert.equal(gateway.shared.bytes, bytes);
  });
});
