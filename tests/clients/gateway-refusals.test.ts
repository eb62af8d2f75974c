// SPDX-License-Identifier: Apache-2.0
// What an application with the official SDK receives if envoy/ai-gateway.yaml refuses: the error class, its message and its code.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI from "openai";
import { type EdgeGateway, startEdgeGateway } from "../envoy/edge-gateway.ts";
import { dialects } from "../providers/index.ts";

const MESSAGES = [{ role: "user" as const, content: "Hi" }];
type Thrown = new (...args: never[]) => InstanceType<typeof OpenAI.APIError>;

describe("refusals of envoy/ai-gateway.yaml in the SDK", () => {
  let gateway: EdgeGateway;

  before(async () => void (gateway = await startEdgeGateway((request) => dialects.openai.handle(request))));
  after(() => gateway?.close());

  const clientOf = (apiKey: string): OpenAI =>
    new OpenAI({ baseURL: `http://127.0.0.1:${gateway.port}/guarded/v1`, apiKey, maxRetries: 0 });
  const chat = (apiKey: string, model: string, content = "Hi"): Promise<unknown> =>
    clientOf(apiKey).chat.completions.create({ model, messages: [{ role: "user", content }] });

  const CHAT_APP = "YOUR_KEY_FOR_CHAT_APP";
  const BATCH_JOB = "YOUR_KEY_FOR_BATCH_JOB";
  const refusals: [name: string, ask: () => Promise<unknown>, thrown: Thrown, message: RegExp, code: string | null][] = [
    ["an unknown key", () => chat("sk-no", "gpt-4o"), OpenAI.AuthenticationError, /^401 Unauthorized consumer\.$/, "invalid_api_key"],
    ["a model of others", () => chat(BATCH_JOB, "gpt-4o"), OpenAI.PermissionDeniedError, /^403 This consumer may not use this model\.$/, "model_not_allowed"],
    ["a private key in a prompt", () => chat(CHAT_APP, "gpt-4o", "-----BEGIN PRIVATE KEY-----"), OpenAI.PermissionDeniedError, /^403 Private keys go to no provider\.$/, "request_blocked"],
    ["an API that is not served", () => clientOf(CHAT_APP).files.list(), OpenAI.NotFoundError, /^404 This gateway does not serve that\.$/, "direct_response"],
    ["a body that is too large", () => chat(CHAT_APP, "gpt-4o", "x".repeat(17 * 1024 * 1024)), OpenAI.APIError, /^413 Payload Too Large$/, "request_payload_too_large"],
  ]; // prettier-ignore
  for (const [name, ask, thrown, message, code] of refusals) {
    it(`gives the reason for ${name}`, async () => {
      await assert.rejects(ask(), (error) => {
        assert.ok(error instanceof thrown, String(error));
        assert.match(error.message, message);
        assert.equal(error.code, code);
        return true;
      });
    });
  }

  it("says when a retry can succeed", async () => {
    const ask = () => clientOf(BATCH_JOB).chat.completions.create({ model: "gpt-3.5-turbo", messages: MESSAGES });
    for (let i = 0; i < 3; i++) await ask();
    await assert.rejects(ask(), (error) => {
      assert.ok(error instanceof OpenAI.RateLimitError);
      assert.match(error.message, /^429 The limit of 3 requests is reached\. Try again in \d+ s\.$/);
      assert.equal(error.code, "rate_limit_exceeded");
      assert.match(error.headers?.get("retry-after") ?? "", /^\d+$/);
      return true;
    });
  });

  it("says that the provider is unavailable", async () => {
    await gateway.provider.close();
    await assert.rejects(chat(CHAT_APP, "gpt-4o"), (error) => {
      assert.ok(error instanceof OpenAI.InternalServerError);
      assert.match(error.message, /^503 upstream connect error or disconnect\/reset before headers/);
      return true;
    });
  });
});
