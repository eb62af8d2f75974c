// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import Anthropic from "@anthropic-ai/sdk";

/** The features of a server with Anthropic's Messages API. */
export interface AnthropicTarget {
  key: string;
  model: string;
  /** A model that reasons; absent if there is none. */
  thinkingModel?: string;
  /** A model that accepts images; absent if there is none. */
  visionModel?: string;
  /** The server has its own API keys: the client's is ignored. */
  anyKey?: boolean;
  /** Unknown fields are dropped, not refused. */
  dropsUnknown?: boolean;
  /** The prefix of the names of failing models. */
  family: string;
}

const hello: Anthropic.MessageParam[] = [{ role: "user", content: "Hello!" }];
const weather: Anthropic.MessageParam[] = [{ role: "user", content: "What is the weather in 杭州 and 上海?" }];
const tool: Anthropic.Tool = {
  name: "get_current_weather",
  description: "The weather of a city",
  input_schema: { type: "object", properties: { location: { type: "string" } }, required: ["location"] },
};

/** The use of the official Node client by an application. `baseUrl` is the part before `/v1/messages`. */
export function anthropicClientSuite(
  title: string,
  target: AnthropicTarget,
  start: () => Promise<{ baseUrl: string; close(): Promise<void> }>,
): void {
  describe(`${title}: the official Anthropic client`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let client: Anthropic;
    const clientWith = (keys: { apiKey?: string; authToken?: string }): Anthropic =>
      new Anthropic({ baseURL: server.baseUrl, apiKey: null, authToken: null, ...keys, maxRetries: 0 });
    const base = { model: target.model, max_tokens: 1000 };
    before(async () => {
      server = await start();
      client = clientWith({ apiKey: target.key });
    });
    after(() => server.close());

    it("gets a response with either kind of API key", async () => {
      for (const keys of [{ apiKey: target.key }, { authToken: target.key }]) {
        const message = await clientWith(keys).messages.create({ ...base, messages: hello });
        assert.equal(message.role, "assistant");
        assert.equal(message.stop_reason, "end_turn");
        assert.match(textOf(message), /👩‍💻\n"quoted\\path"$/);
        assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
      }
    });

    it("streams the same response, accumulated by the client's helper", async () => {
      const whole = await client.messages.create({ ...base, messages: hello });
      const streamed = await client.messages.stream({ ...base, messages: hello }).finalMessage();
      assert.deepEqual(streamed.content, whole.content);
      assert.deepEqual(
        [streamed.stop_reason, streamed.usage.output_tokens],
        [whole.stop_reason, whole.usage.output_tokens],
      );
    });

    it("uses a tool, streamed and not, and sends its results", async () => {
      const request = { ...base, messages: weather, tools: [tool] };
      const whole = await client.messages.create(request);
      assert.equal(whole.stop_reason, "tool_use");
      const uses = whole.content.filter((block) => block.type === "tool_use");
      assert.deepEqual(
        uses.map(({ name, input }) => [name, input]),
        [
          ["get_current_weather", { location: "杭州市" }],
          ["get_current_weather", { location: "上海市" }],
        ],
      );
      const streamed = await client.messages.stream(request).finalMessage();
      assert.deepEqual(streamed.content, whole.content);
      const results = uses.map(({ id }) => ({ type: "tool_result" as const, tool_use_id: id, content: "18 ℃" }));
      const turns = [
        { role: "assistant" as const, content: whole.content },
        { role: "user" as const, content: results },
      ];
      const after = await client.messages.create({ ...request, messages: [...weather, ...turns] });
      assert.match(textOf(after), /18 ℃/);
    });

    it("reads the reasoning of a model, and sends it back", { skip: !target.thinkingModel }, async () => {
      const thinking = { type: "enabled" as const, budget_tokens: 1024 };
      const request = { model: target.thinkingModel!, max_tokens: 2000, thinking, messages: hello };
      const message = await client.messages.stream(request).finalMessage();
      const [first, second] = message.content;
      assert.ok(first.type === "thinking" && /^Hmm, the user is asking/.test(first.thinking));
      assert.ok(second.type === "text" && /^I am Qwen/.test(second.text));
      const messages = [...hello, { role: "assistant" as const, content: message.content }, ...hello];
      assert.equal((await client.messages.create({ ...request, messages })).stop_reason, "end_turn");
    });

    it("sends an image, if the models accept images", async () => {
      const source = { type: "url" as const, url: "https://example.com/dog_and_girl.jpeg" };
      const content: Anthropic.ContentBlockParam[] = [
        { type: "image", source },
        { type: "text", text: "What is in this picture?" },
      ];
      const request = {
        ...base,
        model: target.visionModel ?? target.model,
        messages: [{ role: "user" as const, content }],
      };
      if (target.visionModel) assert.match(textOf(await client.messages.create(request)), /海滩/);
      else await assert.rejects(client.messages.create(request), Anthropic.BadRequestError);
    });

    it("raises the right error", async () => {
      if (!target.anyKey) {
        const wrongKey = clientWith({ apiKey: "sk-invalid-for-tests" });
        await assert.rejects(wrongKey.messages.create({ ...base, messages: hello }), Anthropic.AuthenticationError);
      }
      const create = (fields: object) => client.messages.create({ ...base, messages: hello, ...fields });
      await assert.rejects(create({ messages: [] }), Anthropic.BadRequestError);
      if (!target.dropsUnknown) {
        await assert.rejects(create({ max_completion_tokens: 1 }), Anthropic.BadRequestError);
      }
      await assert.rejects(create({ model: `${target.family}-rate-limited` }), Anthropic.RateLimitError);
      await assert.rejects(create({ model: `${target.family}-server-error` }), Anthropic.InternalServerError);
      const broken = client.messages.stream({ ...base, model: `${target.family}-stream-error`, messages: hello });
      await assert.rejects(broken.finalMessage(), Anthropic.APIError);
    });
  });
}

const textOf = (message: Anthropic.Message): string =>
  message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
