// SPDX-License-Identifier: Apache-2.0
// The edges of `fallback` in a real Envoy: no redirect reaches a client, uploads, clients that leave, many requests at once.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "../harness/http-client.ts";
import { isBefore137, needs137 } from "../harness/oldest.ts";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";
import { busy, chatBody, events, FallbackGateway, header, STREAM, streamed } from "./fallback-gateway.ts";

describe("the edges of fallback", () => {
  const gateway = new FallbackGateway();
  before(() => gateway.start(2));
  beforeEach(() => gateway.reset());
  after(() => gateway.stop());

  it("no redirect of ours reaches a client", async () => {
    await gateway.refused("unfollowed", 429, /^The target unfollowed failed with status 429\.$/);
    await gateway.refused("unrouted", 503, /^The gateway has no route for the target nowhere\.$/);
    assert.ok(gateway.envoy.logs().some((line) => line.includes("internal_redirect_policy must redirect on 307")));
    gateway.replies.first = { ...busy, status: 307, headers: [["location", "http://gateway.example/elsewhere"]] };
    const response = await gateway.chat("deepseek-r1");
    assert.equal(response.status, 307);
    assert.equal(header(response, "location"), undefined);
  });

  it("an upload that is slow, and one that is too large", async () => {
    const body = Buffer.from(
      JSON.stringify({ model: "deepseek-r1", stream: true, messages: [{ role: "user", content: "hi" }] }),
    );
    const headers: HeaderPair[] = [
      ["content-type", "application/json"],
      ["apikey", "key-one"],
    ];
    const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway.example", headers };
    const pieces = [body.subarray(0, 10), body.subarray(10)];
    const slow = await send(gateway.port, { ...request, chunks: pieces }, { beforeChunk: () => sleep(150) });
    assert.equal(slow.status, 200, slow.body.toString());
    const large = Buffer.concat([body.subarray(0, -1), Buffer.from(`,"x":"${"x".repeat(3 << 20)}"}`)]);
    // The first filter has read the model in the first piece, which is above the limit at once where the client is fast.
    const responses = await Promise.all(
      Array.from({ length: 8 }, () => send(gateway.port, { ...request, chunks: [large] })),
    );
    for (const response of responses) {
      assert.equal(response.status, 413);
      assert.match(response.body.toString(), /larger than the gateway can hold/);
    }
  });

  const gone = async (chunks: string[], model: string): Promise<void> => {
    gateway.mocks.first.abandoned.length = 0;
    gateway.replies.first = { ...events(...chunks), end: "hang" };
    const body = chatBody(model);
    await send(
      gateway.port,
      {
        ...{ method: "POST", path: "/v1/chat/completions", authority: "gateway.example", chunks: [body] },
        headers: [
          ["content-type", "application/json"],
          ["apikey", "key-one"],
        ],
      },
      { timeoutMs: 300 },
    );
    for (let waited = 0; !gateway.mocks.first.abandoned.length && waited < 3000; waited += 20) await sleep(20);
    assert.equal(gateway.mocks.first.abandoned.length, 1, "the provider was not stopped");
    assert.equal(gateway.mocks.second.requests.length, 0);
    assert.equal(gateway.mocks.tombstone.requests.length, 0);
  };

  it("a client that leaves a held stream ends the attempt, and no other one begins", () =>
    gone([": wait\n\n"], "deepseek-r1"));

  it("so does one that leaves a stream that has begun", () => gone([STREAM[0]], "deepseek-r1"));

  it("100 requests at once to a target that nobody serves", async () => {
    const responses = await Promise.all(Array.from({ length: 100 }, () => gateway.chat("dead-r1")));
    for (const response of responses) {
      assert.equal(response.status, 200, response.body.toString());
      assert.equal(response.body.toString(), STREAM.join(""));
    }
  });

  it("100 requests at once while a target fails in every way", async () => {
    const error = events('data: {"error":{"message":"Overloaded."}}\n\n');
    const ofHeaders: ProviderReply[] = [busy, { ...busy, end: "refuse" }, streamed];
    const ways = isBefore137() ? ofHeaders : [...ofHeaders, error, { ...events(), end: "cut" as const }];
    const timer = setInterval(() => (gateway.replies.first = ways[Math.floor(Math.random() * ways.length)]), 1);
    const responses = await Promise.all(Array.from({ length: 100 }, () => gateway.chat("deepseek-r1")));
    clearInterval(timer);
    for (const response of responses) {
      assert.equal(response.status, 200, response.body.toString());
      assert.equal(response.body.toString(), STREAM.join(""));
    }
  });

  it(
    "counts attempts, fallbacks by their reason, and shows cooldowns",
    needs137("fallback holds no stream in an earlier Envoy"),
    async () => {
      const error = events('data: {"error":{"message":"Overloaded."}}\n\n');
      for (const reply of [busy, error, { ...busy, end: "refuse" as const }]) {
        gateway.replies.first = reply;
        await gateway.chat("deepseek-r1");
      }
      gateway.replies.first = { ...events(), end: "hang" };
      await gateway.chat("patient");
      await gateway.chat("dead-r1");
      gateway.replies.first = busy;
      await gateway.chat("cooled");
      const stats = await gateway.envoy.stats("fallback_");
      const count = (name: string): number => stats[`wasmcustom.${name}`] ?? 0;
      assert.ok(count("[route=first][target=first]fallback_attempts_total") > 0, JSON.stringify(stats));
      for (const reason of ["429", "stream-error", "reset"]) {
        assert.ok(count(`[route=first][target=first][reason=${reason}]fallback_fallbacks_total`) > 0, reason);
      }
      assert.ok(count("[route=dead][target=dead][reason=connect-failure]fallback_fallbacks_total") > 0);
      assert.ok(count("[route=patient][target=patient][reason=timeout]fallback_fallbacks_total") > 0);
      const end = count("[target=cooled]fallback_cooldown_end_seconds");
      assert.ok(Math.abs(end - Date.now() / 1000) < 60, String(end));
    },
  );
});
