// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dialects } from "./index.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "./types.ts";
import type { JsonObject } from "./wire.ts";

const json: HeaderPair = ["content-type", "application/json"];
const key: HeaderPair = ["authorization", "Bearer sk-fake-for-tests"];
const messages = [{ role: "user", content: "Hello!" }];
const chat = "/v1/chat/completions";
const tool = { type: "function", function: { name: "get_weather" } };
const call = { id: "call_1", type: "function", function: { name: "get_weather", arguments: "{}" } };

const request = (body: unknown, path = chat, more: Partial<ProviderRequest> = {}): ProviderRequest => ({
  ...{ method: "POST", path, authority: "api.openai.com", headers: [key, json] },
  body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  ...more,
});
const send = (body: unknown, path?: string, more?: Partial<ProviderRequest>): ProviderReply =>
  dialects.openai.handle(request(body, path, more));
const errorOf = (reply: ProviderReply): JsonObject =>
  (JSON.parse(Buffer.concat(reply.chunks).toString()) as { error: JsonObject }).error;
const withBase = (fields: JsonObject): JsonObject => ({ model: "gpt-4o", messages, ...fields });
const user = (content: unknown): JsonObject => withBase({ messages: [{ role: "user", content }] });

describe("OpenAI's dialect refuses", () => {
  // prettier-ignore
  const refused: [what: string, reply: ProviderReply, status: number, param: string | null, code: string | null][] = [
    ["no key", send(withBase({}), chat, { headers: [json] }), 401, null, null],
    ["a key of another scheme", send(withBase({}), chat, { headers: [["authorization", "Basic eA=="], json] }), 401, null, null],
    ["an invalid key", send(withBase({}), chat, { headers: [["authorization", "Bearer sk-invalid"], json] }), 401, null, "invalid_api_key"],
    ["an unknown path", send(withBase({}), "/chat/completions"), 404, null, null],
    ["another method", send("", chat, { method: "GET" }), 405, null, "method_not_supported"],
    ["another content type", send(withBase({}), chat, { headers: [key, ["content-type", "text/plain"]] }), 415, null, "unsupported_content_type"],
    ["broken JSON", send("{"), 400, null, null],
    ["a JSON list", send("[]"), 400, null, null],
    ["no model", send({ messages }), 400, null, null],
    ["a model that is a number", send({ model: 4, messages }), 400, "model", "invalid_type"],
    ["an unknown model", send(withBase({ model: "qwen-plus" })), 404, null, "model_not_found"],
    ["an embedding model in a chat", send(withBase({ model: "text-embedding-3-small" })), 404, "model", null],
    ["no messages", send({ model: "gpt-4o" }), 400, "messages", "missing_required_parameter"],
    ["messages as a string", send(withBase({ messages: "hi" })), 400, "messages", "invalid_type"],
    ["an empty list of messages", send(withBase({ messages: [] })), 400, "messages", "empty_array"],
    ["an unknown role", send(withBase({ messages: [{ role: "bot", content: "x" }] })), 400, "messages[0].role", "invalid_value"],
    ["a user message without content", send(user(undefined)), 400, "messages[0].content", "invalid_type"],
    ["DashScope's content parts", send(user([{ text: "x" }])), 400, "messages[0].content[0].type", "missing_required_parameter"],
    ["an image that is a plain string", send(user([{ type: "image_url", image_url: "https://x" }])), 400, "messages[0].content[0].image_url", "invalid_type"],
    ["an unanswered tool call", send(withBase({ messages: [...messages, { role: "assistant", tool_calls: [call] }, ...messages] })), 400, "messages", null],
    ["a result without a call", send(withBase({ messages: [{ role: "tool", tool_call_id: "call_1", content: "x" }] })), 400, "messages.[0].role", null],
    ["an unknown field", send(withBase({ enable_thinking: true })), 400, null, null],
    ["DashScope's body", send({ model: "gpt-4o", input: { messages } }), 400, null, null],
    ["a temperature that is a string", send(withBase({ temperature: "1" })), 400, "temperature", "invalid_type"],
    ["a temperature above 2", send(withBase({ temperature: 3 })), 400, "temperature", "decimal_above_max_value"],
    ["max_tokens of a reasoning model", send(withBase({ model: "o3-mini", max_tokens: 5 })), 400, "max_tokens", "unsupported_parameter"],
    ["max_tokens of 0", send(withBase({ max_tokens: 0 })), 400, "max_tokens", "integer_below_min_value"],
    ["stream_options without stream", send(withBase({ stream_options: {} })), 400, "stream_options", null],
    ["tool_choice without tools", send(withBase({ tool_choice: "auto" })), 400, "tool_choice", null],
    ["a tool without a function", send(withBase({ tools: [{ type: "function", name: "x" }] })), 400, "tools[0].function", "missing_required_parameter"],
    ["a schema without a name", send(withBase({ response_format: { type: "json_schema", json_schema: {} } })), 400, "response_format.json_schema.name", "missing_required_parameter"],
    ["embeddings without input", send({ model: "text-embedding-3-small" }, "/v1/embeddings"), 400, "input", "missing_required_parameter"],
    ["a legacy completion without a prompt", send({ model: "davinci-002" }, "/v1/completions"), 400, "prompt", "missing_required_parameter"],
    ["an unknown model in the list", send("", "/v1/models/nope", { method: "GET" }), 404, null, "model_not_found"],
  ];
  for (const [what, reply, status, param, code] of refused) {
    it(what, () => {
      const error = errorOf(reply);
      assert.deepEqual([reply.status, error.param, error.code], [status, param, code], String(error.message));
      assert.equal(error.type, "invalid_request_error");
    });
  }
});

describe("OpenAI's dialect", () => {
  it("names an unknown field, unless it is configured to accept it", () => {
    const body = withBase({ top_k: 5 });
    assert.equal(errorOf(send(body)).message, "Unrecognized request argument supplied: top_k");
    assert.equal(dialects["openai-compatible"].handle(request(body)).status, 200);
  });

  it("shows only parts of a key", () => {
    const reply = send(withBase({}), chat, { headers: [["authorization", "Bearer sk-abcdefgh-invalid-wxyz"], json] });
    assert.doesNotMatch(String(errorOf(reply).message), /invalid/);
  });

  it("returns several choices, and a forced tool", () => {
    const body = withBase({
      n: 2,
      tools: [tool],
      tool_choice: { type: "function", function: { name: "get_weather" } },
    });
    const { choices } = JSON.parse(String(send(body).chunks[0])) as { choices: JsonObject[] };
    // prettier-ignore
    assert.deepEqual(choices.map(({ index, finish_reason }) => [index, finish_reason]), [[0, "tool_calls"], [1, "tool_calls"]]);
  });

  it("has the APIs that a gateway forwards unread", () => {
    const list = send("", "/v1/files?limit=2", { method: "GET" });
    assert.deepEqual(JSON.parse(String(list.chunks[0])), { object: "list", data: [], has_more: false });
    assert.equal(send("", "/v1/files/file-1", { method: "GET" }).status, 404);
    assert.equal(send({ model: "gpt-4o" }, "/v1/responses").status, 400);
    const response = JSON.parse(
      String(send({ model: "gpt-4o", input: "Hi" }, "/v1/responses").chunks[0]),
    ) as JsonObject;
    assert.equal(response.object, "response");
    const streamed = send({ model: "gpt-4o", input: "Hi", stream: true }, "/v1/responses");
    assert.match(String(streamed.chunks.at(-1)), /^event: response\.completed\n/);
    const speech = send({ model: "tts-1", input: "Hi", voice: "alloy" }, "/v1/audio/speech");
    assert.equal(Buffer.concat(speech.chunks)[255], 255);
  });

  it("reads forms, byte for byte", () => {
    const lines = ["--x", 'content-disposition: form-data; name="purpose"', "", "batch"];
    const file = [
      "--x",
      'content-disposition: form-data; name="file"; filename="a.jsonl"',
      "",
      "\u0000ÿ\r\n--",
      "--x--",
      "",
    ];
    const upload = (text: string, type = "multipart/form-data; boundary=x"): ProviderReply =>
      dialects.openai.handle({
        ...request("", "/v1/files"),
        headers: [key, ["content-type", type]],
        body: Buffer.from(text, "latin1"),
      });
    const body = [...lines, ...file].join("\r\n");
    const { bytes, filename } = JSON.parse(String(upload(body).chunks[0])) as JsonObject;
    assert.deepEqual([bytes, filename], [6, "a.jsonl"]);
    assert.equal(upload(body.slice(0, -6)).status, 400);
    assert.equal(upload(body, "application/json").status, 400);
    assert.equal(errorOf(upload([...lines, "--x--", ""].join("\r\n"))).param, "file");
  });

  it("fails as the model name selects", () => {
    const of = (fault: string, stream = false) => send(withBase({ model: `gpt-${fault}`, stream }));
    const limited = of("rate-limited");
    assert.equal(limited.status, 429);
    assert.ok(limited.headers.some(([name, value]) => name === "retry-after" && value === "20"));
    assert.equal(errorOf(of("quota-exceeded")).code, "insufficient_quota");
    assert.equal(of("server-error", true).status, 500);
    assert.equal(of("overloaded").status, 503);
    assert.match(String(of("html-error").chunks[0]), /^<html>/);
    assert.deepEqual(of("empty-error").chunks, []);
    assert.equal(of("cut", true).end, "cut");
    assert.equal(of("hang", true).end, "hang");
    assert.equal(of("refused").end, "refuse");
    assert.ok(of("gzip").headers.some(([name, value]) => name === "content-encoding" && value === "gzip"));
    assert.match(String(of("crlf", true).chunks[0]), /\r\n\r\n$/);
    assert.ok(of("dribble", true).chunks.every(({ length }) => length === 1));
    const broken = of("stream-error", true);
    assert.equal(broken.chunks.length, 3);
    assert.match(String(broken.chunks[2]), /^data: \{"error":/);
  });
});
