// SPDX-License-Identifier: Apache-2.0
// The official SDKs read the sources of translated responses: what they put together from a stream is the whole response. The gateway is the module on the
// Node host, in place of a connection.
import assert from "node:assert/strict";
import { test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { ProxyHost } from "../host/proxy-host.ts";
import type { JsonObject } from "../providers/wire.ts";

const sse = (events: object[]): string => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");

/** A `fetch` that leads through the gateway to a provider with these responses. */
function gateway(provider: JsonObject, whole: object, events: object[]): typeof fetch {
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
  const context = host.configure("ai-proxy", JSON.stringify({ provider: { ...provider, apiTokens: ["sk-test"] } }))!;
  return async (input, init) => {
    const body = String(init!.body);
    const isStream = (JSON.parse(body) as JsonObject).stream === true;
    const call = host.stream(context);
    const { pathname } = new URL(String(input));
    const head = {
      ":method": "POST",
      ":path": pathname,
      ":authority": "g.example",
      "content-type": "application/json",
    };
    call.requestHeaders(Object.entries(head), false);
    call.requestBody(Buffer.from(body), true);
    const type = isStream ? "text/event-stream" : "application/json";
    call.responseHeaders(
      [
        [":status", "200"],
        ["content-type", type],
      ],
      false,
    );
    call.responseBody(Buffer.from(isStream ? sse(events) : JSON.stringify(whole)), true);
    return new Response(String(call.client.bodyBytes), { headers: { "content-type": type } });
  };
}

const annotations = ["a", "b"].map((name) => ({
  type: "url_citation",
  url_citation: { url: `https://${name}.example/`, title: name, start_index: 0, end_index: 4 },
}));
const choice = (content: object, more: object = {}): object => ({
  id: "c",
  choices: [{ index: 0, ...content, ...more }],
});
const chats = (): typeof fetch =>
  gateway(
    { type: "openai", translateMessages: true, translateResponses: true },
    choice({ message: { role: "assistant", content: "gold", annotations } }, { finish_reason: "stop" }),
    [
      choice({ delta: { role: "assistant", content: "gold" } }),
      choice({ delta: { annotations } }),
      choice({ delta: {} }, { finish_reason: "stop" }),
    ],
  );
const citation = (name: string): object => ({
  ...{ type: "web_search_result_location", url: `https://${name}.example/`, title: name },
  ...{ encrypted_index: "E", cited_text: "" },
});
const usage = { input_tokens: 1, output_tokens: 1 };
const block = (index: number, name: string): object[] => [
  { type: "content_block_start", index, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index, delta: { type: "citations_delta", citation: citation(name) } },
  { type: "content_block_delta", index, delta: { type: "text_delta", text: "gold" } },
  { type: "content_block_stop", index },
];
const claude = (): typeof fetch =>
  gateway(
    { type: "claude" },
    {
      ...{ type: "message", id: "m", stop_reason: "end_turn", usage },
      content: ["a", "b"].map((name) => ({ type: "text", text: "gold", citations: [citation(name)] })),
    },
    [
      { type: "message_start", message: { id: "m", usage } },
      ...[...block(0, "a"), ...block(1, "b")],
      ...[{ type: "message_delta", delta: { stop_reason: "end_turn" }, usage }, { type: "message_stop" }],
    ],
  );

const common = { apiKey: "sk-client", maxRetries: 0 };
const question = [{ role: "user" as const, content: "Gold?" }];

test("openai: a chat over Claude", async () => {
  const client = new OpenAI({ ...common, baseURL: "http://g.example/v1", fetch: claude() });
  const chat = { model: "claude-sonnet-4-5", messages: question };
  const whole = (await client.chat.completions.create(chat)).choices[0].message;
  const streamed = (await client.chat.completions.stream(chat).finalChatCompletion()).choices[0].message;
  assert.deepEqual(
    whole.annotations?.map(({ url_citation: cited }) => [cited.url, cited.start_index, cited.end_index]),
    [
      ["https://a.example/", 0, 4],
      ["https://b.example/", 4, 8],
    ],
  );
  assert.deepEqual(streamed.annotations, whole.annotations);
});

test("openai: Responses over chats", async () => {
  const client = new OpenAI({ ...common, baseURL: "http://g.example/v1", fetch: chats() });
  const whole = await client.responses.create({ model: "m", input: "Gold?" });
  const streamed = await client.responses.stream({ model: "m", input: "Gold?" }).finalResponse();
  const annotationsOf = ({ output: [item] }: OpenAI.Responses.Response): unknown => {
    assert.ok(item.type === "message" && item.content[0].type === "output_text");
    return item.content[0].annotations;
  };
  assert.deepEqual(
    annotationsOf(whole),
    annotations.map(({ type, url_citation }) => ({ type, ...url_citation })),
  );
  assert.deepEqual(annotationsOf(streamed), annotationsOf(whole));
});

test("anthropic: Messages over chats", async () => {
  const client = new Anthropic({ ...common, baseURL: "http://g.example", fetch: chats() });
  const message = { model: "m", max_tokens: 9, messages: question };
  const whole = await client.messages.create(message);
  const streamed = await client.messages.stream(message).finalMessage();
  assert.ok(whole.content[0].type === "text");
  assert.deepEqual(
    whole.content[0].citations?.map((cited) => cited.type === "web_search_result_location" && cited.url),
    ["https://a.example/", "https://b.example/"],
  );
  assert.deepEqual(streamed.content, whole.content);
});
