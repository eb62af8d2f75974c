// SPDX-License-Identifier: Apache-2.0
// Sources without end: what a client gets stays within its limits, a stream gives what the whole response gives, and what is left out is counted.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../providers/wire.ts";
import { ProxyHost } from "./proxy-host.ts";

type Received = Record<string, any>;

const MANY = 3000;
const COUNTER = "ai_proxy_lossy_responses_total";
const numbers = Array.from({ length: MANY }, (_, i) => i);
const usage = { input_tokens: 1, output_tokens: 1 };
const sse = (events: object[]): string => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");

const places = [-1, 1e300, "4", null, {}, 2 ** 31, 3];
const annotations = numbers.map((i) => ({
  type: "url_citation",
  url_citation: { url: `https://a.example/${i}`, start_index: places[i % 7], end_index: places[(i * 3) % 7] },
}));
const chats = {
  whole: { choices: [{ index: 0, message: { content: "gold", annotations } }] },
  stream: [
    { choices: [{ index: 0, delta: { content: "gold" } }] },
    { choices: [{ index: 0, delta: { annotations: annotations.slice(0, 7) } }] },
    { choices: [{ index: 0, delta: { annotations: annotations.slice(7) }, finish_reason: "stop" }] },
  ],
};
const citations = numbers.map((i) => ({
  ...{ type: "web_search_result_location", url: `https://a.example/${i}`, title: null },
  ...{ encrypted_index: "E", cited_text: "x".repeat(i % 400) },
}));
const claude = {
  whole: {
    type: "message",
    id: "m",
    content: [{ type: "text", text: "gold", citations }],
    stop_reason: "end_turn",
    usage,
  },
  stream: [
    { type: "message_start", message: { id: "m", usage } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ...citations.map((citation) => ({
      type: "content_block_delta",
      index: 0,
      delta: { type: "citations_delta", citation },
    })),
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "gold" } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage },
    { type: "message_stop" },
  ],
};
/** One page with a long title, for each place of a text: what comes is small beside what would go out. */
const candidate = {
  index: 0,
  content: { parts: [{ text: "g你🌍" }] },
  finishReason: "STOP",
  groundingMetadata: {
    groundingChunks: [{ web: { uri: "https://a.example/", title: "t".repeat(20_000) } }],
    groundingSupports: numbers.slice(0, MANY / 2).map((i) => ({
      segment: { startIndex: places[i % 7], endIndex: i },
      groundingChunkIndices: [0, -1, 1e9, "0"],
    })),
  },
};
const gemini = { whole: { candidates: [candidate] }, stream: [{ candidates: [candidate] }] };

const PROVIDERS: Record<string, { options: JsonObject; replies: { whole: object; stream: object[] } }> = {
  chats: { options: { type: "openai", translateMessages: true, translateResponses: true }, replies: chats },
  Claude: { options: { type: "claude" }, replies: claude },
  Gemini: { options: { type: "gemini" }, replies: gemini },
};
const messages = [{ role: "user", content: "Gold?" }];
const CLIENTS: Record<
  string,
  { path: string; request: JsonObject; whole: (body: Received) => unknown; events: (list: Received[]) => unknown }
> = {
  chats: {
    path: "/v1/chat/completions",
    request: { messages },
    whole: (body) => body.choices[0].message.annotations,
    events: (list) => list.flatMap(({ choices }) => choices[0]?.delta.annotations ?? []),
  },
  Messages: {
    path: "/v1/messages",
    request: { messages },
    whole: (body) => body.content[0].citations,
    events: (list) => list.flatMap(({ delta }) => delta?.citation ?? []),
  },
  Responses: {
    path: "/v1/responses",
    request: { input: "Gold?" },
    whole: (body) => body.output[0].content[0].annotations,
    events: (list) => list.flatMap(({ annotation }) => annotation ?? []),
  },
};

for (const [provider, { options, replies }] of Object.entries(PROVIDERS)) {
  for (const [name, client] of Object.entries(CLIENTS)) {
    if (provider === name || (provider === "Claude" && name === "Messages")) continue;
    test(`clients of ${name} over ${provider}: ${MANY} sources`, () => {
      const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
      const context = host.configure("ai-proxy", JSON.stringify({ provider: { ...options, apiTokens: ["sk-test"] } }))!;
      const ask = (stream: boolean, type: string, body: string): string => {
        const call = host.stream(context);
        const head = {
          ":method": "POST",
          ":path": client.path,
          ":authority": "g.example",
          "content-type": "application/json",
        };
        call.requestHeaders(Object.entries(head), false);
        call.requestBody(Buffer.from(JSON.stringify({ model: "m", max_tokens: 9, stream, ...client.request })), true);
        call.responseHeaders(
          [
            [":status", "200"],
            ["content-type", type],
          ],
          false,
        );
        call.responseBody(Buffer.from(body), true);
        return String(call.client.bodyBytes);
      };
      const body = JSON.stringify(replies.whole);
      const received = ask(false, "application/json", body);
      const whole = client.whole(JSON.parse(received)) as unknown[];
      const streamed = ask(true, "text/event-stream", sse(replies.stream));
      const events = [...streamed.matchAll(/^data: (\{.*\})$/gm)].map(([, data]) => JSON.parse(data) as Received);
      assert.deepEqual(client.events(events), whole);
      assert.ok(whole.length > 1 && whole.length <= 1024, `${whole.length}`);
      assert.ok(
        received.length + streamed.length < 12 * body.length + 600_000,
        `${received.length}, ${streamed.length}`,
      );
      assert.equal(host.vm.metrics.byName.get(COUNTER)?.value, 2n);
      host.check();
    });
  }
}
