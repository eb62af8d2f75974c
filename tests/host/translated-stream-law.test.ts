// SPDX-License-Identifier: Apache-2.0
// Clients of Messages and Responses over providers of other protocols: a stream gives what the whole response gives, wherever
// it is cut. The provider's responses are those of the mocks, to the requests that the gateway makes.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dialects } from "../providers/index.ts";
import type { ProviderReply } from "../providers/types.ts";
import type { JsonObject } from "../providers/wire.ts";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

interface Provider {
  dialect: string;
  options: JsonObject;
  model: string;
}

const translated = { translateMessages: true, translateResponses: true };
const PROVIDERS: Record<string, Provider> = {
  chats: { dialect: "deepseek", options: { type: "deepseek", ...translated }, model: "deepseek-v4-pro" },
  DashScope: {
    ...{ dialect: "dashscope", model: "qwen-plus" },
    options: { type: "qwen", qwenEnableCompatible: false, ...translated },
  },
  Claude: { dialect: "claude-native", options: { type: "claude" }, model: "claude-sonnet-4-5" },
  Gemini: { dialect: "gemini-native", options: { type: "gemini" }, model: "gemini-3-flash-preview" },
};

/** Between cuts of a stream in two; one stream more is cut at every byte. A prime, so that each place in an event has its turn. */
const STRIDE = 13;
const CALLS = "What is the weather in 杭州 and 上海?";
const schema = { type: "object", properties: { location: { type: "string" } }, required: ["location"] };
const tool = { name: "get_current_weather", description: "Weather" };

/** A client's request, and what it puts together from events. */
interface Client {
  path: string;
  request(text: string): JsonObject;
  assemble(events: JsonObject[]): unknown;
  whole(body: JsonObject): unknown;
}

const messages: Client = {
  path: "/v1/messages",
  request: (text) => ({
    ...{ max_tokens: 4096, thinking: { type: "enabled", budget_tokens: 2048 } },
    ...{ tools: [{ ...tool, input_schema: schema }], messages: [{ role: "user", content: text }] },
  }),
  assemble(events) {
    const content: Record<string, any>[] = [];
    const json: string[] = [];
    let end: JsonObject = {};
    for (const event of events as Record<string, any>[]) {
      if (event.type === "content_block_start") content[event.index] = { ...event.content_block };
      if (event.type === "message_delta") end = { stop_reason: event.delta.stop_reason, usage: event.usage };
      if (event.type !== "content_block_delta") continue;
      const { type, ...pieces } = event.delta as Record<string, string>;
      if (type === "input_json_delta") json[event.index] = (json[event.index] ?? "") + pieces.partial_json;
      else for (const [name, piece] of Object.entries(pieces)) content[event.index][name] += piece;
    }
    json.forEach((text, index) => (content[index].input = JSON.parse(text)));
    assert.equal(events.at(-1)!.type, "message_stop");
    return { content, ...end };
  },
  whole: ({ content, stop_reason, usage }) => ({ content, stop_reason, usage }),
};

const responses: Client = {
  path: "/v1/responses",
  request: (text) => ({
    ...{ input: text, reasoning: { effort: "high", summary: "auto" }, store: false },
    ...{ include: ["reasoning.encrypted_content"], tools: [{ type: "function", ...tool, parameters: schema }] },
  }),
  assemble(events) {
    const items: JsonObject[] = [];
    const texts: string[] = [];
    events.forEach((event, i) => {
      const index = event.output_index as number;
      assert.equal(event.sequence_number, i);
      if (typeof event.delta === "string") texts[index] = (texts[index] ?? "") + event.delta;
      if (event.type === "response.output_item.done") items[index] = event.item as JsonObject;
    });
    const { type, response } = events.at(-1) as { type: string; response: JsonObject };
    assert.equal(type, "response.completed");
    assert.deepEqual(response.output, items);
    assert.deepEqual(
      items.map((_, index) => texts[index] ?? ""),
      items.map(textOf),
    );
    return responses.whole(response);
  },
  whole: ({ output, status, usage }) => ({ output: (output as JsonObject[]).map(parsed), status, usage }),
};

/** Without the id, which is made of the provider's. Whole responses and streams may have other blanks in arguments. */
function parsed({ id, ...item }: JsonObject): JsonObject {
  assert.match(String(id), /^(msg|fc|rs)_/);
  return item.type === "function_call" ? { ...item, arguments: JSON.parse(item.arguments as string) as unknown } : item;
}

function textOf(item: JsonObject): string {
  if (item.type === "function_call") return item.arguments as string;
  const parts = (item.type === "reasoning" ? item.summary : item.content) as { text: string }[];
  return parts.map(({ text }) => text).join("");
}

/** Sends a request, and gives the provider's reply to what it gets. */
function asked(host: ProxyHost, context: RootContext, client: Client, provider: Provider, request: JsonObject) {
  const body = Buffer.from(JSON.stringify({ model: provider.model, ...request }));
  const begin = (): HttpStream => {
    const stream = host.stream(context);
    const head = {
      ":method": "POST",
      ":path": client.path,
      ":authority": "g.example",
      "content-type": "application/json",
    };
    stream.requestHeaders(Object.entries(head), false);
    stream.requestBody(body, true);
    return stream;
  };
  const { headers, bodyBytes } = begin().upstream;
  const pairs = headers!.pairs();
  const path = headers!.get(":path")!;
  const reply = dialects[provider.dialect].handle({
    ...{ method: "POST", path, authority: "", headers: pairs, body: bodyBytes },
  });
  assert.equal(reply.status, 200, String(reply.chunks[0]));
  const received = (pieces: Buffer[]): string => {
    const stream = begin();
    stream.responseHeaders([[":status", "200"], ...reply.headers], false);
    pieces.forEach((piece, i) => stream.responseBody(piece, i === pieces.length - 1));
    return String(stream.client.bodyBytes);
  };
  return { reply, received };
}

const bytesOf = ({ chunks }: ProviderReply): Buffer => Buffer.concat(chunks);
const eventsOf = (text: string): JsonObject[] =>
  [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, data]) => JSON.parse(data) as JsonObject);

for (const [name, client] of Object.entries({ Messages: messages, Responses: responses })) {
  describe(`streams of ${name}`, () => {
    for (const [title, provider] of Object.entries(PROVIDERS)) {
      // Claude's own protocol passes as it is.
      if (client === messages && title === "Claude") continue;
      for (const [what, text] of Object.entries({ "a text": "Hello!", "parallel calls": CALLS })) {
        test(`over ${title}, ${what} behind reasoning: as the whole response, wherever it is cut`, () => {
          const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
          const configuration = { provider: { ...provider.options, apiTokens: ["sk-test"] } };
          const context = host.configure("ai-proxy", JSON.stringify(configuration))!;
          const request = client.request(text);
          const one = asked(host, context, client, provider, request);
          const expected = client.whole(JSON.parse(one.received([bytesOf(one.reply)])) as JsonObject);
          const { reply, received } = asked(host, context, client, provider, { ...request, stream: true });
          const body = bytesOf(reply);
          const check = (...pieces: Buffer[]): void =>
            assert.deepEqual(client.assemble(eventsOf(received(pieces))), expected, `first ${pieces[0].length} bytes`);
          check(body);
          for (let at = 1; at < body.length; at += STRIDE) check(body.subarray(0, at), body.subarray(at));
          check(...Array.from(body, (_, at) => body.subarray(at, at + 1)));
          host.check();
        });
      }
    }
  });
}
