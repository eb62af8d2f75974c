// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import OpenAI from "openai";
import { runPython } from "./python.ts";

type Request = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, "stream">;
type Input = OpenAI.Responses.ResponseInputItem[];

/** The features of a provider that is asked for chats. */
export interface ResponsesTarget {
  key: string;
  model: string;
  /** A model that reasons; absent if there is none. */
  thinkingModel?: string;
  /** A model that accepts images; absent if there is none. */
  visionModel?: string;
  /** The prefix of the names of failing models. */
  family: string;
}

const WEATHER = "What is the weather in 杭州 and 上海?";
const parameters = { type: "object", properties: { location: { type: "string" } }, required: ["location"] };
const tool: OpenAI.Responses.FunctionTool = {
  type: "function",
  name: "get_current_weather",
  description: "The weather of a city",
  parameters,
  strict: false,
};

/** The use of Responses with the official Node and Python clients by an application. */
export function responsesClientSuite(title: string, target: ResponsesTarget, baseUrl: () => string): void {
  const base = { model: target.model, store: false };
  describe(`${title}: Responses with the official OpenAI Node client`, () => {
    let client: OpenAI;
    before(() => {
      client = new OpenAI({ baseURL: baseUrl(), apiKey: target.key, maxRetries: 0 });
    });

    it("gets a response, and streams the same", async () => {
      const request: Request = { ...base, instructions: "Be brief.", input: "Hello!", metadata: { a: "b" } };
      const whole = await client.responses.create(request);
      assert.equal(whole.status, "completed");
      assert.match(whole.output_text, /👩‍💻\n"quoted\\path"$/);
      assert.deepEqual(whole.metadata, { a: "b" });
      const { input_tokens, output_tokens, total_tokens } = whole.usage!;
      assert.ok(input_tokens > 0 && output_tokens > 0);
      assert.equal(total_tokens, input_tokens + output_tokens);
      const types: string[] = [];
      const stream = client.responses.stream(request).on("event", ({ type }) => types.push(type));
      const streamed = await stream.finalResponse();
      assert.equal(streamed.output_text, whole.output_text);
      assert.deepEqual(streamed.usage, whole.usage);
      assert.deepEqual([types[0], types.at(-1)], ["response.created", "response.completed"]);
    });

    it("uses a tool, streamed and not, and sends its results", async () => {
      const request: Request = { ...base, input: WEATHER, tools: [tool], parallel_tool_calls: true };
      const whole = await client.responses.create(request);
      const calls = whole.output.filter((item) => item.type === "function_call");
      assert.deepEqual(
        calls.map(({ name, arguments: args }) => [name, JSON.parse(args) as unknown]),
        [
          ["get_current_weather", { location: "杭州市" }],
          ["get_current_weather", { location: "上海市" }],
        ],
      );
      const streamed = await client.responses.stream(request).finalResponse();
      assert.deepEqual(callsOf(streamed), callsOf(whole));
      const results = calls.map(({ call_id }) => ({ type: "function_call_output" as const, call_id, output: "18 ℃" }));
      const input: Input = [{ role: "user", content: WEATHER }, ...(whole.output as Input), ...results];
      assert.match((await client.responses.create({ ...request, input })).output_text, /18 ℃/);
    });

    it("calls a custom tool", async () => {
      const tools: OpenAI.Responses.Tool[] = [{ type: "custom", name: "get_current_weather", description: "Any text" }];
      const whole = await client.responses.create({ ...base, input: WEATHER, tools });
      const calls = whole.output.filter((item) => item.type === "custom_tool_call");
      assert.equal(calls.length, 2);
      assert.ok(calls.every(({ name, input }) => name === "get_current_weather" && input.length > 0));
      const results = calls.map(({ call_id }) => ({
        type: "custom_tool_call_output" as const,
        call_id,
        output: "18 ℃",
      }));
      const input: Input = [{ role: "user", content: WEATHER }, ...(whole.output as Input), ...results];
      assert.match((await client.responses.create({ ...base, input, tools })).output_text, /18 ℃/);
    });

    it("reads the reasoning of a model, and sends it back", { skip: !target.thinkingModel }, async () => {
      const request: Request = {
        model: target.thinkingModel!,
        reasoning: { effort: "high", summary: "auto" },
        input: "Hello!",
      };
      const { output, output_text } = await client.responses.stream(request).finalResponse();
      const [first] = output;
      assert.ok(first.type === "reasoning" && /^Hmm, the user is asking/.test(first.summary[0].text));
      assert.match(output_text, /^I am Qwen/);
      const input: Input = [
        { role: "user", content: "Hello!" },
        ...(output as Input),
        { role: "user", content: "Hello!" },
      ];
      assert.equal((await client.responses.create({ ...request, input })).status, "completed");
    });

    it("sends an image, if the models accept images", { skip: !target.visionModel }, async () => {
      const content: OpenAI.Responses.ResponseInputContent[] = [
        { type: "input_image", image_url: "https://example.com/dog_and_girl.jpeg", detail: "auto" },
        { type: "input_text", text: "What is in this picture?" },
      ];
      const response = await client.responses.create({
        model: target.visionModel!,
        input: [{ role: "user", content }],
      });
      assert.match(response.output_text, /海滩/);
    });

    it("raises the right error", async () => {
      const create = (fields: object) => client.responses.create({ ...base, input: "Hello!", ...fields });
      await assert.rejects(create({ input: [] }), OpenAI.BadRequestError);
      await assert.rejects(create({ previous_response_id: "resp_1" }), OpenAI.BadRequestError);
      await assert.rejects(create({ model: `${target.family}-rate-limited` }), OpenAI.RateLimitError);
      await assert.rejects(create({ model: `${target.family}-server-error` }), OpenAI.InternalServerError);
      await assert.rejects(client.responses.retrieve("resp_1"), OpenAI.NotFoundError);
      const broken = client.responses.stream({ ...base, model: `${target.family}-stream-error`, input: "Hello!" });
      const types: string[] = [];
      try {
        await broken.on("event", ({ type }) => types.push(type)).finalResponse();
        assert.equal(types.at(-1), "response.failed");
      } catch (error) {
        // A provider that fails before it says anything.
        assert.ok(error instanceof OpenAI.APIError, String(error));
      }
    });
  });

  it(`${title}: Responses with the official OpenAI Python client`, async () => {
    const request = { ...base, input: WEATHER, tools: [tool] };
    const calls = [
      { api: "responses", arguments: { ...base, input: "Hello!" } },
      { api: "responses.stream", arguments: { ...base, input: "Hello!" } },
      { api: "responses", arguments: request },
      { api: "responses.stream", arguments: request },
      { api: "responses", arguments: { ...base, input: "Hello!", previous_response_id: "resp_1" } },
    ];
    const task = { baseUrl: baseUrl(), key: target.key, calls };
    const [text, streamed, called, calledInStream, refused] = await runPython<any[]>("openai_calls.py", task);
    assert.match(textOf(text.value), /👩‍💻\n"quoted\\path"$/);
    assert.equal(textOf(streamed.value), textOf(text.value));
    assert.equal(streamed.value.status, "completed");
    assert.equal(callsOf(called.value).length, 2);
    assert.deepEqual(callsOf(calledInStream.value), callsOf(called.value));
    assert.equal(refused.error, "BadRequestError");
  });
}

/** The calls with their parsed arguments: a provider that gives an object and streams a text may write blanks in one only. */
const callsOf = (response: OpenAI.Responses.Response): [string, unknown][] =>
  response.output.flatMap((item) => (item.type === "function_call" ? [[item.name, JSON.parse(item.arguments)]] : []));

const textOf = (response: OpenAI.Responses.Response): string =>
  response.output
    .flatMap((item) => (item.type === "message" ? item.content : []))
    .map((part) => (part.type === "output_text" ? part.text : ""))
    .join("");
