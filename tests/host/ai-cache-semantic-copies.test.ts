// SPDX-License-Identifier: Apache-2.0
// What ai-cache has found by meaning serves equal requests, too, and no other ones.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { bodyOf } from "./ai-cache-gateway.ts";
import { SEMANTIC, SemanticGateway } from "./ai-cache-semantic-gateway.ts";

const FIRST = "How do I reset my password?";
const ALIKE = "how do I reset a password";
const NO_STORE: HeaderPair[] = [["cache-control", "no-store"]];

/** What is written into the memory that workers share, from now on. */
function watch({ host: { shared } }: SemanticGateway): string[] {
  const written: string[] = [];
  const set = shared.set.bind(shared);
  shared.set = (...args) => {
    written.push(String(args[2]));
    return set(...args);
  };
  return written;
}

describe("a response that was found by meaning", () => {
  const AGAIN = "How do I reset that password";

  it("serves equal requests without another search, until it is over", () => {
    for (const store of [
      { cache: { type: "memory", cacheTTL: 9 } },
      { cache: { type: "memory", cacheTTL: 9 }, secret: "s" },
    ]) {
      const gateway = new SemanticGateway(store);
      const [stored] = gateway.ask(FIRST);
      gateway.host.sleep(5_000);
      assert.deepEqual(gateway.ask(ALIKE), [stored, true]);
      const { calls } = gateway;
      const streams = [gateway.send(ALIKE), gateway.send(ALIKE, [], { stream: true })];
      for (const stream of streams) {
        assert.match(bodyOf(stream), new RegExp(stored));
        assert.equal(stream.client.headers!.get("x-ai-cache-match"), "semantic");
        assert.equal(stream.client.headers!.get("age"), "5");
      }
      assert.equal(gateway.calls, calls);
      gateway.host.sleep(5_000);
      assert.notEqual(gateway.ask(ALIKE)[0], stored);
    }
  });

  it("is found for no further question by way of the one that it has served", () => {
    const gateway = new SemanticGateway({ version: "copies 1" });
    const written = watch(gateway);
    const [stored] = gateway.ask(FIRST);
    gateway.ask(ALIKE);
    const [, key] = /"key":"([0-9a-f]{64})".*"partition":"copy /.exec(written.at(-1)!)!;
    const vector = gateway.services.vector;
    // A store whose record says that the entry of the second question is meant.
    gateway.services.vector = (request) => {
      const reply = vector(request)!;
      const body = JSON.parse(String(reply.body)) as { result: { points?: { payload: Record<string, string> }[] } };
      for (const { payload } of body.result.points ?? []) payload.cache_key = key;
      return { ...reply, body: JSON.stringify(body) };
    };
    const [response, isFound] = gateway.ask(AGAIN, NO_STORE);
    assert.notEqual(response, stored);
    assert.equal(isFound, false);
  });

  it("is stored once for equal requests that wait for each other", () => {
    const gateway = new SemanticGateway({ version: "copies of many" });
    gateway.ask(FIRST);
    const written = watch(gateway);
    const streams = Array.from({ length: 9 }, () => gateway.send(ALIKE));
    gateway.settle();
    gateway.host.advance(1_000);
    for (const stream of streams) assert.equal(stream.client.headers!.get("x-ai-cache-match"), "semantic");
    assert.equal(written.length, 1);
  });

  it("is not stored for a client that forbids it", () => {
    const gateway = new SemanticGateway({ version: "copies 2" });
    const [stored] = gateway.ask(FIRST);
    assert.deepEqual(gateway.ask(ALIKE, NO_STORE), [stored, true]);
    const { calls } = gateway;
    assert.deepEqual(gateway.ask(ALIKE, NO_STORE), [stored, true]);
    assert.equal(gateway.calls, calls + 2);
  });

  it("serves no equal request once another threshold applies, or none", () => {
    const vector = { ...SEMANTIC.vector, threshold: 0.99 };
    for (const change of [{ vector }, { enableSemanticCache: false }]) {
      const version = `copies ${JSON.stringify(change)}`;
      const gateway = new SemanticGateway({ version });
      const [stored] = gateway.ask(FIRST);
      gateway.ask(ALIKE);
      const all = { share: "route", cache: { type: "memory", places: 65536 }, version, ...SEMANTIC, ...change };
      gateway.gateway.context = gateway.host.configure("ai-cache", JSON.stringify(all))!;
      assert.deepEqual(gateway.ask(FIRST), [stored, false]);
      assert.notEqual(gateway.ask(ALIKE)[0], stored);
    }
  });
});
