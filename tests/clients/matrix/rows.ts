// SPDX-License-Identifier: Apache-2.0
// The rows and columns of the matrix: where a client's requests go, and in which protocol they arrive there.
import type { JsonObject } from "../../providers/wire.ts";

/** The columns. */
export const FEATURES = [
  ...(["text", "stream", "tools, two turns", "parallel tools", "picture", "thinking"] as const),
  ...(["structured output", "error", "error in a stream", "usage"] as const),
];
/** The name of a column. */
export type FeatureName = (typeof FEATURES)[number];

/** The protocol of a client. */
export type ClientName = "chat" | "Messages" | "Responses";
/** The protocol in which a provider is asked. */
export type ProtocolName = "chats" | "Responses" | "Messages" | "Gemini" | "DashScope";

/** The models that a provider is asked for. */
interface Models {
  text: string;
  vision: string;
  thinking: string;
}

/** A provider as it is configured. */
export interface Provider {
  /** Its name in the table. */
  title: string;
  /** The name of its mock in tests/providers. */
  dialect: string;
  /** The `provider` of ai-proxy, without its id and keys. */
  options: JsonObject;
  models: Models;
}

const openai = { text: "gpt-4o", vision: "gpt-4o", thinking: "gpt-5.1" };
const qwen = { text: "qwen-plus", vision: "qwen3.5-plus", thinking: "qwen-plus" };
const deepseek = { text: "deepseek-chat", vision: "deepseek-chat", thinking: "deepseek-v4-pro" };
const claude = { text: "claude-sonnet-4-5", vision: "claude-opus-4-5", thinking: "claude-sonnet-4-5" };
const gemini = { text: "gemini-2.5-flash", vision: "gemini-2.5-flash", thinking: "gemini-3-flash-preview" };
const translated = { translateMessages: true, translateResponses: true };
const native = { qwenEnableCompatible: false };

/** The providers by their path in the gateway. */
export const PROVIDERS: Record<string, Provider> = {
  openai: { title: "OpenAI", dialect: "openai", options: { type: "openai" }, models: openai },
  "openai-chats": { title: "OpenAI", dialect: "openai", options: { type: "openai", ...translated }, models: openai },
  qwen: {
    title: "Qwen, compatible",
    dialect: "dashscope",
    options: { type: "qwen" },
    models: qwen,
  },
  "qwen-chats": {
    title: "Qwen, compatible",
    dialect: "dashscope",
    options: { type: "qwen", ...translated },
    models: qwen,
  },
  "qwen-native": {
    ...{ title: "Qwen, native", dialect: "dashscope", models: qwen },
    options: { type: "qwen", ...native, ...translated },
  },
  deepseek: { title: "DeepSeek", dialect: "deepseek", options: { type: "deepseek" }, models: deepseek },
  "deepseek-chats": {
    title: "DeepSeek",
    dialect: "deepseek",
    options: { type: "deepseek", ...translated },
    models: deepseek,
  },
  claude: { title: "Claude", dialect: "claude-native", options: { type: "claude" }, models: claude },
  gemini: { title: "Gemini", dialect: "gemini-native", options: { type: "gemini" }, models: gemini },
};

/** A client over a provider. */
export interface Row {
  client: ClientName;
  /** A key of `PROVIDERS`. */
  provider: string;
  /** What the provider must be asked in. */
  protocol: ProtocolName;
}

const rowsOf = (client: ClientName, protocols: Record<string, ProtocolName>): Row[] =>
  Object.entries(protocols).map(([provider, protocol]) => ({ client, provider, protocol }));

/** Every client over every provider, natively where the provider has the client's protocol, and translated. */
export const ROWS: Row[] = [
  ...rowsOf("chat", {
    ...{ openai: "chats", qwen: "chats", "qwen-native": "DashScope", deepseek: "chats" },
    ...{ claude: "Messages", gemini: "Gemini" },
  }),
  ...rowsOf("Messages", {
    ...{ openai: "chats", qwen: "Messages", "qwen-chats": "chats", "qwen-native": "DashScope" },
    ...{ deepseek: "Messages", "deepseek-chats": "chats", claude: "Messages", gemini: "Gemini" },
  }),
  ...rowsOf("Responses", {
    ...{ openai: "Responses", "openai-chats": "chats", qwen: "Responses", "qwen-chats": "chats" },
    ...{ "qwen-native": "DashScope", deepseek: "Responses", "deepseek-chats": "chats" },
    ...{ claude: "Messages", gemini: "Gemini" },
  }),
];

/** The pairs that Envoy's own transcoder claims, of which one is not the other's protocol. */
export const NATIVE_ROWS: Row[] = [
  ...rowsOf("chat", { claude: "Messages", gemini: "Gemini" }),
  ...rowsOf("Messages", { openai: "chats", gemini: "Gemini" }),
];
