// SPDX-License-Identifier: Apache-2.0
// Servers with OpenAI's API and small differences, configured with `openaiCustomUrl`.
import assert from "node:assert/strict";
import { after, it } from "node:test";
import OpenAI from "openai";
import { type Gateway, type Service, startGateway } from "./gateway.ts";
import { type ClientTarget, type Failure, hello, openAiClientSuite } from "./openai-suite.ts";

const key = "sk-client-for-tests";
const custom = (dialect: string, url: string): Service => ({
  dialect,
  provider: { type: "openai", apiTokens: ["sk-provider-for-tests"], openaiCustomUrl: url },
});
const services: Record<string, Service> = {
  vllm: custom("vllm", "http://vllm.internal:8000/v1"),
  ollama: custom("ollama", "http://ollama.internal:11434/v1/"),
  moonshot: custom("moonshot", "https://api.moonshot.cn/v1"),
  deepseek: custom("deepseek", "https://api.deepseek.com/beta"),
};
const failures = (family: string): Failure[] => [
  { error: "RateLimitError", model: `${family}-rate-limited`, retryAfter: "20" },
  { error: "BadRequestError", fields: { messages: [] } },
  { error: "InternalServerError", model: `${family}-server-error` },
  { error: "InternalServerError", model: `${family}-empty-error` },
];
const targets: Record<string, ClientTarget> = {
  vllm: {
    ...{ key, chatModel: "qwen2.5", visionModel: "Qwen/Qwen2.5-VL-7B-Instruct", thinkingModel: "qwq-32b" },
    ...{ embeddingModel: "BAAI/bge-m3", completionModel: "qwen2.5", listsModels: true },
    failures: [...failures("served"), { error: "NotFoundError", model: "no-such-model" }],
  },
  ollama: {
    ...{ key, chatModel: "llama3.2", embeddingModel: "all-minilm", completionModel: "llama3.2", listsModels: true },
    failures: [...failures("ollama"), { error: "NotFoundError", model: "no-such-model" }],
    streamQuirks: { repeatsRole: true },
  },
  moonshot: {
    ...{ key, chatModel: "moonshot-v1-8k", visionModel: "moonshot-v1-8k-vision-preview", listsModels: true },
    failures: [...failures("kimi"), { error: "NotFoundError", model: "no-such-model" }],
  },
  deepseek: {
    ...{ key, chatModel: "deepseek-chat", thinkingModel: "deepseek-reasoner", listsModels: true },
    failures: [...failures("deepseek"), { error: "BadRequestError", model: "no-such-model" }],
    streamQuirks: { usageWithFinish: true },
  },
};

let started: Promise<Gateway> | undefined;
const gateway = (): Promise<Gateway> => (started ??= startGateway(services));
after(async () => (await started)?.close());

for (const [service, target] of Object.entries(targets)) {
  openAiClientSuite(`gateway to ${service} by its URL`, target, async () => ({
    baseUrl: (await gateway()).baseUrl(service),
    close: async () => {},
  }));
}

it("waits for a provider that sends empty lines and comments first", async () => {
  const client = new OpenAI({ baseURL: (await gateway()).baseUrl("deepseek"), apiKey: key, maxRetries: 0 });
  const request = { model: "deepseek-slow", messages: hello };
  const whole = await client.chat.completions.create(request);
  const streamed = await client.chat.completions.stream(request).finalChatCompletion();
  assert.match(whole.choices[0].message.content!, /^Hello!/);
  assert.equal(streamed.choices[0].message.content, whole.choices[0].message.content);
});
