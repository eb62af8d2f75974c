// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { it } from "node:test";
import { ProxyHost } from "./proxy-host.ts";

const EVENTS = 1_000_000;
/** The same events in each chunk, a few KB as a busy provider sends them: the pieces continue each other over its ends. */
const ROUNDS = 10;
const PIECES = [" ann", "@exam", "ple.com", " call", " 1380", "0138", "000", ", card", " 4111 1111", " 1111 1111"];

it("a stream of masked events takes no memory for each of them", () => {
  const host = new ProxyHost("build/ai-data-masking.wasm");
  const rules = ["email", "phone", "credit_card"].map((detector) => ({ detector, directions: ["response"] }));
  const context = host.configure("ai-data-masking", JSON.stringify({ replace_roles: rules }))!;
  const stream = host.stream(context);
  stream.requestHeaders(
    [
      [":method", "GET"],
      [":path", "/v1/chat/completions"],
      [":authority", "gateway.example"],
    ],
    true,
  );
  stream.responseHeaders(
    [
      [":status", "200"],
      ["content-type", "text/event-stream"],
    ],
    false,
  );
  const events = PIECES.map(
    (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`,
  );
  const chunk = Buffer.from(events.join("").repeat(ROUNDS));
  const chunks = EVENTS / (ROUNDS * PIECES.length);
  let memory = 0;
  for (let at = 0; at < chunks; at++) {
    stream.responseBody(chunk, false);
    assert.ok(stream.client.body.length > 0);
    stream.client.body.length = 0;
    if (at === 100) memory = host.vm.memory.byteLength;
  }
  assert.equal(host.vm.memory.byteLength, memory);
});
