// SPDX-License-Identifier: Apache-2.0
// The official clients through a real Envoy with ai-proxy, with the mock providers as upstreams.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { headerOf } from "../providers/wire.ts";
import { anthropicClientSuite } from "./anthropic-suite.ts";
import { conversations } from "./conversations.ts";
import { assertSameRequest, dashscopeSdkRequests } from "./dashscope-sdk.ts";
import { type Gateway, type Service, startGateway } from "./gateway.ts";
import { type ClientTarget, type Failure, openAiClientSuite } from "./openai-suite.ts";

const clientKey = "sk-client-for-tests";
const providerKey = "sk-provider-for-tests";
const qwenModels = {
  "gpt-4o": "qwen-plus",
  "gpt-4o-vision": "qwen-vl-max",
  "text-embedding-3-small": "text-embedding-v3",
};

const services: Record<string, Service> = {
  openai: { dialect: "openai", provider: { type: "openai", apiTokens: [providerKey] } },
  "openai-own-key": { dialect: "openai", provider: { type: "openai" } },
  "qwen-compatible": {
    dialect: "dashscope",
    provider: { type: "qwen", apiTokens: [providerKey], modelMapping: qwenModels },
  },
  "qwen-native": {
    dialect: "dashscope",
    provider: { type: "qwen", apiTokens: [providerKey], modelMapping: qwenModels, qwenEnableCompatible: false },
  },
  "qwen-unmapped": {
    dialect: "dashscope",
    provider: { type: "qwen", apiTokens: [providerKey], qwenEnableCompatible: false },
  },
  "qwen-wrong-key": {
    dialect: "dashscope",
    provider: { type: "qwen", apiTokens: ["sk-invalid-for-tests"], qwenEnableCompatible: false },
  },
};

let started: Promise<Gateway> | undefined;
const gateway = (): Promise<Gateway> => (started ??= startGateway(services));
after(async () => (await started)?.close());

const target = (service: string) => async () => ({
  baseUrl: (await gateway()).baseUrl(service),
  close: async () => {},
});

const failures = (family: string): Failure[] => [
  { error: "RateLimitError", model: `${family}-rate-limited`, retryAfter: "20" },
  { error: "BadRequestError", fields: { messages: [] } },
  { error: "InternalServerError", model: `${family}-server-error` },
  { error: "InternalServerError", model: `${family}-overloaded` },
  { error: "InternalServerError", model: `${family}-html-error` },
  { error: "InternalServerError", model: `${family}-empty-error` },
];
const openAi: ClientTarget = {
  key: clientKey,
  chatModel: "gpt-4o",
  visionModel: "gpt-4o",
  embeddingModel: "text-embedding-3-small",
  completionModel: "gpt-3.5-turbo-instruct",
  listsModels: true,
  failures: [...failures("gpt"), { error: "NotFoundError", model: "no-such-model" }],
};
const qwen: ClientTarget = {
  key: clientKey,
  chatModel: "gpt-4o",
  visionModel: "gpt-4o-vision",
  thinkingModel: "gpt-4o",
  thinkingFields: { enable_thinking: true },
  embeddingModel: "text-embedding-3-small",
  completionModel: "qwen2.5-coder-7b-instruct",
  listsModels: true,
  failures: [...failures("qwen"), { error: "NotFoundError", model: "no-such-model" }],
};

openAiClientSuite("gateway to OpenAI", openAi, target("openai"));
openAiClientSuite("gateway to DashScope's compatible mode", qwen, target("qwen-compatible"));
openAiClientSuite(
  "gateway to DashScope's own protocol",
  // DashScope's own protocol has no 404 for a model.
  { ...qwen, failures: [...failures("qwen"), { error: "BadRequestError", model: "no-such-model" }] },
  target("qwen-native"),
);
openAiClientSuite(
  "gateway to OpenAI with the client's own key",
  { ...openAi, failures: [{ error: "AuthenticationError", key: "sk-invalid-for-tests" }] },
  target("openai-own-key"),
);

anthropicClientSuite(
  "gateway to DashScope's Messages API",
  {
    ...{ key: clientKey, anyKey: true, family: "qwen" },
    ...{ model: "qwen-plus", thinkingModel: "qwen-plus", visionModel: "qwen-vl-max" },
  },
  async () => ({ baseUrl: (await gateway()).baseUrl("qwen-native").replace(/\/v1$/, ""), close: async () => {} }),
);

describe("the gateway", () => {
  const post = async (service: string, path: string, body: unknown): Promise<Response> =>
    fetch((await gateway()).baseUrl(service) + path.replace(/^\/v1/, ""), {
      method: "POST",
      headers: { authorization: `Bearer ${clientKey}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  it("sends DashScope the same requests as the official client", async (t) => {
    const official = await dashscopeSdkRequests(conversations.map(({ dashScope }) => dashScope));
    for (const [i, { name, path, openAi }] of conversations.entries()) {
      await t.test(name, async () => {
        const response = await post("qwen-unmapped", path, openAi);
        assert.equal(response.status, 200, await response.text());
        const sent = (await gateway()).requests("qwen-unmapped").at(-1)!;
        assertSameRequest(sent, official[i]);
      });
    }
  });

  it("reports that the gateway's API key is wrong, without showing it", async () => {
    const response = await post("qwen-wrong-key", "/v1/chat/completions", {
      model: "qwen-plus",
      messages: [{ role: "user", content: "Hello!" }],
    });
    assert.equal(response.status, 401);
    const { error } = (await response.json()) as { error: { type: string; message: string } };
    assert.equal(error.type, "authentication_error");
    assert.doesNotMatch(error.message, /sk-/);
  });

  it("keeps the client's key from providers, and all keys from its log", async () => {
    const running = await gateway();
    for (const service of ["openai", "qwen-compatible", "qwen-native"]) {
      const seen = running.requests(service);
      assert.ok(seen.length > 10, service);
      for (const request of seen) {
        assert.equal(headerOf(request, "authorization"), `Bearer ${providerKey}`);
        assert.doesNotMatch(JSON.stringify(request.headers), new RegExp(clientKey));
      }
    }
    assert.equal(headerOf(running.requests("openai-own-key")[0], "authorization"), `Bearer ${clientKey}`);
    const lines = running.logs().filter((line) => /sk-(client|provider|invalid)/.test(line));
    assert.deepEqual(lines, []);
  });
});
