// SPDX-License-Identifier: Apache-2.0
/** A configuration of ai-proxy that is attacked. */
export interface Target {
  name: string;
  /** The plugin's configuration. */
  config: object;
  /** The fixtures whose requests and responses the mutations start from. */
  corpus: "openai" | "qwen" | "moonshot" | "azure" | "deepseek" | "vllm";
  /** The gateway has an API key: no client key may be forwarded. */
  hasKey: boolean;
  /** Bodies are not read. */
  isOriginal: boolean;
  /** Responses in OpenAI's format are edited. */
  edits: boolean;
}

/** The prefix of every API key of the gateway; no log line may contain it. */
export const GATEWAY_KEY = "sk-test-gateway-";

const one = (
  name: string,
  corpus: Target["corpus"],
  provider: { type: string; apiTokens?: string[] } & Record<string, unknown>,
  more: Partial<Target> = {},
): Target => {
  const key = more.hasKey === false ? {} : { apiTokens: [`${GATEWAY_KEY}1`, `${GATEWAY_KEY}2`] };
  const modelMapping = { "gpt-*": "served-model", "*": "" };
  const config = { provider: { ...key, modelMapping, ...provider } };
  return { name, config, corpus, hasKey: true, isOriginal: false, edits: false, ...more };
};

/** Every provider type in each of its modes, and the options that change bodies. */
export const targets: Target[] = [
  one("openai", "openai", { type: "openai" }),
  one("openai, the client's key", "openai", { type: "openai" }, { hasKey: false }),
  one("openai, no usage", "openai", { type: "openai", disableStreamUsageStats: true }),
  one("openai, original", "openai", { type: "openai", protocol: "original" }, { isOriginal: true }),
  one("openai, context", "openai", {
    type: "openai",
    context: { fileUrl: "http://files.example/context.txt", cluster: "upstream", refreshSeconds: 1 },
  }),
  one("qwen, compatible", "openai", { type: "qwen" }),
  one("qwen, native", "qwen", { type: "qwen", qwenEnableCompatible: false }),
  one("qwen, native, concat", "qwen", { type: "qwen", qwenEnableCompatible: false, reasoningContentMode: "concat" }),
  one("qwen, native, ignore", "qwen", {
    type: "qwen",
    qwenEnableCompatible: false,
    reasoningContentMode: "ignore",
    qwenEnableSearch: true,
    qwenFileIds: ["file-a", "file-b"],
  }),
  one(
    "qwen, native, edited",
    "qwen",
    { type: "qwen", qwenEnableCompatible: false, hiclawMode: true, responseModel: "requested" },
    { edits: true },
  ),
  one("qwen, original", "qwen", { type: "qwen", protocol: "original" }, { isOriginal: true }),
  one("azure, deployment from the model", "azure", {
    type: "azure",
    azureServiceUrl: "https://example.openai.azure.com?api-version=2024-10-21",
  }),
  one("azure, old", "azure", {
    type: "azure",
    azureServiceUrl: "https://example.openai.azure.com/openai/deployments/d?api-version=2023-05-15",
  }),
  one("moonshot", "moonshot", { type: "moonshot" }, { edits: true }),
  one("deepseek", "deepseek", { type: "deepseek" }),
  // Their `reasoning` gets the name that all types have.
  one("vllm", "vllm", { type: "vllm" }, { hasKey: false, edits: true }),
  one("ollama", "openai", { type: "ollama", ollamaServerHost: "ollama.example" }, { hasKey: false, edits: true }),
  one("generic", "openai", { type: "generic", genericHost: "generic.example" }, { isOriginal: true }),
  one(
    "openai, every option",
    "openai",
    {
      type: "openai",
      hiclawMode: true,
      responseModel: "requested",
      modelMapping: { "~^(gpt-.{0,9})(x+x+)*": "$1-${2}", "~(?i)[^a-f]+$|\\bmini\\b": "$0!", "~.": "", "*": "other" },
      contextCleanupCommands: ["/clear", "清空"],
      firstByteTimeout: 1000,
      responseJsonSchema: { type: "json_object" },
      customSettings: [
        { name: "max_tokens", value: 10 },
        { name: "a.b.c", value: { d: [1] }, mode: "raw" },
        { name: "temperature", value: 0.5, overwrite: false },
      ],
    },
    { edits: true },
  ),
];
