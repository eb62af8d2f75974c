// SPDX-License-Identifier: Apache-2.0
// What `fallback` does where another plugin refuses a target: a limiter that sends the request to the tombstone, and ai-proxy without API keys.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { busy, chatTo, headerOf, Worker, type WorkerOptions } from "./fallback-worker.ts";

const policy = { targets: [{ name: "next", model: "other" }], cooldown: "30s" };
const workerOf = (more: object = {}, options: Partial<WorkerOptions> = {}): Worker =>
  new Worker({ policies: { origin: { ...policy, ...more } }, targets: ["next"], ...options });
const LIMITED = { ai_fallback_reason: "token-limit" };

describe("a limiter that sends a request to the tombstone", () => {
  it("gets the next target, and begins no cooldown", () => {
    const worker = workerOf({}, { limited: ["origin"] });
    for (let i = 0; i < 2; i++) {
      const outcome = worker.send(chatTo("origin"), LIMITED);
      assert.deepEqual([outcome.response.status, worker.asked], [200, ["next"]]);
      assert.equal(headerOf(outcome, "x-higress-fallback-from"), "origin", "the route itself was tried");
      assert.ok(!outcome.filterState.ai_fallback_reason, "the reason is cleared");
    }
  });

  it("without the condition token-limit the client gets 429", () => {
    const worker = workerOf({ on: [429] }, { limited: ["origin"] });
    const { response, details } = worker.send(chatTo("origin"), LIMITED);
    assert.deepEqual([response.status, details, worker.asked], [429, "fallback.token-limit", []]);
    assert.match(JSON.parse(response.body.toString()).error.message, /is refused by a limit of the gateway\.$/);
  });

  it("at the last target the client gets 429, and a failure of the first one is not its reason", () => {
    const worker = workerOf({ cooldown: "0s" }, { limited: ["next"] });
    worker.replies.origin = busy;
    const { response, details } = worker.send(chatTo("origin"), LIMITED);
    assert.deepEqual([response.status, details, worker.asked], [429, "fallback.token-limit", ["origin"]]);
  });

  it("no client sends a request there", () => {
    const worker = workerOf();
    const { headers } = chatTo("origin");
    const outcome = worker.send(chatTo("origin", { headers: [...headers, ["x-ai-fallback-tombstone", "1"]] }));
    assert.ok(!outcome.received!.headers.some(([name]) => name === "x-ai-fallback-tombstone"));
  });
});

describe("ai-proxy without an API key", () => {
  /** What ai-proxy has noted when the response of `name` arrives. */
  const noting = (said: string, more: object = {}): Worker => {
    const worker = workerOf(more);
    worker.replies.origin = { ...busy, status: 401 };
    const stream = worker.stream.bind(worker);
    worker.stream = () => {
      const made = stream();
      worker.onAsked = (name) => {
        if (name === "origin")
          made.filterState.set("ai_key_failover", { value: Buffer.from(said), readonly: false, span: 1 });
      };
      return made;
    };
    return worker;
  };

  it("next: the same target is tried again, as often as max_attempts allows", () => {
    const worker = noting("next", { max_attempts: 3 });
    const { response } = worker.send(chatTo("origin"));
    assert.deepEqual([response.status, worker.asked], [401, ["origin", "origin", "origin"]]);
    assert.deepEqual(worker.askedBy("origin"), ["origin", "origin", "origin"], "it is not in cooldown");
  });

  it("out: the next target is tried, and the first one skipped for that long", () => {
    const worker = noting("out:5000");
    assert.deepEqual(worker.askedBy("origin"), ["origin", "next"]);
    assert.deepEqual(worker.askedBy("origin"), ["next"]);
    worker.host.advance(4999);
    assert.deepEqual(worker.askedBy("origin"), ["next"]);
    worker.host.advance(1);
    assert.deepEqual(worker.askedBy("origin"), ["origin", "next"]);
  });

  for (const said of ["out:", "out:x", "out:-1", "out:99999999999999999999", "more", "out"])
    it(`what nobody writes ends too: ${said}`, () => {
      assert.deepEqual(noting(said).askedBy("origin"), ["origin", "next"]);
    });
});
