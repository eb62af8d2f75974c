// SPDX-License-Identifier: Apache-2.0
// The plugin `fallback` in its two positions in a real Envoy: a target fails, and the next one responds.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isBefore137, needs137 } from "../harness/oldest.ts";
import type { ProviderReply } from "../providers/types.ts";
import { busy, events, FallbackGateway, header, STREAM, streamed } from "./fallback-gateway.ts";

const heldStream = needs137("fallback holds no stream in an earlier Envoy");

describe("fallback in its two positions", () => {
  const gateway = new FallbackGateway();
  before(() => gateway.start());
  beforeEach(() => gateway.reset());
  after(() => gateway.stop());

  it("a 429 is followed by the response of the next target, streamed", async () => {
    const response = await gateway.chat("deepseek-r1");
    assert.equal(response.status, 200, response.body.toString() + gateway.envoy.logs().join("\n"));
    assert.equal(response.body.toString(), STREAM.join(""));
    assert.equal(header(response, "x-higress-fallback-from"), "first");
    assert.equal(gateway.mocks.first.requests.length, 1);
    const [request] = gateway.mocks.second.requests;
    assert.equal(header(request, "authorization"), "Bearer sk-test-second");
    assert.equal(header(request, "x-mse-consumer"), undefined);
    assert.equal(header(request, "apikey"), undefined);
    assert.equal(request.path, "/v1/chat/completions?trace=1");
    assert.equal(JSON.parse(request.body.toString()).model, "qwq-32b");
    assert.equal(header(request, "content-length"), String(request.body.length));
  });

  it("so is a connection that nobody accepts", async () => {
    const response = await gateway.chat("dead-r1");
    assert.equal(response.status, 200, response.body.toString());
    assert.equal(header(response, "x-higress-fallback-from"), "dead");
    assert.equal(response.body.toString(), STREAM.join(""));
  });

  it("every plugin of the chain has the configuration of the target's route", async () => {
    const response = await gateway.chat("deepseek-r1", [["apikey", "key-two"]]);
    assert.equal(response.status, 403, response.body.toString());
    assert.equal(gateway.mocks.second.requests.length, 0);
  });

  it("a client cannot select a target", async () => {
    const response = await gateway.chat("deepseek-r1", [
      ["x-higress-fallback-from", "first"],
      ["x-ai-fallback-target", "second"],
      ["x-ai-fallback-tombstone", "1"],
      ["x-higress-llm-model", "qwq-32b"],
      ["apikey", "key-one"],
    ]);
    assert.equal(response.status, 200);
    assert.equal(gateway.mocks.first.requests.length, 1);
    assert.equal(header(gateway.mocks.first.requests[0], "x-higress-fallback-from"), undefined);
    assert.equal(header(gateway.mocks.first.requests[0], "x-ai-fallback-tombstone"), undefined);
  });

  it("a connection that breaks before the response is followed by the next target", async () => {
    gateway.replies.first = { ...busy, end: "refuse" };
    await gateway.served("deepseek-r1");
  });

  it(
    "so are an error event, a comment before it, and a stream without any content that breaks",
    heldStream,
    async () => {
      const error = 'data: {"error":{"message":"Overloaded.","type":"server_error"}}\n\n';
      for (const reply of [
        events(error),
        events(": wait\n\n", error),
        { ...events(": wait\n\n"), end: "cut" as const },
      ]) {
        gateway.replies.first = reply;
        gateway.mocks.second.requests.length = 0;
        await gateway.served("deepseek-r1");
      }
    },
  );

  it("a stream that has begun is not replaced", async () => {
    gateway.replies.first = { ...events(STREAM[0]), end: "cut" };
    const response = await gateway.chat("deepseek-r1");
    assert.equal(response.body.toString(), STREAM[0]);
    assert.equal(response.end, "reset");
    assert.equal(gateway.mocks.second.requests.length, 0);
  });

  it("a stream that stays empty is passed on after hold_ms, and after hold_bytes", async () => {
    const comments = Array.from({ length: 40 }, () => ": wait\n\n");
    gateway.replies.first = { ...events(...comments, ...STREAM), delayMs: 20 };
    for (const model of ["held", "held-bytes"]) {
      const response = await gateway.chat(model);
      assert.equal(response.body.toString(), [...comments, ...STREAM].join(""));
      assert.equal(header(response, "x-higress-fallback-from"), undefined);
    }
  });

  it("a target that does not respond in time is followed by the next one", async () => {
    for (const reply of isBefore137() ? [] : [events(), events(": wait\n\n")]) {
      gateway.replies.first = { ...reply, end: "hang" };
      gateway.mocks.second.requests.length = 0;
      await gateway.served("patient");
    }
    gateway.delay = 3000;
    gateway.mocks.second.requests.length = 0;
    await gateway.served("patient", false);
  });

  it("the deadline ends all attempts", heldStream, async () => {
    gateway.replies.first = { ...events(": wait\n\n"), end: "hang" };
    await gateway.refused("late", 504, /^The target late did not respond in time\.$/);
    assert.equal(gateway.mocks.second.requests.length, 0);
  });

  it("a slow failure, one attempt too many and x-should-retry go to the client", async () => {
    await gateway.refused("once", 429, /^Slow down/);
    gateway.replies.first = { ...busy, headers: [...busy.headers, ["x-should-retry", "false"]] };
    await gateway.refused("deepseek-r1", 429, /^Slow down/);
    gateway.delay = 150;
    gateway.replies.first = busy;
    await gateway.refused("slow", 429, /^Slow down/);
    assert.equal(gateway.mocks.second.requests.length, 0);
  });

  it(
    "a request that is too long goes to the next target where it is listed",
    needs137("fallback reads no error body in an earlier Envoy"),
    async () => {
      const error = (code: string): ProviderReply => ({
        ...busy,
        status: 400,
        chunks: [
          Buffer.from(JSON.stringify({ error: { message: "m", type: "invalid_request_error", param: null, code } })),
        ],
      });
      gateway.replies.first = error("context_length_exceeded");
      await gateway.served("long");
      gateway.replies.first = error("invalid_value");
      await gateway.refused("long", 400, /^m$/);
    },
  );

  it("a target in cooldown is skipped, and comes back after one request that succeeds", async () => {
    gateway.replies.first = { ...busy, headers: [["content-type", "application/json"]] };
    await gateway.served("cooled");
    gateway.mocks.second.requests.length = 0;
    await gateway.served("cooled");
    assert.equal(gateway.mocks.first.requests.length, 1);
    gateway.replies.first = streamed;
    await sleep(1500);
    assert.equal(header(await gateway.chat("cooled"), "x-higress-fallback-from"), undefined);
    assert.equal(gateway.mocks.first.requests.length, 2);
  });
});
