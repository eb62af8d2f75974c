// SPDX-License-Identifier: Apache-2.0
// Clients of each protocol over providers of each protocol: a stream gives what the whole response gives, wherever it is cut. The
// provider's responses are those of the mocks, to the requests that the gateway makes.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dialects } from "../providers/index.ts";
import type { ProviderReply } from "../providers/types.ts";
import type { JsonObject } from "../providers/wire.ts";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { type Client, chat, messages, responses } from "./law-clients.ts";
import { ProxyHost } from "./proxy-host.ts";

interface Provider {
  dialect: string;
  options: JsonObject;
  model: string;
  /** How a chat asks for reasoning, where it is not `reasoning_effort`. */
  thinking?: JsonObject;
}

const translated = { translateMessages: true, translateResponses: true };
const PROVIDERS: Record<string, Provider> = {
  chats: { dialect: "deepseek", options: { type: "deepseek", ...translated }, model: "deepseek-v4-pro", thinking: {} },
  DashScope: {
    ...{ dialect: "dashscope", model: "qwen-plus", thinking: { enable_thinking: true } },
    options: { type: "qwen", qwenEnableCompatible: false, ...translated },
  },
  Claude: { dialect: "claude-native", options: { type: "claude" }, model: "claude-sonnet-4-5" },
  Gemini: { dialect: "gemini-native", options: { type: "gemini" }, model: "gemini-3-flash-preview" },
};

/** All in one short stream: reasoning, a text, parallel calls, usage. */
const EVERYTHING = "Tell me the weather in 杭州 and 上海.";
const LONGER = { "a text": "Hello!", "parallel calls": "What is the weather in 杭州 and 上海?" };

interface Lane {
  host: ProxyHost;
  context: RootContext;
  client: Client;
  provider: Provider;
}

function laneOf(client: Client, provider: Provider): Lane {
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
  const configuration = { provider: { ...provider.options, apiTokens: ["sk-test"] } };
  return { host, context: host.configure("ai-proxy", JSON.stringify(configuration))!, client, provider };
}

/** Sends a request, and gives the provider's reply to what it gets. */
function asked({ host, context, client, provider }: Lane, request: JsonObject) {
  const body = Buffer.from(JSON.stringify({ model: provider.model, ...request }));
  const begin = (): HttpStream => {
    const stream = host.stream(context);
    const head = {
      ":method": "POST",
      ":path": client.path,
      ":authority": "g.example",
      "content-type": "application/json",
      ...client.headers,
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

/** The provider's stream, what a client receives of it in pieces, and what the whole response holds. */
function answers(lane: Lane, text: string) {
  const { client, provider } = lane;
  const request = client.request(text, provider.thinking);
  const one = asked(lane, request);
  const expected = client.whole(JSON.parse(one.received([bytesOf(one.reply)])) as JsonObject);
  const { reply, received } = asked(lane, { ...request, ...client.streams });
  return { body: bytesOf(reply), received, expected };
}

for (const [name, client] of Object.entries({ chats: chat, Messages: messages, Responses: responses })) {
  describe(`streams of ${name}`, () => {
    for (const [title, provider] of Object.entries(PROVIDERS)) {
      test(`over ${title}: as the whole response, and the same bytes at each cut`, () => {
        const lane = laneOf(client, provider);
        const { body, received, expected } = answers(lane, EVERYTHING);
        const text = received([body]);
        assert.deepEqual(client.assemble(eventsOf(text)), expected);
        client.holdsAll(expected);
        for (let at = 1; at < body.length; at++) {
          const cut = received([body.subarray(0, at), body.subarray(at)]);
          if (cut !== text) assert.equal(cut, text, `cut at ${at}`);
        }
        lane.host.check();
      });

      for (const [what, question] of Object.entries(LONGER)) {
        test(`over ${title}, ${what} behind reasoning: as the whole response, also byte by byte`, () => {
          const lane = laneOf(client, provider);
          const { body, received, expected } = answers(lane, question);
          const text = received([body]);
          assert.deepEqual(client.assemble(eventsOf(text)), expected);
          assert.equal(received(Array.from(body, (_, at) => body.subarray(at, at + 1))), text);
          lane.host.check();
        });
      }
    }
  });
}
