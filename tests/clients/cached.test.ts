// SPDX-License-Identifier: Apache-2.0
// The official clients see the same message from the cache as from the provider: streamed or not, of chats, of OpenAI's
// Responses or of Anthropic's Messages.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { bootstrapFor, clusterFor, listenerFor, routeFor } from "../harness/bootstrap.ts";
import { pluginFilter } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { dialects } from "../providers/index.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const FORMS = { whole: false, streamed: true };
type Form = keyof typeof FORMS;
const forms = Object.keys(FORMS) as Form[];
const pairs = forms.flatMap((first) => forms.map((second): [Form, Form] => [first, second]));

const parameters = { type: "object" as const, properties: { city: { type: "string" } }, required: ["city"] };

describe("clients of a gateway with a cache", () => {
  const providers: Record<string, RunningServer> = {};
  let envoy: EnvoyProcess;
  let openai: OpenAI;
  /** A client of Responses, in front of DeepSeek. */
  let deepseek: OpenAI;
  let anthropic: Anthropic;
  let asked: string | null;

  before(async () => {
    for (const name of ["openai", "deepseek"])
      providers[name] = await serve((request) => dialects[name].handle(request));
    const clusters = Object.entries(providers).map(([name, { port }]) => clusterFor({ name, port }));
    const listeners = Object.keys(providers).map((name) =>
      listenerFor({
        name,
        routes: [routeFor({ name, cluster: name })],
        downstream: [
          pluginFilter("ai-cache", { cache: { type: "memory" }, store_tool_calls: true }),
          pluginFilter("ai-proxy", { provider: { type: name, apiTokens: ["sk-provider-for-tests"] } }),
        ],
      }),
    );
    envoy = await startEnvoy(bootstrapFor(listeners, clusters));
    /** Notes what the cache says, and calls this machine alone. */
    const noting: typeof fetch = async (url, init) => {
      assert.equal(new URL(url instanceof Request ? url.url : url).hostname, "127.0.0.1");
      const response = await fetch(url, init);
      asked = response.headers.get("x-ai-cache");
      return response;
    };
    const common = { apiKey: "sk-client-for-tests", maxRetries: 0, fetch: noting };
    const baseUrl = (name: string): string => `http://127.0.0.1:${envoy.listenerPorts[name]}`;
    openai = new OpenAI({ baseURL: `${baseUrl("openai")}/v1`, ...common });
    deepseek = new OpenAI({ baseURL: `${baseUrl("deepseek")}/v1`, ...common });
    anthropic = new Anthropic({ baseURL: baseUrl("deepseek"), ...common });
  });
  after(async () => {
    await envoy?.stop();
    await Promise.all(Object.values(providers).map((server) => server.close()));
  });

  /** Asserts that the second of two calls is served by the cache, and gives the same, which matches a pattern. */
  async function assertSame(
    pattern: RegExp,
    first: () => Promise<object>,
    second: () => Promise<object>,
  ): Promise<void> {
    const expected = await first();
    assert.equal(asked, "miss");
    assert.match(JSON.stringify(expected), pattern);
    const actual = await second();
    assert.equal(asked, "hit");
    assert.deepEqual(actual, expected);
  }

  const chat = async (form: Form, body: OpenAI.ChatCompletionCreateParamsNonStreaming): Promise<object> => {
    const completion = FORMS[form]
      ? await openai.chat.completions
          .stream({ ...body, stream: true, stream_options: { include_usage: true } })
          .finalChatCompletion()
      : await openai.chat.completions.create(body);
    const { id, model, choices, usage } = completion;
    return {
      id,
      model,
      usage,
      choices: choices.map(({ message, finish_reason }) => ({ message: partsOf(message), finish_reason })),
    };
  };
  const partsOf = ({ content, tool_calls }: OpenAI.ChatCompletionMessage): object => ({
    content,
    calls: (tool_calls ?? []).map(
      (call) => call.type === "function" && [call.id, call.function.name, call.function.arguments],
    ),
  });
  const message = async (form: Form, body: Anthropic.MessageCreateParamsNonStreaming): Promise<object> => {
    const { id, model, content, stop_reason, usage } = FORMS[form]
      ? await anthropic.messages.stream(body).finalMessage()
      : await anthropic.messages.create(body);
    return { id, model, content, stop_reason, tokens: [usage.input_tokens, usage.output_tokens] };
  };

  const response = async (form: Form, body: OpenAI.Responses.ResponseCreateParamsNonStreaming): Promise<object> => {
    const { output, usage, ...rest } = FORMS[form]
      ? await deepseek.responses.stream({ ...body, stream: true }).finalResponse()
      : await deepseek.responses.create(body);
    const { id, model, status, output_text, created_at } = rest;
    const tokens = [usage?.input_tokens, usage?.output_tokens];
    return { id, model, status, output_text, created_at, tokens, output: output.map(essence) };
  };
  /** An item without its own id, and without what the client makes of the texts of a stream. */
  const essence = (item: object): unknown =>
    JSON.parse(JSON.stringify(item, (key, value: unknown) => (/^(id$|parsed)/.test(key) ? undefined : value)));

  for (const [first, second] of pairs) {
    const name = `${first}, then ${second}`;
    it(`openai: a text, ${name}`, async () => {
      const messages = [{ role: "user" as const, content: `Hello! 你好 👋 (${name})` }];
      const body = { model: "gpt-4o", messages };
      await assertSame(
        /How can I assist/,
        () => chat(first, body),
        () => chat(second, body),
      );
    });
    it(`openai: tool calls, ${name}`, async () => {
      const messages = [{ role: "user" as const, content: `What is the weather in Paris and Rome? (${name})` }];
      const tools = [{ type: "function" as const, function: { name: "get_weather", parameters } }];
      const body = { model: "gpt-4o", messages, tools };
      await assertSame(
        /get_weather.*get_weather/,
        () => chat(first, body),
        () => chat(second, body),
      );
    });
    it(`Responses: a text, ${name}`, async () => {
      const input = `Hello! 你好 👋 (${name})`;
      const body = { model: "deepseek-chat", store: false, input };
      await assertSame(
        /How can I assist/,
        () => response(first, body),
        () => response(second, body),
      );
    });
    it(`Responses: tool calls, ${name}`, async () => {
      const input = `What is the weather in Paris and Rome? (${name})`;
      const tools = [{ type: "function" as const, name: "get_weather", parameters, strict: false }];
      const body = { model: "deepseek-chat", store: false, input, tools };
      await assertSame(
        /get_weather.*get_weather/,
        () => response(first, body),
        () => response(second, body),
      );
    });
    it(`Anthropic: a text, ${name}`, async () => {
      const messages = [{ role: "user" as const, content: `Hello! 你好 👋 (${name})` }];
      const body = { model: "deepseek-chat", max_tokens: 99, messages };
      await assertSame(
        /How can I assist/,
        () => message(first, body),
        () => message(second, body),
      );
    });
    it(`Anthropic: tool calls, ${name}`, async () => {
      const messages = [{ role: "user" as const, content: `What is the weather in Paris and Rome? (${name})` }];
      const tools = [{ name: "get_weather", input_schema: parameters }];
      const body = { model: "deepseek-chat", max_tokens: 99, messages, tools };
      await assertSame(
        /get_weather.*get_weather/,
        () => message(first, body),
        () => message(second, body),
      );
    });
  }
});
