// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dialects } from "./index.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "./types.ts";
import type { JsonObject } from "./wire.ts";

const json: HeaderPair = ["content-type", "application/json"];
const key: HeaderPair = ["authorization", "Bearer sk-fake-for-tests"];
const events: HeaderPair = ["x-dashscope-sse", "enable"];
const messages = [{ role: "user", content: "Hello!" }];
const text = "/api/v1/services/aigc/text-generation/generation";
const multimodal = "/api/v1/services/aigc/multimodal-generation/generation";
const embedding = "/api/v1/services/embeddings/text-embedding/text-embedding";
const tools = [{ type: "function", function: { name: "get_weather" } }];
const message = { result_format: "message" };

const send = (body: unknown, path = text, headers = [key, json], method = "POST"): ProviderReply => {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const request: ProviderRequest = { method, path, authority: "dashscope.aliyuncs.com", headers, body: bytes };
  return dialects.dashscope.handle(request);
};
const body = (parameters: JsonObject, list: unknown = messages, model = "qwen-plus"): JsonObject => ({
  model,
  input: { messages: list },
  parameters,
});
const parsed = (reply: ProviderReply): JsonObject => JSON.parse(Buffer.concat(reply.chunks).toString()) as JsonObject;
const image = (url: unknown) => [{ role: "user", content: [{ image: url }, { text: "?" }] }];
const asked = (content: unknown) => [{ role: "user", content }];

describe("DashScope's native dialect refuses", () => {
  // prettier-ignore
  const refused: [what: string, reply: ProviderReply, status: number, code: string, text: RegExp][] = [
    ["no key", send(body({}), text, [json]), 401, "InvalidApiKey", /^No API-key/],
    ["an invalid key", send(body({}), text, [["authorization", "Bearer sk-invalid"], json]), 401, "InvalidApiKey", /^Invalid/],
    ["an unknown path", send(body({}), "/api/v1/nothing"), 404, "NotFound", /./],
    ["OpenAI's path", send(body({}), "/v1/chat/completions"), 404, "NotFound", /./],
    ["another method", send("", text, [key, json], "GET"), 400, "InvalidParameter", /'GET'/],
    ["broken JSON", send("{"), 400, "InvalidParameter", /^Required body invalid/],
    ["no model", send({ input: { messages } }), 400, "BadRequest.EmptyModel", /model/],
    ["OpenAI's model", send(body({}, messages, "gpt-4o")), 400, "InvalidParameter", /^Model not exist/],
    ["OpenAI's body", send({ model: "qwen-plus", messages }), 400, "InvalidParameter", /^Either "prompt" or "messages"/],
    ["stream beside the input", send({ ...body({}), stream: true }), 400, "InvalidParameter", /stream/],
    ["an unknown parameter", send(body({ frequency_penalty: 1 })), 400, "InvalidParameter", /parameters\.frequency_penalty/],
    ["a max_completion_tokens of 0", send(body({ max_completion_tokens: 0 })), 400, "InvalidParameter", /max_completion_tokens/],
    ["a temperature of 2", send(body({ temperature: 2 })), 400, "InvalidParameter", /^Temperature/],
    ["a top_p of 0", send(body({ top_p: 0 })), 400, "InvalidParameter", /top_p/],
    ["five choices", send(body({ n: 5 })), 400, "InvalidParameter", /Range of n/],
    ["OpenAI's tool_choice", send(body({ ...message, tools, tool_choice: "required" })), 400, "InvalidParameter", /^tool_choice/],
    ["tools without messages in the response", send(body({ tools })), 400, "InvalidParameter", /result_format/],
    ["OpenAI's developer role", send(body({}, [{ role: "developer", content: "x" }])), 400, "InvalidParameter", /^Role must/],
    ["an empty question", send(body({}, asked(""))), 400, "InvalidParameter", /^Role must/],
    ["content null", send(body({}, asked(null))), 400, "InvalidParameter", /required field/],
    ["parts for a text model", send(body({}, asked([{ text: "x" }]))), 400, "InvalidParameter", /must be a string/],
    ["a result without a call", send(body({}, [...messages, { role: "tool", content: "x" }])), 400, "InvalidParameter", /preceeding/],
    ["a text model on the image endpoint", send(body({}), multimodal), 400, "InvalidParameter", /^url error/],
    ["an image model on the text endpoint", send(body({}, image("https://x"), "qwen-vl-max")), 400, "InvalidParameter", /^url error/],
    ["OpenAI's image part", send(body({}, asked([{ type: "image_url", image_url: { url: "https://x" } }]), "qwen-vl-max"), multimodal), 400, "InvalidParameter", /certain modal/],
    ["an image that is no URL", send(body({}, image("beach.png"), "qwen-vl-max"), multimodal), 400, "InvalidParameter", /URL/],
    ["thinking without messages", send(body({ enable_thinking: true })), 400, "InvalidParameter", /result_format/],
    ["a thinking-only model that does not stream", send(body({}, messages, "qwq-plus")), 400, "InvalidParameter", /stream mode/],
    ["JSON mode without the word", send(body({ response_format: { type: "json_object" } })), 400, "InvalidParameter", /'json'/],
    ["embeddings of OpenAI's shape", send({ model: "text-embedding-v3", input: ["a"] }, embedding), 400, "InvalidParameter", /./],
    ["eleven texts", send({ model: "text-embedding-v3", input: { texts: Array(11).fill("a") } }, embedding), 400, "InvalidParameter", /larger than 10/],
  ];
  for (const [what, reply, status, code, words] of refused) {
    it(what, () => {
      const error = parsed(reply);
      assert.deepEqual([reply.status, error.code], [status, code], String(error.message));
      assert.match(String(error.message), words);
      assert.match(String(error.request_id), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    });
  }
});

describe("DashScope's native dialect", () => {
  it("writes events in DashScope's form, without [DONE]", () => {
    const reply = send(body({ ...message, incremental_output: true }), text, [key, json, events]);
    assert.match(String(reply.chunks[0]), /^id:1\nevent:result\n:HTTP_STATUS\/200\ndata:\{"output":\{"choices":\[/);
    assert.ok(reply.chunks.every((chunk) => /"finish_reason":"(null|stop)"/.test(String(chunk))));
    assert.doesNotMatch(Buffer.concat(reply.chunks).toString(), /\[DONE\]/);
  });

  it("streams on `accept: text/event-stream` too", () => {
    assert.ok(send(body(message), text, [key, json, ["accept", "text/event-stream"]]).chunks.length > 1);
  });

  it("sends the error of a streaming request as an event", () => {
    const reply = send(body({ temperature: 2 }), text, [key, json, events]);
    assert.equal(reply.status, 400);
    assert.match(String(reply.chunks[0]), /^id:1\nevent:error\n:HTTP_STATUS\/400\ndata:\{"code":"InvalidParameter"/);
  });

  it("requires increments for a reasoning model", () => {
    const thinking = { ...message, enable_thinking: true };
    assert.equal(send(body(thinking), text, [key, json, events]).status, 400);
    assert.equal(send(body({ ...thinking, incremental_output: true }), text, [key, json, events]).status, 200);
  });

  it("ends a stream with an error event", () => {
    const later = send(body(message, messages, "qwen-stream-error"), text, [key, json, events]);
    assert.equal(later.chunks.length, 3);
    assert.match(String(later.chunks[2]), /^id:3\nevent:error\n:HTTP_STATUS\/500\n/);
    const first = send(body(message, messages, "qwen-stream-refused"), text, [key, json, events]);
    assert.match(String(first.chunks[0]), /^id:1\nevent:error\n:HTTP_STATUS\/429\n/);
  });

  it("has OpenAI's API below /compatible-mode, with DashScope's request_id beside the error", () => {
    const path = "/compatible-mode/v1/chat/completions";
    assert.equal(parsed(send({ model: "qwen-plus", messages, enable_search: true }, path)).object, "chat.completion");
    const refused = parsed(send({ model: "qwen-plus" }, path));
    assert.equal((refused.error as JsonObject).param, "messages");
    assert.equal(typeof refused.request_id, "string");
  });
});
