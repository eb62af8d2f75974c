// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fixturesOf } from "../fixtures/expectations.ts";
import { dialects } from "../providers/index.ts";
import { type RunningServer, serve } from "../providers/server.ts";
import { outputFor } from "../providers/scenarios.ts";
import { headerOf, type JsonObject, parseObject } from "../providers/wire.ts";
import { conversations } from "./conversations.ts";
import {
  assertSameRequest,
  callDashScopeSdk,
  dashscopeSdkRequest,
  dashscopeSdkRequests,
  type SdkCall,
  type SdkResponse,
} from "./dashscope-sdk.ts";

type Choice = { finish_reason: string; message: JsonObject & { tool_calls?: JsonObject[] } };

const key = "sk-fake-for-tests";
const spoken = (text: string) =>
  outputFor({
    ...{
      lastRole: "user",
      lastText: text,
      tools: [],
      toolChoice: "auto",
      images: 0,
      thinking: false,
      wantsJson: false,
    },
  }).content.join("");
const named = (name: string): SdkCall => conversations.find((conversation) => conversation.name === name)!.dashScope;
const withArguments = (name: string, extra: JsonObject): SdkCall => {
  const call = named(name);
  return { ...call, arguments: { ...call.arguments, ...extra } };
};
const choiceOf = (response: SdkResponse): Choice => (response.output!.choices as Choice[])[0];
const contentOf = (response: SdkResponse): string => {
  const { content } = choiceOf(response).message;
  return typeof content === "string" ? content : (content as JsonObject[]).map(({ text }) => text).join("");
};

describe("the official DashScope client with the mock provider", () => {
  let server: RunningServer;
  const all: Record<string, SdkResponse[]> = {};
  const calls: Record<string, SdkCall> = {
    ...Object.fromEntries(conversations.map(({ name, dashScope }) => [name, dashScope])),
    // Without the parameter the text is accumulated; with `false` the client would accumulate it itself.
    "text accumulated": withArguments("text streamed", { incremental_output: undefined }),
    "tools accumulated": withArguments("tools streamed", { incremental_output: undefined }),
    "vision accumulated": withArguments("vision streamed", { incremental_output: undefined }),
    "merged by the client": withArguments("tools streamed", { incremental_output: false }),
    "prompt format": withArguments("text", { result_format: "text" }),
    search: withArguments("text", { enable_search: true, search_options: { enable_source: true } }),
    rerank: {
      api: "TextReRank",
      arguments: {
        model: "gte-rerank-v2",
        query: "什么是文本排序模型",
        documents: ["量子计算", "文本排序模型用于搜索引擎", "文本"],
        top_n: 2,
        return_documents: true,
      },
    },
    "wrong key": { ...named("text"), key: "sk-invalid-for-tests" },
    "no such model": withArguments("text", { model: "nonsense-1" }),
    "rate limit": withArguments("text", { model: "qwen-rate-limited" }),
    "refused as a stream": withArguments("text streamed", { temperature: 2 }),
    "broken stream": withArguments("text streamed", { model: "qwen-stream-error" }),
    "text model on the image endpoint": withArguments("vision", { model: "qwen-plus" }),
  };

  before(async () => {
    server = await serve((request) => dialects.dashscope.handle(request));
    const results = await callDashScopeSdk(`http://127.0.0.1:${server.port}/api/v1`, key, Object.values(calls));
    Object.keys(calls).forEach((name, i) => (all[name] = results[i]));
  });
  after(() => server.close());

  it("reads a text", () => {
    const [response] = all.text;
    assert.equal(response.status_code, 200);
    assert.equal(contentOf(response), spoken("Hello! 你好 👋"));
    assert.equal(choiceOf(response).finish_reason, "stop");
    const usage = response.usage as Record<string, number>;
    assert.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
  });

  it("reads the older text format", () => {
    assert.equal(all["prompt format"][0].output!.text, spoken("Hello! 你好 👋"));
  });

  it("reads increments that join to the text", () => {
    const responses = all["text streamed"];
    assert.ok(responses.length > 5);
    assert.equal(responses.map(contentOf).join(""), contentOf(all.text[0]));
    assert.deepEqual([...new Set(responses.slice(0, -1).map((r) => choiceOf(r).finish_reason))], ["null"]);
    assert.equal(choiceOf(responses.at(-1)!).finish_reason, "stop");
    assert.deepEqual(responses.at(-1)!.usage, all.text[0].usage);
  });

  it("reads accumulated text: each event begins with the one before", () => {
    for (const name of ["text accumulated", "vision accumulated"]) {
      const texts = all[name].map(contentOf);
      texts.slice(1).forEach((text, i) => assert.ok(text.startsWith(texts[i])));
      assert.equal(texts.at(-1), contentOf(all[name.split(" ")[0]][0]));
    }
  });

  it("reads tool calls, whole, in increments, accumulated and merged by the client itself", () => {
    const whole = choiceOf(all.tools[0]).message.tool_calls!;
    assert.deepEqual(
      whole.map((call) => (call.function as JsonObject).arguments),
      ['{"location": "杭州市"}', '{"location": "上海市"}'],
    );
    assert.equal(choiceOf(all.tools[0]).finish_reason, "tool_calls");
    for (const name of ["tools accumulated", "merged by the client"]) {
      const last = all[name].at(-1)!;
      assert.deepEqual(choiceOf(last).message.tool_calls, whole, name);
      assert.equal(choiceOf(last).finish_reason, "tool_calls");
    }
    const increments = all["tools streamed"].flatMap((r) => choiceOf(r).message.tool_calls ?? []);
    assert.deepEqual(
      [0, 1].map((index) =>
        increments
          .filter((call) => call.index === index)
          .map((call) => (call.function as JsonObject).arguments)
          .join(""),
      ),
      whole.map((call) => (call.function as JsonObject).arguments),
    );
  });

  it("reads the response to a tool result", () => {
    assert.match(contentOf(all["tool result"][0]), /18 ℃/);
  });

  it("reads reasoning before the text", () => {
    const messages = all["reasoning streamed"].map((r) => choiceOf(r).message);
    const firstText = messages.findIndex(({ content }) => content !== "");
    assert.ok(firstText > 3);
    assert.ok(messages.slice(0, firstText).every(({ reasoning_content }) => reasoning_content !== ""));
    assert.match(messages.map(({ content }) => content).join(""), /Qwen/);
  });

  it("reads the description of an image", () => {
    assert.match(contentOf(all.vision[0]), /海滩/);
    assert.equal(all["vision streamed"].map(contentOf).join(""), contentOf(all.vision[0]));
    assert.equal((all.vision[0].usage as JsonObject).image_tokens, 1247);
  });

  it("reads the sources of a search", () => {
    const info = all.search[0].output!.search_info as { search_results: JsonObject[] };
    assert.deepEqual(
      info.search_results.map(({ index }) => index),
      [1, 2],
    );
  });

  it("reads embeddings in their order", () => {
    const rows = all.embeddings[0].output!.embeddings as { text_index: number; embedding: number[] }[];
    assert.deepEqual(
      rows.map((row) => [row.text_index, row.embedding.length]),
      [
        [0, 1024],
        [1, 1024],
      ],
    );
    const [short] = all["embeddings with a dimension"][0].output!.embeddings as { embedding: number[] }[];
    assert.equal(short.embedding.length, 512);
  });

  it("reads documents in the order of their relevance", () => {
    const results = all.rerank[0].output!.results as { index: number; document: JsonObject; relevance_score: number }[];
    assert.deepEqual(
      results.map(({ index, document }) => [index, document.text]),
      [
        [1, "文本排序模型用于搜索引擎"],
        [2, "文本"],
      ],
    );
    assert.ok(results[0].relevance_score > results[1].relevance_score);
  });

  it("reads errors", () => {
    const seen = (name: string) => all[name].map(({ status_code, code }) => [status_code, code]);
    assert.deepEqual(seen("wrong key"), [[401, "InvalidApiKey"]]);
    assert.equal(all["no such model"][0].message, "Model not exist.");
    assert.deepEqual(seen("rate limit"), [[429, "Throttling.RateQuota"]]);
    assert.deepEqual(seen("refused as a stream"), [[400, "InvalidParameter"]]);
    assert.deepEqual(seen("text model on the image endpoint"), [[400, "InvalidParameter"]]);
    assert.equal(all["broken stream"].at(-1)!.code, "InternalError.Algo");
    assert.equal(all["broken stream"].length, 3);
  });

  it("sends accepted requests for every conversation", () => {
    for (const { name } of conversations) {
      assert.ok(
        all[name].every(({ status_code }) => status_code === 200),
        name,
      );
    }
  });

  it("sends what the mock recorded", async () => {
    const request = await dashscopeSdkRequest(named("tools streamed"));
    assert.equal(request.path, "/api/v1/services/aigc/text-generation/generation");
    assert.equal(headerOf(request, "x-dashscope-sse"), "enable");
    const body = parseObject(request.body)!;
    assert.deepEqual(Object.keys(body.parameters as JsonObject).sort(), [
      "incremental_output",
      "result_format",
      "tools",
    ]);
    assertSameRequest(request, request);
    assert.throws(() => assertSameRequest({ ...request, body: Buffer.from("{}") }, request));
  });

  it("sends exactly the requests that the fixtures expect", async () => {
    const cases = ["chat", "embeddings"].flatMap((api) => fixturesOf("qwen", api).filter(({ request }) => request));
    const sent = await dashscopeSdkRequests(cases.map(({ client, request }) => sdkCallFor(client, request!)));
    cases.forEach(({ name, request }, i) => assert.deepEqual(parseObject(sent[i].body), request, name));
  });
});

/** The call whose request must be `request`: the same messages or texts, the parameters as keyword arguments. */
function sdkCallFor(client: JsonObject, request: JsonObject): SdkCall {
  const { messages, texts } = request.input as JsonObject;
  const extra = { model: request.model, ...(request.parameters as JsonObject) };
  if (texts) return { api: "TextEmbedding", arguments: { ...extra, input: texts } };
  const api = /^(qwen-vl|qvq)/.test(String(request.model)) ? "MultiModalConversation" : "Generation";
  return { api, arguments: { ...extra, messages, ...(client.stream === true ? { stream: true } : {}) } };
}
