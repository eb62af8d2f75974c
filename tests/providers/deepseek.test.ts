// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dialects } from "./index.ts";
import type { HeaderPair, ProviderReply } from "./types.ts";
import type { JsonObject } from "./wire.ts";

const json: HeaderPair = ["content-type", "application/json"];
const key: HeaderPair = ["authorization", "Bearer sk-fake-for-tests"];
const messages = [{ role: "user", content: "Hello!" }];
const chat = "/chat/completions";

const send = (body: unknown, path = chat, headers = [key, json]): ProviderReply =>
  dialects.deepseek.handle({
    ...{ method: "POST", path, authority: "api.deepseek.com", headers },
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  });
const parsed = (reply: ProviderReply): JsonObject => JSON.parse(Buffer.concat(reply.chunks).toString()) as JsonObject;
const withBase = (fields: JsonObject): JsonObject => ({ model: "deepseek-chat", messages, ...fields });
const call = { id: "call_1", type: "function", function: { name: "get_weather", arguments: "{}" } };
const turns = (assistant: JsonObject): JsonObject[] => [
  ...messages,
  { role: "assistant", content: "Hi", ...assistant },
  ...(assistant.tool_calls ? [{ role: "tool", tool_call_id: "call_1", content: "18 ℃" }] : messages),
];
const image = [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }] }];

describe("DeepSeek's dialect refuses", () => {
  // prettier-ignore
  const refused: [what: string, reply: ProviderReply, status: number, type: string, message: RegExp][] = [
    ["no key", send(withBase({}), chat, [json]), 401, "authentication_error", /auth header format should be Bearer sk-/],
    ["an invalid key", send(withBase({}), chat, [["authorization", "Bearer sk-invalid"], json]), 401, "authentication_error", /api key: \*{4}alid is invalid$/],
    ["an unknown model", send(withBase({ model: "gpt-4o" })), 400, "invalid_request_error", /^Model Not Exist$/],
    ["an unknown path", send(withBase({}), "/v1/embeddings"), 404, "invalid_request_error", /./],
    ["OpenAI's developer role", send(withBase({ messages: [{ role: "developer", content: "x" }] })), 400, "invalid_request_error", /unknown variant `developer`/],
    ["a picture", send(withBase({ messages: image })), 400, "invalid_request_error", /unknown variant `image_url`/],
    ["a temperature above 2", send(withBase({ temperature: 3 })), 422, "invalid_request_error", /temperature/],
    ["the reasoner's reasoning in an earlier message", send(withBase({ model: "deepseek-reasoner", messages: turns({ reasoning_content: "Hmm" }) })), 400, "invalid_request_error", /reasoning_content/],
    ["the reasoner's probabilities", send(withBase({ model: "deepseek-reasoner", logprobs: true })), 400, "invalid_request_error", /logprobs/],
    ["a tool call without its reasoning", send(withBase({ model: "deepseek-v4-pro", messages: turns({ tool_calls: [call] }) })), 400, "invalid_request_error", /must be passed back/],
    ["an account without balance", send(withBase({ model: "deepseek-quota-exceeded" })), 402, "unknown_error", /^Insufficient Balance$/],
    ["a rate", send(withBase({ model: "deepseek-rate-limited" })), 429, "rate_limit_error", /./],
  ];
  for (const [what, reply, status, type, message] of refused) {
    it(what, () => {
      const error = parsed(reply).error as JsonObject;
      assert.deepEqual([reply.status, error.type, error.code], [status, type, "invalid_request_error"]);
      assert.match(String(error.message), message);
    });
  }
});

describe("DeepSeek's dialect", () => {
  it("serves the root, /v1 and /beta", () => {
    for (const path of ["/chat/completions", "/v1/chat/completions", "/beta/chat/completions"]) {
      assert.equal(send(withBase({}), path).status, 200, path);
    }
  });

  it("reasons depending on the model and the switch", () => {
    const isReasoning = (fields: JsonObject): boolean => {
      const [{ message }] = parsed(send(withBase(fields))).choices as { message: JsonObject }[];
      return message.reasoning_content !== undefined;
    };
    assert.equal(isReasoning({}), false);
    assert.equal(isReasoning({ model: "deepseek-reasoner" }), true);
    assert.equal(isReasoning({ model: "deepseek-v4-pro" }), true);
    assert.equal(isReasoning({ model: "deepseek-v4-pro", thinking: { type: "disabled" } }), false);
    const thoughtful = turns({ tool_calls: [call], reasoning_content: "Hmm" });
    assert.equal(send(withBase({ model: "deepseek-v4-pro", messages: thoughtful })).status, 200);
  });

  it("limits only with max_tokens", () => {
    const finish = (fields: JsonObject): unknown =>
      (parsed(send(withBase(fields))).choices as JsonObject[])[0].finish_reason;
    assert.equal(finish({ max_tokens: 2 }), "length");
    assert.equal(finish({ max_completion_tokens: 2 }), "stop");
  });

  it("keeps a slow response alive with empty lines and comments", () => {
    const whole = send(withBase({ model: "deepseek-slow" }));
    assert.equal(String(whole.chunks[0]), "\n");
    assert.equal(parsed(whole).object, "chat.completion");
    const streamed = send(withBase({ model: "deepseek-slow", stream: true }));
    assert.equal(String(streamed.chunks[0]), ": keep-alive\n\n");
  });

  it("reports cached tokens", () => {
    const usage = parsed(send(withBase({}))).usage as Record<string, number>;
    assert.equal(usage.prompt_cache_hit_tokens + usage.prompt_cache_miss_tokens, usage.prompt_tokens);
  });
});
