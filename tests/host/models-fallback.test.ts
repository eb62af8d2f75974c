// SPDX-License-Identifier: Apache-2.0
// Each attempt at a provider is fitted to the model that this provider's mapping names, from what the client sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, header, hostClusters, routes } from "../harness/attempts.ts";
import type { ClientRequest } from "../harness/http-client.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const configuration = {
  providers: [
    { id: "first", type: "openai", apiToken: "sk-test-first" },
    { id: "second", type: "openai", apiToken: "sk-test-second", modelMapping: { "*": "o3" } },
    { id: "third", type: "openai", apiToken: "sk-test-third", modelMapping: { "*": "gpt-4o" } },
  ],
};

test("the second target gets what its own model takes, and the client reads about that attempt alone", () => {
  const host = new ProxyHost("build/ai-proxy.wasm");
  const context = host.configure("ai-proxy", JSON.stringify(configuration));
  assert.ok(context);
  const sent = { model: "any", temperature: 0.5, max_tokens: 128000, messages: [{ role: "user", content: "hello" }] };
  const body = Buffer.from(JSON.stringify(sent));
  const request: ClientRequest = {
    ...{ method: "POST", path: "/v1/chat/completions", authority: "gateway.example" },
    headers: [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
    ],
    chunks: [body],
  };
  const options = { position: "upstream" as const, routes, clusters: hostClusters };
  const { response, attempts } = runExchange(host, context, request, { answer }, options);
  const { messages } = sent;
  assert.deepEqual(
    attempts.map((attempt) => JSON.parse(attempt.body.toString()) as unknown),
    [
      { model: "o3", max_completion_tokens: 100000, messages },
      { model: "gpt-4o", temperature: 0.5, max_tokens: 16384, messages },
    ],
  );
  for (const attempt of attempts) assert.equal(header(attempt, "content-length"), String(attempt.body.length));
  const dropped = response.headers.find(([name]) => name === "x-ai-dropped-params");
  assert.equal(response.status, 200, response.body.toString());
  assert.equal(dropped?.[1], "max_tokens=16384");
});
