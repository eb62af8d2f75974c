// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI, { type APIError, AzureOpenAI } from "openai";
import { openAiPythonTests } from "./openai-python-suite.ts";

/** A running server with OpenAI's API: the mock provider itself, or a gateway before any provider. */
export interface RunningTarget {
  /** Ends with `/v1`. */
  baseUrl: string;
  close(): Promise<void>;
}

/** The features of a server. Tests of features that it lacks are omitted. */
export interface ClientTarget {
  key: string;
  /** Uses the client for Azure, with this version of its API. */
  azureApiVersion?: string;
  chatModel: string;
  /** A model that accepts images by URL; absent if there is none. */
  visionModel?: string;
  /** A model that returns `reasoning_content`; absent if there is none. */
  thinkingModel?: string;
  /** Fields that enable the reasoning of `thinkingModel`; absent if it always reasons. */
  thinkingFields?: Record<string, unknown>;
  /** Absent if the provider has no embeddings. */
  embeddingModel?: string;
  /** A legacy completions model; absent if the provider has none. */
  completionModel?: string;
  /** Whether the provider has a list of models. */
  listsModels: boolean;
  /** Requests that must fail, and the expected error class of the client. */
  failures: Failure[];
  streamQuirks?: StreamQuirks;
}

/** Differences of a provider's streams from OpenAI's. The gateway's streams have none, except in passed-through responses. */
export interface StreamQuirks {
  /** The first chunk has neither choices nor an id. */
  opensWithoutChoices?: boolean;
  /** Every delta has a role. */
  repeatsRole?: boolean;
  /** The usage comes with the finish reason, requested or not, and not in a separate chunk. */
  usageWithFinish?: boolean;
}

/** A chat request that must fail. */
export interface Failure {
  error: "AuthenticationError" | "RateLimitError" | "NotFoundError" | "BadRequestError" | "InternalServerError";
  /** Replaces the target's API key. */
  key?: string;
  /** Replaces the target's chat model. */
  model?: string;
  /** Further fields of the request. */
  fields?: Record<string, unknown>;
  /** The provider's error is not an object. */
  bare?: boolean;
  /** The expected value of `retry-after`. */
  retryAfter?: string;
}

/** The tool of the suite. */
export const weatherTool: OpenAI.ChatCompletionTool = {
  type: "function",
  function: {
    name: "get_current_weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { location: { type: "string" } }, required: ["location"] },
  },
};

/** A question that calls no tool, and one that calls it twice. */
export const hello: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "Hello!" }];
export const weather: OpenAI.ChatCompletionMessageParam[] = [
  { role: "user", content: "What is the weather in 杭州 and 上海?" },
];

/** The use of the official Node and Python clients by an application, with any server of OpenAI's API. */
export function openAiClientSuite(title: string, target: ClientTarget, start: () => Promise<RunningTarget>): void {
  describe(`${title}: the official OpenAI Node client`, () => {
    let server: RunningTarget;
    let client: OpenAI;
    const clientWith = (apiKey: string): OpenAI =>
      target.azureApiVersion === undefined
        ? new OpenAI({ baseURL: server.baseUrl, apiKey, maxRetries: 0 })
        : new AzureOpenAI({
            ...{ endpoint: server.baseUrl, apiVersion: target.azureApiVersion },
            ...{ apiKey, maxRetries: 0 },
          });
    before(async () => {
      server = await start();
      client = clientWith(target.key);
    });
    after(() => server.close());

    it("gets a response", async () => {
      const completion = await client.chat.completions.create({ model: target.chatModel, messages: hello });
      assert.equal(completion.object, "chat.completion");
      assert.ok(Number.isInteger(completion.created));
      const [choice] = completion.choices;
      assert.equal(choice.finish_reason, "stop");
      assert.equal(choice.message.role, "assistant");
      assert.match(choice.message.content!, /👩‍💻\n"quoted\\path"$/);
      const { prompt_tokens, completion_tokens, total_tokens } = completion.usage!;
      assert.ok(prompt_tokens > 0 && completion_tokens > 0);
      assert.equal(total_tokens, prompt_tokens + completion_tokens);
    });

    it("streams the same response, accumulated by the client's helper", async () => {
      const whole = await client.chat.completions.create({ model: target.chatModel, messages: hello });
      const stream = client.chat.completions.stream({
        model: target.chatModel,
        messages: hello,
        stream_options: { include_usage: true },
      });
      const streamed = await stream.finalChatCompletion();
      assert.equal(streamed.choices[0].message.content, whole.choices[0].message.content);
      assert.equal(streamed.choices[0].finish_reason, whole.choices[0].finish_reason);
      assert.deepEqual(tokens(streamed.usage), tokens(whole.usage));
    });

    it("streams chunks as the API reference orders them", async () => {
      const request = { model: target.chatModel, messages: hello, stream: true } as const;
      const quirks = target.streamQuirks ?? {};
      const opening = quirks.opensWithoutChoices ? 1 : 0;
      const all = await collect(await client.chat.completions.create(request));
      assert.ok(all.slice(0, opening).every(({ choices, id }) => choices.length === 0 && id === ""));
      const plain = all.slice(opening);
      assert.ok(plain.length > 5);
      const roles = plain.map(({ choices }) => choices[0].delta.role);
      const more = quirks.repeatsRole ? "assistant" : undefined;
      assert.deepEqual(roles, ["assistant", ...Array<typeof more>(roles.length - 1).fill(more)]);
      const unasked = quirks.usageWithFinish ? plain.slice(0, -1) : plain;
      assert.ok(unasked.every(({ usage }) => usage === undefined || usage === null));
      assert.equal(plain.at(-1)!.choices[0].finish_reason, "stop");
      assert.equal(new Set(plain.map(({ id }) => id)).size, 1);

      const counted = await collect(
        await client.chat.completions.create({ ...request, stream_options: { include_usage: true } }),
      );
      if (!quirks.usageWithFinish) assert.deepEqual(counted.at(-1)!.choices, []);
      assert.ok(counted.at(-1)!.usage!.total_tokens > 0);
      assert.ok(counted.slice(opening, -1).every(({ usage, choices }) => !usage && choices.length === 1));
    });

    it("gets tool calls, whole and streamed", async () => {
      const request = { model: target.chatModel, messages: weather, tools: [weatherTool] };
      const whole = (await client.chat.completions.create(request)).choices[0];
      assert.equal(whole.finish_reason, "tool_calls");
      const seen = callsOf(whole.message.tool_calls);
      assert.deepEqual(seen, [
        ["get_current_weather", { location: "杭州市" }],
        ["get_current_weather", { location: "上海市" }],
      ]);
      assert.ok(whole.message.tool_calls!.every(({ id, type }) => id !== "" && type === "function"));

      const streamed = (await client.chat.completions.stream(request).finalChatCompletion()).choices[0];
      assert.equal(streamed.finish_reason, "tool_calls");
      assert.deepEqual(callsOf(streamed.message.tool_calls), seen);
      assert.ok(streamed.message.tool_calls!.every(({ id }) => id !== ""));
    });

    it("sends a tool's result", async () => {
      const request = { model: target.chatModel, messages: weather, tools: [weatherTool] };
      const { message } = (await client.chat.completions.create(request)).choices[0];
      const results = message.tool_calls!.map(({ id }) => ({
        role: "tool" as const,
        tool_call_id: id,
        content: "18 ℃",
      }));
      const after = await client.chat.completions.create({ ...request, messages: [...weather, message, ...results] });
      assert.match(after.choices[0].message.content!, /18 ℃/);
    });

    if (target.visionModel) {
      it("sends an image", async () => {
        const content: OpenAI.ChatCompletionContentPart[] = [
          { type: "text", text: "What is in this picture?" },
          { type: "image_url", image_url: { url: "https://example.com/dog_and_girl.jpeg" } },
        ];
        const request = { model: target.visionModel!, messages: [{ role: "user" as const, content }] };
        const whole = await client.chat.completions.create(request);
        assert.match(whole.choices[0].message.content!, /海滩/);
        const streamed = await client.chat.completions.stream(request).finalChatCompletion();
        assert.equal(streamed.choices[0].message.content, whole.choices[0].message.content);
      });
    }

    if (target.thinkingModel) {
      it("reads the reasoning of a model", async () => {
        const stream = await client.chat.completions.create({
          model: target.thinkingModel!,
          messages: hello,
          stream: true,
          ...target.thinkingFields,
        });
        const deltas = (await collect(stream)).flatMap(({ choices }) => choices.map(({ delta }) => delta));
        const reasoning = deltas
          .map((delta) => (delta as { reasoning_content?: string }).reasoning_content ?? "")
          .join("");
        assert.match(reasoning, /^Hmm, the user is asking/);
        assert.match(deltas.map(({ content }) => content ?? "").join(""), /^I am Qwen/);
      });
    }

    if (target.embeddingModel) {
      it("gets embeddings in the order of the texts", async () => {
        const request = { model: target.embeddingModel!, input: ["风急天高猿啸哀", "second"] };
        const asDecoded = await client.embeddings.create(request);
        const asFloats = await client.embeddings.create({ ...request, encoding_format: "float" });
        assert.deepEqual(
          asDecoded.data.map(({ index }) => index),
          [0, 1],
        );
        assert.deepEqual(
          asDecoded.data.map(({ embedding }) => [...embedding]),
          asFloats.data.map(({ embedding }) => embedding),
        );
        assert.ok(asFloats.usage.total_tokens > 0);
      });
    }

    if (target.completionModel) {
      it("uses legacy completions", async () => {
        const request = { model: target.completionModel!, prompt: "Say hello" };
        const whole = await client.completions.create(request);
        assert.match(whole.choices[0].text, /^Hello!/);
        let text = "";
        for await (const chunk of await client.completions.create({ ...request, stream: true }))
          text += chunk.choices[0].text;
        assert.equal(text, whole.choices[0].text);
      });
    }

    if (target.listsModels) {
      it("lists models", async () => {
        const models = await client.models.list();
        assert.ok(models.data.length > 0);
        assert.ok(models.data.every(({ object }) => object === "model"));
      });
    }

    it("raises the right error", async () => {
      for (const failure of target.failures) {
        const other = clientWith(failure.key ?? target.key);
        const request = { model: failure.model ?? target.chatModel, messages: hello, ...failure.fields };
        for (const stream of [false, true]) {
          await assert.rejects(other.chat.completions.create({ ...request, stream }), (error: APIError) => {
            assert.equal(error.constructor.name, failure.error);
            if (!failure.bare) assert.equal(typeof (error.error as { message: unknown }).message, "string");
            if (failure.retryAfter) assert.equal(error.headers!.get("retry-after"), failure.retryAfter);
            return true;
          });
        }
      }
    });
  });

  openAiPythonTests(title, target, start);
}

async function collect(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<OpenAI.ChatCompletionChunk[]> {
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

function callsOf(calls: OpenAI.ChatCompletionMessageToolCall[] | undefined): [string, unknown][] {
  const functions = (calls ?? []) as OpenAI.ChatCompletionMessageFunctionToolCall[];
  return functions.map((call) => [call.function.name, JSON.parse(call.function.arguments)]);
}

const tokens = (usage: OpenAI.CompletionUsage | undefined): (number | undefined)[] => [
  usage?.prompt_tokens,
  usage?.completion_tokens,
  usage?.total_tokens,
];
