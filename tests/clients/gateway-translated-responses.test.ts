// SPDX-License-Identifier: Apache-2.0
// The official OpenAI clients with Responses over providers that are asked for chats, or for Messages.
import { after, before, describe } from "node:test";
import { type Gateway, type Service, startGateway } from "./gateway.ts";
import { type ResponsesTarget, responsesClientSuite } from "./responses-suite.ts";

const apiTokens = ["sk-provider-for-tests"];
const translated = { apiTokens, translateResponses: true };
const qwen = { model: "qwen-plus", thinkingModel: "qwen-plus", visionModel: "qwen-vl-max", family: "qwen" };

const entries: Record<string, Service & { target: Omit<ResponsesTarget, "key"> }> = {
  openai: {
    dialect: "openai",
    provider: { type: "openai", ...translated },
    target: { model: "gpt-4o", visionModel: "gpt-4o", family: "gpt" },
  },
  deepseek: {
    dialect: "deepseek",
    provider: { type: "deepseek", ...translated },
    target: { model: "deepseek-chat", thinkingModel: "deepseek-v4-pro", family: "deepseek" },
  },
  "qwen-compatible": { dialect: "dashscope", provider: { type: "qwen", ...translated }, target: qwen },
  "qwen-native": {
    dialect: "dashscope",
    provider: { type: "qwen", ...translated, qwenEnableCompatible: false },
    target: qwen,
  },
  claude: {
    dialect: "claude-native",
    provider: { type: "claude", apiTokens },
    target: {
      ...{ model: "claude-sonnet-4-5", thinkingModel: "claude-opus-4-7" },
      ...{ visionModel: "claude-opus-4-6", family: "claude" },
    },
  },
};

describe("clients of OpenAI's Responses over chats", () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway(entries);
  });
  after(() => gateway.close());

  for (const [service, { target }] of Object.entries(entries)) {
    responsesClientSuite(service, { key: "sk-client-for-tests", ...target }, () => gateway.baseUrl(service));
  }
});
