// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dialects } from "./index.ts";
import type { HeaderPair, ProviderReply } from "./types.ts";
import type { JsonObject } from "./wire.ts";

const json: HeaderPair = ["content-type", "application/json"];
const messages = [{ role: "user", content: "Hello!" }];
const tools = [{ type: "function", function: { name: "get_weather" } }];

const send = (dialect: string, body: unknown, path = "/v1/chat/completions", headers = [json]): ProviderReply =>
  dialects[dialect].handle({
    ...{ method: "POST", path, authority: "models.internal:8000", headers },
    body: Buffer.from(JSON.stringify(body)),
  });
const parsed = (reply: ProviderReply): JsonObject => JSON.parse(Buffer.concat(reply.chunks).toString()) as JsonObject;
const picture = (url: string): JsonObject[] => [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }];

describe("vLLM's dialect", () => {
  it("needs no API key, but refuses a wrong one", () => {
    const body = { model: "qwq-32b", messages };
    assert.equal(send("vllm", body).status, 200);
    const refused = send("vllm", body, undefined, [json, ["authorization", "Bearer sk-invalid"]]);
    assert.deepEqual([refused.status, parsed(refused)], [401, { error: "Unauthorized" }]);
  });

  it("accepts unknown fields", () => {
    const fields = { top_k: 5, guided_json: {}, nonsense: true };
    assert.equal(send("vllm", { model: "qwq-32b", messages, ...fields }).status, 200);
  });

  it("refuses with the status as the code", () => {
    const missing = send("vllm", { model: "nope", messages });
    assert.deepEqual(parsed(missing).error, {
      ...{ message: "The model `nope` does not exist.", type: "NotFoundError", param: "model", code: 404 },
    });
    const broken = parsed(send("vllm", { model: "qwq-32b" })).error as JsonObject;
    assert.deepEqual([broken.type, broken.code], ["BadRequestError", 400]);
    assert.deepEqual(parsed(send("vllm", {}, "/chat/completions")), { detail: "Not Found" });
  });

  it("ranks documents below any version", () => {
    const body = { model: "BAAI/bge-reranker-base", query: "capital of France", documents: ["Rome", "the capital"] };
    for (const path of ["/rerank", "/v1/rerank", "/v2/rerank"]) {
      const { results } = parsed(send("vllm", body, path)) as { results: JsonObject[] };
      assert.deepEqual(
        results.map(({ index }) => index),
        [1, 0],
        path,
      );
    }
    assert.equal(send("vllm", { model: "BAAI/bge-reranker-base" }, "/v1/rerank").status, 400);
  });
});

describe("Ollama's dialect", () => {
  const model = "llama3.2";

  it("ignores API keys, several choices and max_completion_tokens", () => {
    const body = { model, messages, n: 3, max_completion_tokens: 2 };
    const { choices } = parsed(send("ollama", body, undefined, [json, ["authorization", "Bearer sk-invalid"]]));
    assert.equal((choices as JsonObject[]).length, 1);
    assert.equal((choices as JsonObject[])[0].finish_reason, "stop");
    const limited = parsed(send("ollama", { model, messages, max_tokens: 2 })).choices as JsonObject[];
    assert.equal(limited[0].finish_reason, "length");
  });

  it("refuses in OpenAI's shape, except paths", () => {
    const error = parsed(send("ollama", { model: "nope", messages })).error as JsonObject;
    assert.deepEqual([error.type, error.code, error.message], ["not_found_error", null, "model 'nope' not found"]);
    const noPath = send("ollama", { model, messages }, "/v1/images/generations");
    assert.deepEqual([noPath.status, String(noPath.chunks[0])], [404, "404 page not found"]);
  });

  it("accepts images only inside the request", () => {
    assert.equal(send("ollama", { model, messages: picture("https://example.com/a.png") }).status, 400);
    assert.equal(send("ollama", { model, messages: picture("data:image/png;base64,iVBORw0=") }).status, 200);
  });

  it("streams the role with every chunk, and a tool call whole", () => {
    const asked = [{ role: "user", content: "What is the weather in 杭州 and 上海?" }];
    const reply = send("ollama", { model, messages: asked, tools, stream: true });
    const chunks = reply.chunks.slice(0, -1).map((chunk) => JSON.parse(String(chunk).slice(6)) as JsonObject);
    const deltas = chunks.map(({ choices }) => (choices as { delta: JsonObject }[])[0].delta);
    assert.ok(deltas.every(({ role }) => role === "assistant"));
    const calls = deltas.flatMap(({ tool_calls }) => (tool_calls ?? []) as { function: { arguments: string } }[]);
    assert.deepEqual(
      calls.map((call) => JSON.parse(call.function.arguments) as unknown),
      [{ location: "杭州市" }, { location: "上海市" }],
    );
  });
});
