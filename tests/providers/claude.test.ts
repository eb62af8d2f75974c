// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SIGNATURE } from "./anthropic-response.ts";
import { dialects } from "./index.ts";
import type { HeaderPair, ProviderReply } from "./types.ts";
import type { JsonObject } from "./wire.ts";

const headers: HeaderPair[] = [
  ["content-type", "application/json"],
  ["x-api-key", "sk-ant-for-tests"],
  ["anthropic-version", "2023-06-01"],
];
const send = (fields: JsonObject, given = headers): ProviderReply =>
  dialects["claude-native"].handle({
    ...{ method: "POST", path: "/v1/messages", authority: "api.anthropic.com", headers: given },
    body: Buffer.from(JSON.stringify({ model: "claude-sonnet-4-5", max_tokens: 4096, messages: [user], ...fields })),
  });
const parsed = (reply: ProviderReply): JsonObject => JSON.parse(Buffer.concat(reply.chunks).toString()) as JsonObject;

const user = { role: "user", content: "Hello!" };
const prefill = [user, { role: "assistant", content: "{" }];
const budget = { thinking: { type: "enabled", budget_tokens: 2048 } };
const adaptive = { model: "claude-opus-4-7", thinking: { type: "adaptive" } };
const tools = [{ name: "f", input_schema: { type: "object" } }];
const called = (...before: JsonObject[]): JsonObject[] => [
  user,
  { role: "assistant", content: [...before, { type: "tool_use", id: "t1", name: "f", input: {} }] },
  { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "18" }] },
];
const signed = (signature: string): JsonObject => ({ type: "thinking", thinking: "Hm", signature });

describe("Anthropic refuses", () => {
  // prettier-ignore
  const refused: Record<string, [fields: JsonObject, message: RegExp]> = {
    "a temperature beside thinking": [{ ...budget, temperature: 0.5 }, /^`temperature` may only be set to 1/],
    "top_k beside thinking": [{ ...budget, top_k: 3 }, /^`top_k` must be unset/],
    "a small top_p beside thinking": [{ ...budget, top_p: 0.5 }, /^`top_p` must be greater/],
    "a temperature beside top_p": [{ temperature: 0.5, top_p: 0.5 }, /cannot both be specified/],
    "a budget of all tokens": [{ thinking: { type: "enabled", budget_tokens: 4096 } }, /^`max_tokens` must be greater/],
    "a small budget": [{ thinking: { type: "enabled", budget_tokens: 1023 } }, /^thinking\.enabled\.budget_tokens: .* 1024$/],
    "a budget for an adaptive model": [{ ...budget, model: "claude-opus-4-7" }, /^"thinking\.type\.enabled"/],
    "adaptive thinking of an older model": [{ thinking: { type: "adaptive" } }, /^"thinking\.type\.adaptive"/],
    "no thinking of a model that always thinks": [{ model: "claude-opus-5-5", thinking: { type: "disabled" } }, /^"thinking\.type\.disabled"/],
    "a temperature of a newer model": [{ model: "claude-opus-4-7", temperature: 0 }, /^`temperature` is deprecated/],
    "top_p of a newer model": [{ model: "claude-sonnet-5", top_p: 0.9 }, /^`top_p` is deprecated/],
    "top_k of a newer model": [{ model: "claude-opus-4-8", top_k: 1 }, /^`top_k` is deprecated/],
    "a prefill of a newer model": [{ model: "claude-opus-4-6", messages: prefill }, /^This model does not support assistant message prefill/],
    "a prefill beside thinking": [{ ...budget, messages: prefill }, /prefill/],
    "an effort of an older model": [{ output_config: { effort: "low" } }, /effort/],
    "a schema of an older model": [{ model: "claude-3-7-sonnet-20250219", output_config: { format: { type: "json_schema" } } }, /output format/],
    "too many tokens": [{ model: "claude-3-5-haiku-20241022", max_tokens: 8193 }, /^max_tokens: 8193 > 8192/],
    "a forced tool beside thinking": [{ ...budget, tools, tool_choice: { type: "any" } }, /forces tool use/],
    "a forced tool of a newer model": [{ model: "claude-opus-5-5", tools, tool_choice: { type: "any" } }, /^tool_choice: "any"/],
    "a choice without tools": [{ tool_choice: { type: "auto" } }, /^tool_choice: may only/],
    "a wrong signature": [{ messages: called(signed("bm8=")) }, /Invalid `signature`/],
    "a call without its thinking": [{ ...budget, messages: called() }, /^messages\.1\.content\.0\.type: Expected `thinking`/],
    "an empty text": [{ messages: [{ role: "user", content: [{ type: "text", text: "" }] }] }, /non-empty/],
    "a blank stop sequence": [{ stop_sequences: ["\n"] }, /^stop_sequences: /],
  };
  for (const [what, [fields, message]] of Object.entries(refused)) {
    it(what, () => {
      const reply = send(fields);
      const error = parsed(reply).error as JsonObject;
      assert.deepEqual([reply.status, error.type], [400, "invalid_request_error"]);
      assert.match(String(error.message), message);
    });
  }

  it("a request without a version", () => {
    assert.match(JSON.stringify(parsed(send({}, headers.slice(0, 2)))), /anthropic-version: header is required/);
  });
});

describe("Anthropic takes", () => {
  const taken: Record<string, JsonObject> = {
    "a budget": { ...budget, temperature: 1 },
    "adaptive thinking with an effort": { ...adaptive, output_config: { effort: "xhigh" } },
    "a prefill of an older model": { messages: prefill },
    "a call after its thinking": { ...budget, messages: called(signed(SIGNATURE)) },
    "sampling of an older model": { temperature: 0.2, top_k: 3 },
  };
  for (const [what, fields] of Object.entries(taken)) {
    it(what, () => assert.equal(send(fields).status, 200, JSON.stringify(parsed(send(fields)))));
  }

  it("a display of the thinking that newer models leave out", () => {
    const shown = (thinking: JsonObject) =>
      (parsed(send({ ...adaptive, thinking })).content as JsonObject[])[0].thinking;
    assert.equal(shown({ type: "adaptive" }), "");
    assert.match(String(shown({ type: "adaptive", display: "summarized" })), /^Hmm/);
  });
});
