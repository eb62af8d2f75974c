// SPDX-License-Identifier: Apache-2.0
// The official Anthropic clients over providers that are asked for chats, or in an API of their own.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { headerOf } from "../providers/wire.ts";
import { anthropicPythonTests } from "./anthropic-python.ts";
import { anthropicClientSuite, type AnthropicTarget } from "./anthropic-suite.ts";
import { type Gateway, type Service, startGateway } from "./gateway.ts";

const key = "sk-client-for-tests";
const apiTokens = ["sk-provider-for-tests"];
const qwen = { type: "qwen", apiTokens, translateMessages: true };

interface Entry extends Service {
  target: Omit<AnthropicTarget, "key">;
}

const entries: Record<string, Entry> = {
  openai: {
    dialect: "openai",
    provider: { type: "openai", apiTokens },
    target: { model: "gpt-4o", visionModel: "gpt-4o", family: "gpt" },
  },
  deepseek: {
    dialect: "deepseek",
    provider: { type: "deepseek", apiTokens, translateMessages: true },
    target: { model: "deepseek-chat", thinkingModel: "deepseek-v4-pro", family: "deepseek" },
  },
  "qwen-compatible": {
    dialect: "dashscope",
    provider: qwen,
    target: { model: "qwen-plus", thinkingModel: "qwen-plus", visionModel: "qwen-vl-max", family: "qwen" },
  },
  "qwen-native": {
    dialect: "dashscope",
    provider: { ...qwen, qwenEnableCompatible: false },
    target: { model: "qwen-plus", thinkingModel: "qwen-plus", visionModel: "qwen-vl-max", family: "qwen" },
  },
  gemini: {
    dialect: "gemini-native",
    provider: { type: "gemini", apiTokens },
    target: {
      ...{ model: "gemini-2.5-flash", thinkingModel: "gemini-3-flash-preview" },
      ...{ visionModel: "gemini-2.5-pro", family: "gemini" },
    },
  },
};

/** Gets the requests as they are. */
const claude: Entry = {
  dialect: "claude-native",
  provider: { type: "claude", apiTokens },
  target: { model: "claude-sonnet-4-5", thinkingModel: "claude-sonnet-4-5", family: "claude" },
};

describe("clients of Anthropic's Messages over chats", () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway({ ...entries, claude });
  });
  after(() => gateway.close());
  const messagesBase = (service: string): string => gateway.baseUrl(service).replace(/\/v1$/, "");

  for (const [service, { target }] of Object.entries(entries)) {
    anthropicClientSuite(service, { key, anyKey: true, dropsUnknown: true, ...target }, async () => ({
      baseUrl: messagesBase(service),
      close: async () => {},
    }));
  }

  const targets = Object.entries({ ...entries, claude }).map(([service, { target }]) => [service, { key, ...target }]);
  anthropicPythonTests(Object.fromEntries(targets) as Record<string, AnthropicTarget>, messagesBase);

  it("gets the number of tokens that Gemini counts", async () => {
    const client = new Anthropic({ baseURL: messagesBase("gemini"), apiKey: key, maxRetries: 0 });
    const asked = { model: "gemini-2.5-flash", messages: [{ role: "user" as const, content: "Hello!" }] };
    const { usage } = await client.messages.create({ ...asked, max_tokens: 9 });
    assert.deepEqual(await client.messages.countTokens(asked), { input_tokens: usage.input_tokens });
    assert.match(gateway.requests("gemini").at(-1)!.path, /:countTokens$/);
  });

  it("tells the client what was translated and dropped, and the provider nothing of Anthropic", async () => {
    const client = new Anthropic({ baseURL: messagesBase("openai"), apiKey: key, maxRetries: 0 });
    const messages = [{ role: "user" as const, content: "Hello!" }];
    const request = { model: "gpt-4o", max_tokens: 9, top_k: 3, messages };
    const { response } = await client.messages.create(request).withResponse();
    assert.equal(response.headers.get("x-ai-translated"), "messages-to-chat");
    assert.equal(response.headers.get("x-ai-dropped-params"), "top_k");
    const seen = gateway.requests("openai").at(-1)!;
    assert.equal(seen.path, "/v1/chat/completions");
    for (const name of ["anthropic-version", "x-api-key"]) assert.ok(!headerOf(seen, name), name);
  });
});
