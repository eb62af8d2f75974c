// SPDX-License-Identifier: Apache-2.0
import { dialects } from "../providers/index.ts";
import { serve } from "../providers/server.ts";
import { type ClientTarget, type Failure, openAiClientSuite, type RunningTarget } from "./openai-suite.ts";

const key = "sk-fake-for-tests";

const direct = (dialect: string, prefix: string) => async (): Promise<RunningTarget> => {
  const server = await serve((request) => dialects[dialect].handle(request));
  return { baseUrl: `http://127.0.0.1:${server.port}${prefix}`, close: server.close };
};

const failures = (family: string): Failure[] => [
  { error: "AuthenticationError", key: "sk-invalid-for-tests" },
  { error: "RateLimitError", model: `${family}-rate-limited`, retryAfter: "20" },
  { error: "NotFoundError", model: "no-such-model" },
  { error: "BadRequestError", fields: { messages: [] } },
  { error: "InternalServerError", model: `${family}-server-error` },
];

openAiClientSuite(
  "mock of OpenAI",
  {
    key,
    chatModel: "gpt-4o",
    visionModel: "gpt-4o",
    embeddingModel: "text-embedding-3-small",
    completionModel: "gpt-3.5-turbo-instruct",
    listsModels: true,
    failures: failures("gpt"),
  },
  direct("openai", "/v1"),
);

openAiClientSuite(
  "mock of DashScope's compatible mode",
  {
    key,
    chatModel: "qwen-plus",
    visionModel: "qwen-vl-max",
    thinkingModel: "qwen-plus",
    thinkingFields: { enable_thinking: true },
    embeddingModel: "text-embedding-v3",
    completionModel: "qwen2.5-coder-7b-instruct",
    listsModels: true,
    failures: failures("qwen"),
  },
  direct("dashscope", "/compatible-mode/v1"),
);

const azure: ClientTarget = {
  key,
  azureApiVersion: "2024-10-21",
  chatModel: "gpt-4o",
  visionModel: "gpt-4o",
  embeddingModel: "text-embedding-3-small",
  completionModel: "gpt-35-turbo-instruct",
  listsModels: true,
  failures: failures("gpt"),
  streamQuirks: { opensWithoutChoices: true },
};
openAiClientSuite("mock of Azure", azure, direct("azure", ""));
openAiClientSuite(
  "mock of Azure without versions",
  { ...azure, azureApiVersion: undefined },
  direct("azure", "/openai/v1"),
);

openAiClientSuite(
  "mock of Moonshot",
  {
    key,
    chatModel: "moonshot-v1-8k",
    visionModel: "moonshot-v1-8k-vision-preview",
    listsModels: true,
    // An overloaded engine gives 429 here.
    failures: [...failures("kimi"), { error: "RateLimitError", model: "kimi-overloaded" }],
  },
  direct("moonshot", "/v1"),
);

openAiClientSuite(
  "mock of DeepSeek",
  {
    key,
    chatModel: "deepseek-chat",
    thinkingModel: "deepseek-reasoner",
    listsModels: true,
    // A model that does not exist gives 400 here.
    failures: failures("deepseek").map((failure) =>
      failure.error === "NotFoundError" ? { ...failure, error: "BadRequestError" } : failure,
    ),
    streamQuirks: { usageWithFinish: true },
  },
  direct("deepseek", ""),
);

openAiClientSuite(
  "mock of vLLM",
  {
    key,
    chatModel: "qwen2.5",
    visionModel: "Qwen/Qwen2.5-VL-7B-Instruct",
    thinkingModel: "qwq-32b",
    embeddingModel: "BAAI/bge-m3",
    completionModel: "qwen2.5",
    listsModels: true,
    failures: failures("served").map((failure) => ({ ...failure, bare: failure.key !== undefined })),
  },
  direct("vllm", "/v1"),
);

openAiClientSuite(
  "mock of Ollama",
  {
    key,
    chatModel: "llama3.2",
    embeddingModel: "all-minilm",
    completionModel: "llama3.2",
    listsModels: true,
    // Ollama ignores API keys.
    failures: failures("ollama").slice(1),
    streamQuirks: { repeatsRole: true },
  },
  direct("ollama", "/v1"),
);
