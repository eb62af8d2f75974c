// SPDX-License-Identifier: Apache-2.0
// API keys that fail over, on the Node host: errors whose status looks like the key's, and whose cause is the request.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ProviderReply } from "../providers/types.ts";
import { chatOf, failed, hashOf, json, KEYS } from "../harness/keys.ts";
import { CONSUMER, first, Gateway, second, third } from "./keys-gateway.ts";

const ofAll = (reply: ProviderReply): Record<string, ProviderReply> =>
  Object.fromEntries(KEYS.map((key) => [key, reply]));

const TOO_LARGE =
  "Request too large for gpt-4o in organization org-a on tokens per min (TPM): Limit 30000, Requested 60000.";

/** Each with its source: the error is documented there, or reported by users of the provider. */
const refused: [name: string, reply: ProviderReply][] = [
  // https://github.com/TheR1D/shell_gpt/issues/653
  ["OpenAI's request above the whole limit", failed(429, "rate_limit_exceeded", [], TOO_LARGE)],
  // https://github.com/anthropics/claude-code/issues/42616
  [
    "Anthropic's long context",
    json(429, {
      type: "error",
      error: { type: "rate_limit_error", message: "Extra usage is required for long context requests." },
    }),
  ],
  // https://openrouter.ai/docs/errors
  [
    "OpenRouter's moderation",
    json(403, { error: { code: 403, message: "Flagged.", metadata: { reasons: ["violence"], flagged_input: "…" } } }),
  ],
  [
    "OpenRouter's max_tokens",
    json(402, { error: { code: 402, message: "This request requires more credits, or fewer max_tokens. You …" } }),
  ],
  // https://github.com/Wei-Shaw/sub2api/pull/5359
  ["xAI's moderation", json(403, { code: "permission-denied", error: "Content violates usage guidelines. " })],
  // https://platform.openai.com/docs/guides/error-codes
  ["OpenAI's model of another project", failed(403, "model_not_found", [], "Project `p` does not have access to m.")],
  ["OpenAI's region", failed(403, "unsupported_country_region_territory")],
  // https://docs.claude.com/en/api/errors
  ["Anthropic's permission", json(403, { type: "error", error: { type: "permission_error", message: "No." } })],
  // https://www.alibabacloud.com/help/en/model-studio/error-code
  ["DashScope's workspace", json(403, { code: "Workspace.AccessDenied", message: "Workspace access denied." })],
];

describe("an error of the request itself", () => {
  for (const [name, reply] of refused)
    it(`${name}: the other keys are tried, the client gets the error, and all stay in use`, () => {
      const gateway = new Gateway();
      gateway.script.set(ofAll(reply));
      assert.equal(gateway.send().response.status, reply.status);
      assert.deepEqual(gateway.script.taken(), [first, second, third]);
      assert.equal(gateway.shared.bytes, 0);
      gateway.script.set({});
      gateway.send();
      assert.deepEqual(gateway.script.taken(), [first]);
    });

  it("another account serves it: the client gets that response, and in a fallback set the same target is next", () => {
    const gateway = new Gateway();
    gateway.script.set({ [first]: failed(403, "model_not_found") });
    assert.equal(gateway.send().response.status, 200);
    assert.deepEqual(gateway.script.taken(), [first, second]);
    const outcome = gateway.send(undefined, { ai_fallback_pass: "1", ai_fallback: "1" });
    assert.equal(outcome.filterState.ai_key_failover, "next");
    const tried = KEYS.map(hashOf).join("");
    const last = gateway.send(undefined, { ai_fallback_pass: "1", ai_fallback: "1", ai_tried_keys: tried });
    assert.equal(last.filterState.ai_key_failover, undefined);
  });

  it("a 400 that blames the request is not sent again", () => {
    const gateway = new Gateway();
    gateway.script.set(ofAll(failed(400, "model_not_found")));
    assert.equal(gateway.send().response.status, 400);
    assert.deepEqual(gateway.script.taken(), [first]);
  });

  it("a provider that is overloaded (429) is so for each key: none is tried, and none leaves", () => {
    const gateway = new Gateway();
    gateway.script.set(ofAll(json(429, { error: { message: "Overloaded.", type: "engine_overloaded_error" } })));
    assert.equal(gateway.send().response.status, 429);
    assert.deepEqual(gateway.script.taken(), [first]);
    gateway.send();
    assert.deepEqual(gateway.script.taken(), [first]);
  });

  for (const model of ["Invalid API key.", "insufficient credits", "Your credit balance is too low"])
    it(`a message that begins with the client's model is the client's: ${model}`, () => {
      const gateway = new Gateway();
      const message = `${model} is not a valid model ID`;
      gateway.script.set(ofAll(json(400, { error: { code: 400, message } })));
      const request = chatOf({ consumer: CONSUMER });
      const body = Buffer.from(JSON.stringify({ model, messages: [{ role: "user", content: "hi" }] }));
      request.headers = request.headers.map(([name, value]) => [
        name,
        name === "content-length" ? `${body.length}` : value,
      ]);
      assert.equal(gateway.send({ ...request, chunks: [body] }).response.status, 400);
      assert.deepEqual(gateway.script.taken(), [first]);
      assert.equal(gateway.shared.bytes, 0);
    });

  it("failoverOnStatus wins: the key leaves whatever the body says", () => {
    const gateway = new Gateway({ failover: { enabled: true, failoverOnStatus: [429], failureThreshold: 1 } });
    gateway.script.set({ [first]: failed(429, "rate_limit_exceeded", [], TOO_LARGE) });
    assert.equal(gateway.send().response.status, 200);
    gateway.send();
    assert.deepEqual(gateway.script.taken(), [first, second, second]);
  });

  it("maxRetries counts the keys of this provider, not those of the target before", () => {
    const gateway = new Gateway({ failover: { enabled: true }, retryOnFailure: { enabled: true, maxRetries: 1 } });
    gateway.script.set({ [first]: failed(401), [second]: failed(401) });
    const state = { ai_fallback_pass: "1", ai_fallback: "1" };
    const others = "0123456789abcdef";
    assert.equal(gateway.send(undefined, { ...state, ai_tried_keys: others }).filterState.ai_key_failover, "next");
    const outcome = gateway.send(undefined, { ...state, ai_tried_keys: others + hashOf(first) });
    assert.equal(outcome.filterState.ai_key_failover, undefined);
  });
});
