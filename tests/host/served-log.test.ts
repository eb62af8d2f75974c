// SPDX-License-Identifier: Apache-2.0
// At debug ai-proxy says of each request where it goes and with which API key, by its number; at info it says nothing of requests.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toClientRequest } from "../harness/wire.ts";
import type { ProviderReply } from "../providers/types.ts";
import type { LogLevel } from "./abi.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const KEYS = ["sk-test-secret-one", "sk-test-secret-two"];
const reply: ProviderReply = {
  status: 200,
  headers: [["content-type", "application/json"]],
  chunks: [Buffer.from("{}")],
};

/** What the log says of one request, without the line of the version. */
function said(config: object, logLevel: LogLevel, request: Parameters<typeof toClientRequest>[0]): string[] {
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel });
  const context = host.configure("ai-proxy", JSON.stringify(config));
  assert.ok(context);
  runExchange(
    host,
    context,
    toClientRequest(request),
    { answer: () => reply },
    {
      routes: [{ name: "default", match: { prefix: "/" }, cluster: "upstream" }],
    },
  );
  return host.vm.logs.map(({ text }) => text).filter((text) => !text.includes(": version "));
}

const chat = (model: string) => ({ json: { model, messages: [{ role: "user", content: "words of the client" }] } });

describe("what ai-proxy says of a request", () => {
  const providers = [{ id: "main", type: "qwen", apiTokens: KEYS, modelMapping: { "gpt-4": "qwen-max" } }];
  const config = { activeProviderId: "main", providers };

  it("is the provider, the model and the number of the key at debug", () => {
    const [line, ...rest] = said(config, "debug", chat("gpt-4"));
    assert.match(line, /^ai-proxy: provider "main", model "qwen-max", API key [12] of 2$/);
    assert.deepEqual(rest, []);
  });

  it("is that there is no key of the gateway's, and no model", () => {
    const open = { provider: { type: "openai" } };
    const request = { method: "GET", path: "/v1/models", headers: { authorization: "Bearer sk-of-the-client" } };
    assert.deepEqual(said(open, "debug", request), ['ai-proxy: provider "openai", no model, the client\'s own key']);
  });

  it("holds no line end that a client put into the model", () => {
    const open = { provider: { type: "openai", apiTokens: [KEYS[0]] } };
    assert.deepEqual(said(open, "debug", chat("a\nai-proxy: forged")), [
      'ai-proxy: provider "openai", a model of other letters, API key 1 of 1',
    ]);
  });

  it("is nothing at info", () => assert.deepEqual(said(config, "info", chat("gpt-4")), []));
});
