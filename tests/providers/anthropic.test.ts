// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dialects } from "./index.ts";
import type { HeaderPair, ProviderReply } from "./types.ts";
import type { JsonObject } from "./wire.ts";

const json: HeaderPair = ["content-type", "application/json"];
const key: HeaderPair = ["x-api-key", "sk-fake-for-tests"];
const messages = [{ role: "user", content: "Hello!" }];
const base = { model: "qwen-plus", max_tokens: 100, messages };

const send = (body: unknown, headers = [key, json], dialect = "dashscope", prefix = "/apps/anthropic"): ProviderReply =>
  dialects[dialect].handle({
    ...{ method: "POST", path: `${prefix}/v1/messages`, authority: "dashscope.aliyuncs.com", headers },
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  });
const toDeepSeek = (body: unknown, headers?: HeaderPair[]): ProviderReply =>
  send(body, headers, "deepseek", "/anthropic");
const parsed = (reply: ProviderReply): JsonObject => JSON.parse(Buffer.concat(reply.chunks).toString()) as JsonObject;
const user = (content: unknown): JsonObject => ({ ...base, messages: [{ role: "user", content }] });
const used = { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "get_weather", input: {} }] };
const result = { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "18 ℃" }] };

describe("the Messages API refuses", () => {
  // prettier-ignore
  const refused: [what: string, reply: ProviderReply, status: number, type: string, message: RegExp][] = [
    ["no key", send(base, [json]), 401, "authentication_error", /x-api-key/],
    ["an invalid key", send(base, [["x-api-key", "sk-invalid"], json]), 401, "authentication_error", /x-api-key/],
    ["broken JSON", send("{"), 400, "invalid_request_error", /JSON/],
    ["no model", send({ ...base, model: undefined }), 400, "invalid_request_error", /^model: /],
    ["an unknown model", send({ ...base, model: "claude-x" }), 404, "not_found_error", /^model: claude-x$/],
    ["no limit", send({ ...base, max_tokens: undefined }), 400, "invalid_request_error", /^max_tokens: Field required$/],
    ["no messages", send({ ...base, messages: [] }), 400, "invalid_request_error", /^messages: /],
    ["OpenAI's fields", send({ ...base, stream_options: {} }), 400, "invalid_request_error", /^stream_options: Extra/],
    ["OpenAI's system message", send({ ...base, messages: [{ role: "system", content: "x" }] }), 400, "invalid_request_error", /Unexpected role "system"/],
    ["OpenAI's image part", send(user([{ type: "image_url", image_url: { url: "https://x" } }])), 400, "invalid_request_error", /^messages\.0\.content\.0: Input tag 'image_url'/],
    ["OpenAI's tool", send({ ...base, tools: [{ type: "function", function: { name: "x" } }] }), 400, "invalid_request_error", /^tools\.0\.name/],
    ["OpenAI's tool choice", send({ ...base, tool_choice: "auto" }), 400, "invalid_request_error", /^tool_choice/],
    ["a text block without a text", send(user([{ type: "text" }])), 400, "invalid_request_error", /^messages\.0\.content\.0\.text\.text: Field required/],
    ["a tool call without a result", send({ ...base, messages: [...messages, used, ...messages] }), 400, "invalid_request_error", /toolu_1/],
    ["a result of no use", send({ ...base, messages: [...messages, { role: "assistant", content: "Hi" }, result] }), 400, "invalid_request_error", /unexpected `tool_use_id`/],
  ];
  for (const [what, reply, status, type, message] of refused) {
    it(what, () => {
      const body = parsed(reply);
      const error = body.error as JsonObject;
      assert.deepEqual([reply.status, body.type, error.type], [status, "error", type], String(error.message));
      assert.match(String(error.message), message);
    });
  }
});

describe("the Messages API", () => {
  it("streams named events in their order", () => {
    const reply = send({ ...base, stream: true });
    const names = reply.chunks.map((chunk) => /^event: (\w+)\ndata: \{"type":"\1"/.exec(String(chunk))?.[1]);
    assert.deepEqual(names.slice(0, 3), ["message_start", "ping", "content_block_start"]);
    assert.deepEqual(names.slice(-3), ["content_block_stop", "message_delta", "message_stop"]);
  });

  it("cuts the text at the limit", () => {
    assert.equal(parsed(send({ ...base, max_tokens: 2 })).stop_reason, "max_tokens");
  });

  it("of DeepSeek accepts any model, and sends errors in DeepSeek's shape", () => {
    assert.equal(parsed(toDeepSeek({ ...base, model: "claude-sonnet" })).model, "deepseek-chat");
    const wrongKey = parsed(toDeepSeek(base, [["x-api-key", "sk-invalid-1234"], json])).error as JsonObject;
    assert.equal(wrongKey.message, "Authentication Fails, Your api key: ****1234 is invalid");
    assert.equal(wrongKey.code, "invalid_request_error");
    assert.equal(
      toDeepSeek({ ...base, model: "deepseek-chat" }, [["authorization", "Bearer sk-fake"], json]).status,
      200,
    );
  });
});
