// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type OpenAI from "openai";
import { type ClientTarget, hello, type RunningTarget, weather, weatherTool } from "./openai-suite.ts";
import { runPython } from "./python.ts";

interface Outcome {
  value?: unknown;
  error?: string;
}

/** The same calls with the official Python client, which accumulates streams itself; one process makes all of them. */
export function openAiPythonTests(title: string, target: ClientTarget, start: () => Promise<RunningTarget>): void {
  describe(`${title}: the official OpenAI Python client`, () => {
    let server: RunningTarget;
    const seen: Record<string, Outcome> = {};
    const chat = (name: string): OpenAI.ChatCompletion => {
      assert.equal(seen[name].error, undefined, JSON.stringify(seen[name]));
      return seen[name].value as OpenAI.ChatCompletion;
    };

    before(async () => {
      server = await start();
      const calls = callsFor(target);
      const { key, azureApiVersion } = target;
      const task = { baseUrl: server.baseUrl, key, azureApiVersion, calls: Object.values(calls) };
      const outcomes = await runPython<Outcome[]>("openai_calls.py", task);
      Object.keys(calls).forEach((name, i) => (seen[name] = outcomes[i]));
    });
    after(() => server.close());

    it("gets a response, and streams the same", () => {
      const whole = chat("text").choices[0];
      assert.match(whole.message.content!, /👩‍💻\n"quoted\\path"$/);
      const streamed = chat("text streamed").choices[0];
      assert.equal(streamed.message.content, whole.message.content);
      assert.equal(streamed.finish_reason, "stop");
      assert.equal(chat("text streamed").usage!.total_tokens, chat("text").usage!.total_tokens);
    });

    it("gets tool calls, whole and streamed", () => {
      const callsIn = (name: string) =>
        (chat(name).choices[0].message.tool_calls as OpenAI.ChatCompletionMessageFunctionToolCall[]).map((call) => [
          call.function.name,
          JSON.parse(call.function.arguments) as unknown,
        ]);
      assert.equal(callsIn("tools").length, 2);
      assert.deepEqual(callsIn("tools streamed"), callsIn("tools"));
      assert.equal(chat("tools streamed").choices[0].finish_reason, "tool_calls");
    });

    if (target.embeddingModel) {
      it("gets embeddings", () => {
        const { data } = seen.embeddings.value as OpenAI.CreateEmbeddingResponse;
        assert.deepEqual(
          data.map(({ index }) => index),
          [0, 1],
        );
        assert.ok(data.every(({ embedding }) => embedding.length > 0 && embedding.every(Number.isFinite)));
      });
    }

    if (target.listsModels) {
      it("lists models", () => {
        assert.ok((seen.models.value as string[]).length > 0);
      });
    }

    it("raises the right error", () => {
      const raised = target.failures.map((_, i) => seen[`failure ${i}`].error);
      assert.deepEqual(
        raised,
        target.failures.map(({ error }) => error),
      );
    });
  });
}

function callsFor(target: ClientTarget): Record<string, object> {
  const text = { model: target.chatModel, messages: hello };
  const tools = { model: target.chatModel, messages: weather, tools: [weatherTool] };
  const counted = { stream_options: { include_usage: true } };
  const failures = target.failures.map((failure, i) => [
    `failure ${i}`,
    {
      api: "chat",
      key: failure.key ?? target.key,
      arguments: { ...text, model: failure.model ?? target.chatModel, ...failure.fields },
    },
  ]);
  return {
    text: { api: "chat", arguments: text },
    "text streamed": { api: "chat.stream", arguments: { ...text, ...counted } },
    tools: { api: "chat", arguments: tools },
    "tools streamed": { api: "chat.stream", arguments: tools },
    ...(target.embeddingModel
      ? {
          embeddings: {
            api: "embeddings",
            arguments: { model: target.embeddingModel, input: ["风急天高猿啸哀", "second"] },
          },
        }
      : {}),
    ...(target.listsModels ? { models: { api: "models", arguments: {} } } : {}),
    ...(Object.fromEntries(failures) as Record<string, object>),
  };
}
