// SPDX-License-Identifier: Apache-2.0
// Providers that do all they can against `fallback` in a real Envoy: what reaches the client is the beginning of one provider's stream.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { needs137 } from "../harness/oldest.ts";
import type { ProviderReply } from "../providers/types.ts";
import { chatBody, events, FallbackGateway, header, STREAM, streamed } from "./fallback-gateway.ts";

const WHOLE = STREAM.join("");
const PIECE = 16_384;

const heldStream = needs137("fallback holds no stream in an earlier Envoy");

describe("fallback and hostile providers", () => {
  const gateway = new FallbackGateway();
  before(() => gateway.start());
  beforeEach(() => gateway.reset());
  after(() => gateway.stop());

  const impatient = (model: string): Promise<ClientResponse> => {
    const headers: [string, string][] = [
      ["content-type", "application/json"],
      ["apikey", "key-one"],
    ];
    const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway.example", headers };
    return send(gateway.port, { ...request, chunks: [chatBody(model)] }, { timeoutMs: 1500 });
  };

  const endless: Record<string, string> = {
    comments: ": wait\n\n".repeat(PIECE / 8),
    "empty deltas": 'data: {"choices":[{"index":0,"delta":{"content":""}}]}\n\n'.repeat(PIECE / 56),
  };
  for (const [name, piece] of Object.entries(endless)) {
    it(`an endless stream of ${name} is passed on once hold_bytes are held, and ends with the client`, async () => {
      const pieces = Array.from({ length: 100 }, () => piece);
      gateway.replies.first = { ...events(...pieces), delayMs: 1, end: "hang" };
      const response = await impatient("deepseek-r1");
      assert.equal(response.status, 200);
      const body = response.body.toString();
      assert.ok(body.length >= 4 * PIECE, `only ${body.length} bytes`);
      assert.ok(pieces.join("").startsWith(body), "it is the beginning of that stream");
      for (let waited = 0; !gateway.mocks.first.abandoned.length && waited < 3000; waited += 20) await sleep(20);
      assert.equal(gateway.mocks.first.abandoned.length, 1, "the provider was not stopped");
      assert.equal(gateway.mocks.second.requests.length, 0);
      gateway.replies.first = streamed;
      assert.equal((await gateway.chat("deepseek-r1")).body.toString(), WHOLE);
    });
  }

  const lines: Record<string, string> = { comment: ":", data: "data: " };
  for (const [name, start] of Object.entries(lines)) {
    it(
      `a line of ${name} without an end is an error at Envoy's buffer limit, and the provider is stopped`,
      heldStream,
      async () => {
        const pieces = Array.from({ length: 100 }, () => "x".repeat(PIECE));
        gateway.replies.first = { ...events(start, ...pieces), delayMs: 1, end: "hang" };
        const response = await impatient("deepseek-r1");
        assert.equal(response.status, 500);
        assert.ok(response.body.length < PIECE, "nothing of the stream reaches the client");
        for (let waited = 0; !gateway.mocks.first.abandoned.length && waited < 3000; waited += 20) await sleep(20);
        assert.equal(gateway.mocks.first.abandoned.length, 1, "the provider was not stopped");
      },
    );
  }

  const error = ': wait\r\n\r\nevent: error\r\ndata: {"error":{"message":"Overloaded.","code":null}}\r\n\r\n';
  it(
    "an error event, cut at every offset, is followed by the whole stream of the next target",
    heldStream,
    async () => {
      for (let at = 1; at < error.length; at++) {
        gateway.mocks.second.requests.length = 0;
        gateway.replies.first = { ...events(error.slice(0, at), error.slice(at)), delayMs: 4 };
        await gateway.served("deepseek-r1");
      }
    },
  );

  it("a stream that breaks at any place is the beginning of one provider's stream", heldStream, async () => {
    for (let at = 0; at < WHOLE.length; at += 7) {
      const reply: ProviderReply = { ...events(WHOLE.slice(0, at).replaceAll("Hello", "First")), end: "cut" };
      gateway.replies.first = reply;
      const body = (await gateway.chat("deepseek-r1")).body.toString();
      const isOfSecond = body === WHOLE;
      const first = reply.chunks.join("");
      // A stream that has begun ends with an error event of the gateway.
      assert.ok(isOfSecond || body.startsWith(first.slice(0, first.lastIndexOf("\n\n") + 2)), `${at}: ${body}`);
      assert.ok(!(body.includes("First") && body.includes("Hello")), `${at}: ${body}`);
    }
  });

  it("headers of a provider that are the gateway's own do not reach the client", async () => {
    const forged: [string, string][] = [
      ["x-higress-fallback-from", "forged"],
      ["x-ai-next-key", "1"],
    ];
    gateway.replies.first = { ...streamed, headers: [...streamed.headers, ...forged] };
    const response = await gateway.chat("deepseek-r1");
    assert.equal(response.body.toString(), WHOLE);
    for (const [name] of forged) assert.equal(header(response, name), undefined, name);
  });
});
