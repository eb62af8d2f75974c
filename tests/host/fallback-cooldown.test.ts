// SPDX-License-Identifier: Apache-2.0
// Which target a request of `fallback` goes to: order and weights, cooldowns and the one request that ends them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { busy, chatTo, headerOf, replyOf, served, Worker } from "./fallback-worker.ts";
import { SharedData } from "./shared-data.ts";

const SECOND = 1000;
const fixed = (seconds: number, status = 429): typeof busy => ({
  ...replyOf(status, '{"error":{"message":"Later."}}', [["retry-after", String(seconds)]]),
});
const policy = (...names: string[]): object => ({ targets: names.map((name) => ({ name })) });
const workerOf = (shared?: SharedData, more: object = {}): Worker =>
  new Worker({ policies: { origin: { ...policy("next"), ...more } }, targets: ["next"], shared });

describe("the targets of a request", () => {
  it("a group with weights: each member once, in proportion, between those without", () => {
    const targets = [{ name: "a" }, { name: "b", weight: 1 }, { name: "c", weight: 3 }, { name: "d" }];
    const worker = new Worker({ policies: { origin: { targets, cooldown: "0s" } }, targets: ["a", "b", "c", "d"] });
    for (const name of ["origin", "a", "b", "c"]) worker.replies[name] = busy;
    let heavyFirst = 0;
    for (let i = 0; i < 400; i++) {
      const asked = worker.askedBy("origin");
      assert.deepEqual([...asked.slice(0, 2), asked[4], asked.length], ["origin", "a", "d", 5]);
      assert.deepEqual(asked.slice(2, 4).sort(), ["b", "c"]);
      if (asked[2] === "c") heavyFirst++;
    }
    assert.ok(heavyFirst > 260 && heavyFirst < 340, String(heavyFirst));
  });

  it("two groups of equal ranks beside each other are one, and a member in cooldown is left out", () => {
    const targets = ["a", "b", "c"].map((name) => ({ name, weight: 1 }));
    const worker = new Worker({ policies: { origin: { targets } }, targets: ["a", "b", "c"] });
    worker.replies = { origin: fixed(100), a: fixed(100) };
    const seen = new Set<string>();
    for (let i = 0; i < 60; i++) worker.askedBy("origin").forEach((name) => seen.add(name));
    for (let i = 0; i < 60; i++) {
      const asked = worker.askedBy("origin");
      assert.equal(asked.length, 1);
      assert.match(asked[0], /^[bc]$/);
    }
    assert.deepEqual([...seen].sort(), ["a", "b", "c", "origin"]);
  });

  it("max_attempts counts all of them, also more than there are", () => {
    for (const [most, count] of [
      [1, 1],
      [2, 2],
      [17, 3],
    ]) {
      const options = { ...policy("a", "b"), max_attempts: most, cooldown: "0s" };
      const worker = new Worker({ policies: { origin: options }, targets: ["a", "b"] });
      worker.replies = { origin: busy, a: busy, b: busy };
      assert.equal(worker.askedBy("origin").length, count);
    }
  });

  it("a target that has targets of its own is the end for a request of another route", () => {
    const policies = { origin: { ...policy("middle"), cooldown: "0s" }, middle: { ...policy("last"), cooldown: "0s" } };
    const worker = new Worker({ policies, targets: ["last"] });
    worker.replies = { origin: busy, middle: busy };
    const outcome = worker.send(chatTo("origin"));
    assert.deepEqual([outcome.response.status, worker.asked], [429, ["origin", "middle"]]);
    assert.deepEqual(worker.askedBy("middle"), ["middle", "last"]);
  });
});

describe("the cooldown of a target", () => {
  it("counts for other workers, and for another configuration", () => {
    const shared = new SharedData();
    const [one, two] = [workerOf(shared), workerOf(shared)];
    one.replies.origin = fixed(10);
    assert.deepEqual(one.askedBy("origin"), ["origin", "next"]);
    assert.deepEqual(two.askedBy("origin"), ["next"]);
    one.configure();
    assert.deepEqual(one.askedBy("origin"), ["next"]);
    one.host.advance(10 * SECOND);
    one.replies = {};
    assert.deepEqual(one.askedBy("origin"), ["origin"]);
    two.host.advance(10 * SECOND);
    assert.deepEqual(two.askedBy("origin"), ["origin"]);
  });

  it("all are out: the soonest is tried, and the client gets the soonest retry-after", () => {
    const worker = workerOf();
    worker.replies = { origin: fixed(40), next: fixed(20, 503) };
    assert.equal(headerOf(worker.send(chatTo("origin")), "retry-after"), "20");
    worker.host.advance(5 * SECOND);
    worker.replies = { origin: fixed(40), next: fixed(90) };
    const outcome = worker.send(chatTo("origin"));
    assert.deepEqual(worker.asked, ["next"]);
    assert.equal(headerOf(outcome, "retry-after"), "35", "that of the first one");
  });

  /** A worker whose origin may be tried again by one request. */
  const recovered = (): Worker => {
    const worker = workerOf();
    worker.replies.origin = fixed(10);
    worker.askedBy("origin");
    worker.host.advance(10 * SECOND);
    worker.replies = {};
    return worker;
  };

  it("ends by one request; others skip the target until that has succeeded", () => {
    const worker = recovered();
    const meanwhile: string[][] = [];
    worker.onAsked = (name) => {
      if (name !== "origin" || meanwhile.length) return;
      meanwhile.push([]);
      const { asked } = worker;
      for (let i = 0; i < 3; i++) meanwhile.push(worker.askedBy("origin"));
      worker.asked = asked;
    };
    assert.deepEqual(worker.askedBy("origin"), ["origin"]);
    assert.deepEqual(meanwhile.slice(1), [["next"], ["next"], ["next"]]);
    assert.deepEqual(worker.askedBy("origin"), ["origin"]);
  });

  it("begins again if that request fails", () => {
    const worker = recovered();
    worker.replies.origin = fixed(10);
    assert.deepEqual(worker.askedBy("origin"), ["origin", "next"]);
    assert.deepEqual(worker.askedBy("origin"), ["next"]);
  });

  it("ends if that request is the client's mistake: the target has responded", () => {
    const worker = recovered();
    worker.replies.origin = replyOf(400, '{"error":{"message":"What?"}}');
    assert.deepEqual(worker.askedBy("origin"), ["origin"]);
    worker.replies = {};
    assert.deepEqual(worker.askedBy("origin"), ["origin"]);
  });

  it("is tried by the next request if the client of that one leaves", () => {
    const worker = recovered();
    const stream = worker.stream();
    const { headers, path, authority, chunks } = chatTo("origin");
    stream.requestHeaders([[":method", "POST"], [":path", path], [":authority", authority], ...headers], false);
    stream.requestBody(chunks[0], true);
    assert.deepEqual(worker.askedBy("origin"), ["next"], "it is being tried");
    stream.clientReset();
    assert.deepEqual(worker.askedBy("origin"), ["origin"]);
  });

  it("a second failure of requests that began together counts once", () => {
    const worker = new Worker({ policies: { origin: { ...policy("next"), cooldown: "1s" } }, targets: ["next"] });
    worker.replies.origin = replyOf(500, "x");
    let isFirst = true;
    worker.onAsked = (name) => {
      if (name !== "origin" || !isFirst) return;
      isFirst = false;
      for (let i = 0; i < 5; i++) worker.askedBy("origin");
    };
    worker.askedBy("origin");
    worker.host.advance(1250);
    worker.replies = { origin: served };
    assert.deepEqual(worker.askedBy("origin"), ["origin"]);
  });
});
