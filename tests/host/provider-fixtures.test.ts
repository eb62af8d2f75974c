// SPDX-License-Identifier: Apache-2.0
// Every fixture of a provider that speaks OpenAI, through the compiled plugin: what the provider gets, and the client.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertReceived, fixturesOf } from "../fixtures/expectations.ts";
import type { ProviderReply } from "../providers/types.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const apiToken = "sk-test-fixtures";
const providers: Record<string, object> = {
  azure: { type: "azure", apiToken, azureServiceUrl: "https://r.openai.azure.com?api-version=2024-10-21" },
  moonshot: { type: "moonshot", apiToken },
  deepseek: { type: "deepseek", apiToken },
  vllm: { type: "vllm" },
};

for (const [name, provider] of Object.entries(providers)) {
  describe(`the fixtures of ${name}`, () => {
    for (const { name: fixture, client, request, upstream, expected } of fixturesOf(name, "chat")) {
      it(fixture, () => {
        const host = new ProxyHost("build/ai-proxy.wasm");
        const context = host.configure("ai-proxy", JSON.stringify({ provider }));
        assert.ok(context, "the configuration is accepted");
        const reply: ProviderReply = {
          status: upstream?.status ?? 200,
          headers: Object.entries(upstream?.headers ?? { "content-type": "application/json" }),
          chunks: [upstream?.body ?? Buffer.from("{}")],
        };
        const chunks = [Buffer.from(JSON.stringify(client))];
        const headers: [string, string][] = [["content-type", "application/json"]];
        const path = "/v1/chat/completions";
        const sent = { method: "POST", path, authority: "gateway.example", headers, chunks };
        const { received, response } = runExchange(host, context, sent, { answer: () => reply }, {});
        assert.ok(received, "the provider is asked");
        if (request) assert.deepEqual(JSON.parse(received.body.toString()), request);
        if (!expected) return;
        assert.equal(response.status, reply.status);
        assertReceived(response.body.toString(), expected);
      });
    }
  });
}
