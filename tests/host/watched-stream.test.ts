// SPDX-License-Identifier: Apache-2.0
// A stream of OpenAI's for which the gateway asked for usage: wherever it is cut, it loses the usage chunk and nothing else.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isWatched } from "../fuzz/laws.ts";
import { ProxyHost } from "./proxy-host.ts";

const USAGE = 'data: {"choices":[],"usage":{"a":1}}';
const PIECES = ["\r", "\n", "\r\n", "\n\n", "\ufeff", ": c", "data", "data: {}", "data: [DONE]", "x", USAGE];
const REQUEST = Buffer.from('{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"hi"}]}');

const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
const context = host.configure("ai-proxy", '{"provider":{"type":"openai","apiToken":"sk-test-openai"}}')!;

/** What a client gets of a provider's chunks. */
function play(chunks: Buffer[]): Buffer {
  const stream = host.stream(context);
  stream.requestHeaders(
    [
      [":method", "POST"],
      [":path", "/v1/chat/completions"],
      [":authority", "gateway.example"],
    ],
    false,
  );
  stream.requestBody(REQUEST, true);
  stream.responseHeaders(
    [
      [":status", "200"],
      ["content-type", "text/event-stream"],
    ],
    false,
  );
  for (const chunk of chunks) stream.responseBody(chunk, false);
  stream.responseBody(Buffer.alloc(0), true);
  assert.equal(stream.client.end, "clean");
  const { bodyBytes } = stream.client;
  stream.clientReset();
  return bodyBytes;
}

/** The stream whole, byte by byte, and cut in two at every offset. */
function cuts(stream: Buffer): Buffer[][] {
  const halves = Array.from(stream, (_, at) => [stream.subarray(0, at), stream.subarray(at)]);
  return [[stream], Array.from(stream, (_, at) => stream.subarray(at, at + 1)), ...halves];
}

describe("a watched stream", () => {
  test("of any three pieces, cut at every offset, loses its usage chunk alone", () => {
    let dropped = 0;
    for (const first of PIECES) {
      for (const second of PIECES) {
        for (const third of PIECES) {
          const stream = Buffer.from(first + second + third);
          for (const chunks of cuts(stream)) {
            const body = play(chunks);
            assert.ok(isWatched(stream, body), JSON.stringify([chunks.map(String), body.toString()]));
            if (stream.includes(USAGE) && !body.includes(USAGE)) dropped++;
          }
        }
      }
    }
    host.check();
    assert.ok(dropped > 1000, `the usage chunk was dropped only ${dropped} times`);
  });

  test("keeps a chunk that is no UTF-8, which nobody can say is usage, beside blank lines that go", () => {
    const malformed = Buffer.from(`${USAGE.replace('"a"', '"\xff"')}\n\n`, "latin1");
    const done = Buffer.from("data: [DONE]\n\n");
    const stream = Buffer.concat([Buffer.from("\r"), malformed, Buffer.from(`${USAGE}\n\n`), done]);
    for (const chunks of cuts(stream)) {
      const body = play(chunks);
      assert.deepEqual(body, Buffer.concat([malformed, done]));
      assert.ok(isWatched(stream, body));
    }
    assert.ok(!isWatched(stream, done), "a chunk that was lost is noticed");
    assert.ok(!isWatched(stream, Buffer.concat([malformed, malformed, done])), "a chunk that came twice is noticed");
  });
});
