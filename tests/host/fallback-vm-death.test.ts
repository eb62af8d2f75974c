// SPDX-License-Identifier: Apache-2.0
// `fallback` whose VM has ended between two passes, or whose positions do not share one: the request goes on without a fallback.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { busy, chatTo, served, Worker } from "./fallback-worker.ts";

const policies = { origin: { targets: [{ name: "next", model: "other" }], cooldown: "0s" } };

describe("fallback without its record", () => {
  for (const token of ["", "x", "\0".repeat(16), "\xff".repeat(16), "\0".repeat(1 << 16)])
    it(`a token of ${token.length} bytes that no record has begins a new one`, () => {
      const worker = new Worker({ policies, targets: ["next"] });
      worker.replies.origin = busy;
      const { response } = worker.send(chatTo("origin"), { ai_fallback_pass: token });
      assert.deepEqual([response.status, worker.asked], [200, ["origin", "next"]]);
    });

  it("a token of a VM that has ended is not one of the next VM", () => {
    const old = new Worker({ policies, targets: ["next"] });
    const token = old.send(chatTo("origin")).filterState.ai_fallback_pass;
    assert.equal(token.length > 0, true);
    const worker = new Worker({ policies, targets: ["next"] });
    worker.replies.origin = busy;
    const { response } = worker.send(chatTo("origin"), { ai_fallback_pass: token });
    assert.deepEqual([response.status, worker.asked], [200, ["origin", "next"]]);
  });

  it("positions in two VMs: the client gets the provider's error", () => {
    const other = new Worker({ policies, targets: ["next"] });
    const worker: Worker = new Worker({
      ...{ policies, targets: ["next"] },
      places: (own) => ({
        downstream: [own],
        upstream: [{ vm: other.host.vm, root: other.host.configure("fallback")! }],
      }),
    });
    worker.replies.origin = busy;
    const { response } = worker.send(chatTo("origin"));
    assert.deepEqual([response.status, worker.asked], [429, ["origin"]]);
    assert.match(response.body.toString(), /Slow down/);
  });

  it("a VM that ends while a provider works ends the request, and the next one is not affected by what it has left", () => {
    const worker = new Worker({ policies, targets: ["next"] });
    worker.onAsked = () => worker.host.crash();
    const { response } = worker.send(chatTo("origin"));
    assert.notEqual(response.status, 307);
    const next = new Worker({ policies, targets: ["next"], shared: worker.host.shared });
    next.replies = { origin: busy, next: served };
    assert.deepEqual(next.askedBy("origin"), ["origin", "next"]);
  });
});
