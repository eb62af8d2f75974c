// SPDX-License-Identifier: Apache-2.0
// The official clients through the gateway, for every other provider of ai-proxy.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import OpenAI from "openai";
import { providers } from "../../tools/providers.ts";
import { SIGNATURE } from "../providers/anthropic-response.ts";
import { FACTS } from "../providers/compatible/facts.ts";
import { headerOf } from "../providers/wire.ts";
import { anthropicClientSuite } from "./anthropic-suite.ts";
import { type Gateway, type Service, startGateway } from "./gateway.ts";
import { type ClientTarget, type Failure, hello, openAiClientSuite, weather, weatherTool } from "./openai-suite.ts";

/** The configuration of a provider, and its models. */
interface Entry extends Service {
  target: Omit<ClientTarget, "key">;
}

const key = "sk-client-for-tests";
const apiTokens = ["sk-provider-for-tests"];
const failures = (family: string, noModel: Failure["error"] = "NotFoundError"): Failure[] => [
  { error: "RateLimitError", model: `${family}-rate-limited`, retryAfter: "20" },
  { error: "BadRequestError", fields: { messages: [] } },
  { error: "InternalServerError", model: `${family}-server-error` },
  { error: noModel, model: "no-such-model" },
];

const entries: Record<string, Entry> = {
  azure: {
    dialect: "azure",
    provider: {
      ...{ type: "azure", apiTokens, modelMapping: { "gpt-4": "gpt-4o", "gpt-3.5-*": "gpt-35-turbo-instruct" } },
      azureServiceUrl: "https://YOUR_RESOURCE_NAME.openai.azure.com?api-version=2024-10-21",
    },
    target: {
      ...{ chatModel: "gpt-4", visionModel: "gpt-4", embeddingModel: "text-embedding-3-small", listsModels: true },
      ...{ completionModel: "gpt-3.5-turbo-instruct", streamQuirks: { opensWithoutChoices: true } },
      failures: failures("gpt"),
    },
  },
  moonshot: {
    dialect: "moonshot",
    provider: { type: "moonshot", apiTokens, modelMapping: { "gpt-3": "moonshot-v1-8k" } },
    target: {
      ...{ chatModel: "gpt-3", visionModel: "moonshot-v1-8k-vision-preview", listsModels: true },
      ...{ failures: failures("kimi"), streamQuirks: { usageWithFinish: true } },
    },
  },
  deepseek: {
    dialect: "deepseek",
    provider: { type: "deepseek", apiTokens, modelMapping: { "deepseek-r1": "deepseek-reasoner" } },
    target: {
      ...{ chatModel: "deepseek-chat", thinkingModel: "deepseek-r1", listsModels: true },
      ...{ failures: failures("deepseek", "BadRequestError"), streamQuirks: { usageWithFinish: true } },
    },
  },
  vllm: {
    dialect: "vllm",
    provider: { type: "vllm", vllmCustomUrl: "http://vllm.internal:8000/v1" },
    target: {
      ...{ chatModel: "qwen2.5", visionModel: "Qwen/Qwen2.5-VL-7B-Instruct", thinkingModel: "qwq-32b" },
      ...{ embeddingModel: "BAAI/bge-m3", completionModel: "qwen2.5", listsModels: true },
      failures: failures("served"),
    },
  },
  ollama: {
    dialect: "ollama",
    provider: { type: "ollama", ollamaServerHost: "ollama.internal", ollamaServerPort: 11434 },
    target: {
      ...{ chatModel: "llama3.2", embeddingModel: "all-minilm", listsModels: true },
      ...{ failures: failures("ollama"), streamQuirks: { repeatsRole: true } },
    },
  },
  groq: {
    dialect: "groq",
    provider: { type: "groq", apiTokens, modelMapping: { "gpt-4": "llama-3.3-70b-versatile" } },
    target: { chatModel: "gpt-4", listsModels: true, failures: failures("llama").slice(0, 3) },
  },
  gemini: {
    dialect: "gemini-native",
    provider: { type: "gemini", apiTokens, modelMapping: { "gpt-4": "gemini-3-flash-preview" } },
    target: {
      ...{ chatModel: "gpt-4", visionModel: "gpt-4", thinkingModel: "gemini-2.5-flash" },
      ...{ thinkingFields: { reasoning_effort: "low" }, embeddingModel: "gemini-embedding-001", listsModels: false },
      failures: failures("gemini"),
    },
  },
  claude: {
    dialect: "claude-native",
    provider: { type: "claude", apiTokens, modelMapping: { "gpt-4": "claude-sonnet-4-5" } },
    target: {
      ...{ chatModel: "gpt-4", visionModel: "gpt-4", thinkingModel: "claude-opus-4-7" },
      ...{ thinkingFields: { reasoning_effort: "low", temperature: 0.3, top_k: 3 }, listsModels: false },
      failures: failures("claude"),
    },
  },
  generic: {
    dialect: "openai-compatible",
    provider: { type: "generic", genericHost: "models.internal", apiTokens },
    target: {
      ...{ chatModel: "any", visionModel: "any", embeddingModel: "any", completionModel: "any", listsModels: true },
      failures: failures("any").slice(0, 3),
    },
  },
};

/** Configurations whose tests are in other files; the providers that are only data have a conformance suite. */
const elsewhere = ["openai", "qwen", ...FACTS.map(({ type }) => type)];
const known = providers().map(({ id }) => id);
const present = Object.entries(entries).filter(([id]) => known.includes(id));
const older: Service = {
  dialect: "azure",
  provider: {
    ...{ type: "azure", apiTokens },
    azureServiceUrl:
      "https://YOUR_RESOURCE_NAME.openai.azure.com/openai/deployments/YOUR_DEPLOYMENT_NAME/chat/completions?api-version=2024-02-01",
  },
};

let started: Promise<Gateway> | undefined;
const gateway = (): Promise<Gateway> =>
  (started ??= startGateway({ ...Object.fromEntries(present), ...(known.includes("azure") ? { older } : {}) }));
after(async () => (await started)?.close());

it("every provider has a suite", () => {
  const covered = [...elsewhere, ...Object.keys(entries)];
  assert.deepEqual(
    known.filter((id) => !covered.includes(id)),
    [],
  );
});

for (const [id, { target, provider }] of present) {
  const start = async () => ({ baseUrl: (await gateway()).baseUrl(id), close: async () => {} });
  openAiClientSuite(`gateway to ${id}`, { ...target, key }, start);

  describe(`gateway to ${id}`, () => {
    it("keeps the client's key from a provider with an API key of the gateway", async () => {
      const requests = (await gateway()).requests(id);
      assert.ok(requests.length > 10);
      for (const request of requests) {
        if (provider.apiTokens) assert.doesNotMatch(JSON.stringify(request.headers), new RegExp(key));
        if (id === "azure") assert.equal(headerOf(request, "api-key"), apiTokens[0]);
      }
    });
  });
}

if (known.includes("azure")) {
  it("streams from a version of Azure's API without stream_options", async () => {
    const client = new OpenAI({ baseURL: (await gateway()).baseUrl("older"), apiKey: key, maxRetries: 0 });
    let text = "";
    for await (const chunk of await client.chat.completions.create({ model: "any", messages: hello, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? "";
    }
    assert.match(text, /^Hello!/);
    const { path, authority } = (await gateway()).requests("older").at(-1)!;
    assert.equal(path, "/openai/deployments/YOUR_DEPLOYMENT_NAME/chat/completions?api-version=2024-02-01");
    assert.equal(authority, "YOUR_RESOURCE_NAME.openai.azure.com");
  });
}

if (known.includes("claude")) {
  it("sends the reasoning of Claude back with its signature, beside the result of a tool", async () => {
    const client = new OpenAI({ baseURL: (await gateway()).baseUrl("claude"), apiKey: key, maxRetries: 0 });
    const asked = {
      ...{ model: "claude-sonnet-4-5", max_tokens: 4096, reasoning_effort: "high" as const },
      ...{ temperature: 0.3, top_p: 0.5, tools: [weatherTool] },
    };
    const { data, response } = await client.chat.completions.create({ ...asked, messages: weather }).withResponse();
    assert.equal(response.headers.get("x-ai-translated"), "chat-to-messages");
    assert.equal(response.headers.get("x-ai-dropped-params"), "temperature, top_p");
    const { message } = data.choices[0];
    const results = message.tool_calls!.map(({ id }) => ({
      ...{ role: "tool" as const, tool_call_id: id, content: "18 ℃" },
    }));
    const messages = [...weather, message, ...results];
    const stream = client.chat.completions.stream({ ...asked, messages });
    assert.match((await stream.finalMessage()).content!, /18 ℃/);
    const sent = JSON.parse((await gateway()).requests("claude").at(-1)!.body.toString()) as {
      messages: { content: { type: string; signature?: string }[] }[];
      thinking: unknown;
    };
    const [reasoning] = sent.messages[1].content;
    assert.deepEqual([reasoning.type, reasoning.signature], ["thinking", SIGNATURE]);
    assert.deepEqual(sent.thinking, { type: "enabled", budget_tokens: 4095 });
  });
}

if (known.includes("deepseek")) {
  anthropicClientSuite(
    "gateway to DeepSeek's Messages API",
    { key, anyKey: true, family: "deepseek", model: "deepseek-chat", thinkingModel: "deepseek-v4-pro" },
    async () => ({ baseUrl: (await gateway()).baseUrl("deepseek").replace(/\/v1$/, ""), close: async () => {} }),
  );
}
