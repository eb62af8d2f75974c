// SPDX-License-Identifier: Apache-2.0
// Where another target may follow, a response that says too little changes its status and nothing else: no local reply.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { ProxyHost } from "./proxy-host.ts";

const PROVIDER = { type: "qwen", apiToken: "sk-test-qwen", qwenEnableCompatible: false };
const CHAT = Buffer.from('{"model":"qwen-plus","messages":[{"role":"user","content":"hi"}]}');

function answered(headers: HeaderPair[], armed: boolean): { status: string; details: string; body: string } {
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
  const context = host.configure("ai-proxy", JSON.stringify({ provider: PROVIDER }))!;
  const stream = host.stream(context);
  if (armed) stream.filterState.set("ai_fallback", { value: Buffer.from("1"), readonly: false, span: 1 });
  stream.requestHeaders(
    [
      [":method", "POST"],
      [":path", "/v1/chat/completions"],
      [":authority", "gateway.example"],
    ],
    false,
  );
  stream.requestBody(CHAT, true);
  stream.responseHeaders(headers, true);
  host.check();
  const { client, details } = stream;
  return { status: client.headers!.get(":status")!, details, body: client.bodyBytes.toString() };
}

const EMPTY: HeaderPair[] = [[":status", "200"]];
const REFUSED: HeaderPair[] = [
  [":status", "429"],
  ["retry-after", "3"],
];

test("an empty response becomes a 502 whose body is left to the outermost filter", () => {
  assert.deepEqual(answered(EMPTY, true), { status: "502", details: "via_upstream", body: "" });
  assert.equal(answered(EMPTY, false).details, "ai-proxy.provider_error");
});

test("an error without a body keeps its status", () => {
  assert.deepEqual(answered(REFUSED, true), { status: "429", details: "via_upstream", body: "" });
  assert.match(answered(REFUSED, false).body, /rate_limit_error/);
});
