// SPDX-License-Identifier: Apache-2.0
// A client may leave after any chunk: `ai_usage` is then what the provider has told so far, and it is set once per change.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProxyHost } from "./proxy-host.ts";

const native = (output: number): string =>
  `data: ${JSON.stringify({
    output: { choices: [{ message: { role: "assistant", content: "Hi" }, finish_reason: "null" }] },
    usage: { input_tokens: 3, output_tokens: output, total_tokens: 3 + output },
    request_id: "r",
  })}\n\n`;
const message = (output: number): string => `event: message_delta\ndata: {"usage":{"output_tokens":${output}}}\n\n`;
const told = (output: number): string =>
  `{"prompt_tokens":3,"completion_tokens":${output},"total_tokens":${3 + output}}`;

interface Stream {
  provider: object;
  path: string;
  /** Each chunk and the usage that is published behind it. */
  chunks: [chunk: string, usage: string | undefined][];
}

const STREAMS: Record<string, Stream> = {
  "a converted stream": {
    provider: { type: "qwen", apiToken: "sk-test-qwen-1", qwenEnableCompatible: false },
    path: "/v1/chat/completions",
    chunks: [
      [native(1), told(1)],
      [native(2), told(2)],
      [": nothing\n\n", told(2)],
      [native(2), told(2)],
      [native(4) + native(5), told(5)],
    ],
  },
  "a stream that passes": {
    provider: { type: "openai", apiToken: "sk-test-openai", capabilities: { "anthropic/v1/messages": "/v1/messages" } },
    path: "/v1/messages",
    chunks: [
      ['event: ping\ndata: {"type":"ping"}\n\n', undefined],
      ['event: message_start\ndata: {"message":{"usage":{"input_tokens":3,"output_tokens":1}}}\n\n', told(1)],
      ["event: content_block_delta\ndata: {}\n\n", told(1)],
      [message(1), told(1)],
      [message(9).slice(0, 20), told(1)],
      [message(9).slice(20), told(9)],
    ],
  },
};

describe("usage when the client leaves", () => {
  for (const [what, { provider, path, chunks }] of Object.entries(STREAMS))
    for (let count = 0; count <= chunks.length; count++)
      it(`${what}, after ${count} chunks`, () => {
        const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "warn" });
        const stream = host.stream(host.configure("ai-proxy", JSON.stringify({ provider }))!);
        const content = { model: "m", stream: true, messages: [{ role: "user", content: "hi" }] };
        stream.requestHeaders(
          [
            [":method", "POST"],
            [":path", path],
            [":authority", "gateway.example"],
            ["content-type", "application/json"],
          ],
          false,
        );
        stream.requestBody(Buffer.from(JSON.stringify(content)), true);
        stream.responseHeaders(
          [
            [":status", "200"],
            ["content-type", "text/event-stream"],
          ],
          false,
        );
        const set: string[] = [];
        const state = stream.filterState;
        const keep = state.set.bind(state);
        state.set = (name, entry) => {
          if (name === "ai_usage") set.push(entry.value.toString());
          return keep(name, entry);
        };
        for (const [chunk] of chunks.slice(0, count)) stream.responseBody(Buffer.from(chunk), false);
        stream.clientReset();
        host.check();
        assert.equal(state.get("ai_usage")?.value.toString(), count ? chunks[count - 1][1] : undefined);
        const changes = chunks.slice(0, count).map(([, usage]) => usage);
        const wanted = changes.filter((usage, index) => usage !== undefined && usage !== changes[index - 1]);
        assert.deepEqual(set, wanted);
      });
});
