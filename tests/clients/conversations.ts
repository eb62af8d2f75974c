// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from "../providers/wire.ts";
import type { SdkCall } from "./dashscope-sdk.ts";

/** One conversation in two forms: an OpenAI request, and the equivalent call of DashScope's client. */
export interface Conversation {
  name: string;
  /** Path of the OpenAI API. */
  path: "/v1/chat/completions" | "/v1/embeddings";
  openAi: JsonObject;
  dashScope: SdkCall;
}

const question = [
  { role: "system", content: "You are a helpful assistant." },
  { role: "user", content: "Hello! 你好 👋" },
];

/** https://www.alibabacloud.com/help/en/model-studio/qwen-function-calling */
const tools = [
  {
    type: "function",
    function: {
      name: "get_current_weather",
      description: "Useful when you want to query the weather in a specific city.",
      parameters: {
        type: "object",
        properties: { location: { type: "string", description: "A city or district, such as 杭州市." } },
        required: ["location"],
      },
    },
  },
];
const weather = [{ role: "user", content: "What is the weather in 杭州 and 上海?" }];
const call = {
  id: "call_cec4c19d27624537b583af",
  type: "function",
  function: { name: "get_current_weather", arguments: '{"location": "杭州市"}' },
};
const afterCall = [
  weather[0],
  { role: "assistant", content: "", tool_calls: [call] },
  { role: "tool", tool_call_id: call.id, content: "杭州市 大部多云，18 ℃" },
];
const imageUrl =
  "https://help-static-aliyun-doc.aliyuncs.com/file-manage-files/zh-CN/20241022/emyrja/dog_and_girl.jpeg";
const message = { result_format: "message" };
const streamed = { stream: true, incremental_output: true };
const chat = (name: string, openAi: JsonObject, dashScope: JsonObject): Conversation => ({
  name,
  path: "/v1/chat/completions",
  openAi: { model: "qwen-plus", ...openAi },
  dashScope: { api: "Generation", arguments: { model: "qwen-plus", ...message, ...dashScope } },
});
const vision = (name: string, extra: JsonObject, sdk: JsonObject): Conversation => {
  const parts = [
    { type: "image_url", image_url: { url: imageUrl } },
    { type: "text", text: "What is in this picture?" },
  ];
  const content = [{ image: imageUrl }, { text: "What is in this picture?" }];
  return {
    name,
    path: "/v1/chat/completions",
    openAi: { model: "qwen-vl-max", messages: [{ role: "user", content: parts }], ...extra },
    dashScope: {
      api: "MultiModalConversation",
      arguments: { model: "qwen-vl-max", messages: [{ role: "user", content }], ...message, ...sdk },
    },
  };
};

/** The conversations that every route to DashScope is compared with. */
export const conversations: Conversation[] = [
  chat("text", { messages: question }, { messages: question }),
  chat("text streamed", { messages: question, stream: true }, { messages: question, ...streamed }),
  chat(
    "sampling",
    { messages: question, temperature: 0.7, top_p: 0.8, max_tokens: 50, seed: 42, presence_penalty: 0.5, stop: ["。"] },
    { messages: question, temperature: 0.7, top_p: 0.8, max_tokens: 50, seed: 42, presence_penalty: 0.5, stop: ["。"] },
  ),
  chat("tools", { messages: weather, tools }, { messages: weather, tools }),
  chat("tools streamed", { messages: weather, tools, stream: true }, { messages: weather, tools, ...streamed }),
  chat("tool result", { messages: afterCall, tools }, { messages: afterCall, tools }),
  chat(
    "reasoning streamed",
    { messages: question, enable_thinking: true, stream: true },
    { messages: question, enable_thinking: true, ...streamed },
  ),
  vision("vision", {}, {}),
  vision("vision streamed", { stream: true }, streamed),
  {
    name: "embeddings",
    path: "/v1/embeddings",
    openAi: { model: "text-embedding-v3", input: ["风急天高猿啸哀", "渚清沙白鸟飞回"] },
    dashScope: {
      api: "TextEmbedding",
      arguments: { model: "text-embedding-v3", input: ["风急天高猿啸哀", "渚清沙白鸟飞回"] },
    },
  },
  {
    name: "embeddings with a dimension",
    path: "/v1/embeddings",
    openAi: { model: "text-embedding-v3", input: "风急天高猿啸哀", dimensions: 512 },
    dashScope: {
      api: "TextEmbedding",
      arguments: { model: "text-embedding-v3", input: "风急天高猿啸哀", dimension: 512 },
    },
  },
];
