// SPDX-License-Identifier: Apache-2.0
// What `make explain` prints is what Envoy does: the same requests through envoy/ai-gateway.yaml.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { explain } from "../../tools/explain/explain.ts";
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { leadToLoopback } from "../../tools/gateway/config.ts";
import { root } from "../../tools/plugins.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const FILE = "envoy/ai-gateway.yaml";
/** Headers of a connection or of a moment. */
const NOT_COMPARED = new Set([
  "x-request-id",
  "x-forwarded-proto",
  "content-length",
  "transfer-encoding",
  "connection",
  "host",
]);

const compared = (headers: [string, string][]): string[] =>
  headers
    .filter(([name]) => !NOT_COMPARED.has(name))
    .map((pair) => pair.join(": "))
    .sort();

describe(`an explanation of ${FILE}`, () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;

  before(async () => {
    provider = await serve(() => ({
      status: 503,
      headers: [["content-type", "application/json"]],
      chunks: [Buffer.from("{}")],
    }));
    const bootstrap = parse(readFileSync(join(root, FILE), "utf8"), { merge: true }) as Bootstrap;
    for (const cluster of bootstrap.static_resources.clusters) leadToLoopback(cluster, provider.port);
    envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  const rows: [title: string, path: string, headers: [string, string][]][] = [
    ["the default route", "/v1/chat/completions", [["authorization", "Bearer unused"]]],
    ["a route with a provider", "/openai/v1/chat/completions?x=1", []],
    [
      "a guarded route, whose path is rewritten",
      "/guarded/v1/chat/completions",
      [["authorization", "Bearer YOUR_KEY_FOR_CHAT_APP"]],
    ],
    ["a guarded route without a key", "/guarded/v1/chat/completions", []],
    ["a direct response", "/guarded/other", [["authorization", "Bearer YOUR_KEY_FOR_CHAT_APP"]]],
    ["a page of a stranger", "/v1/chat/completions", [["origin", "https://stranger.example"]]],
  ];
  for (const [title, path, headers] of rows) {
    it(`is right for ${title}`, async () => {
      const body = Buffer.from(JSON.stringify({ model: "gpt-4-turbo", messages: [{ role: "user", content: "hi" }] }));
      const all: [string, string][] = [
        ["content-type", "application/json"],
        ["content-length", `${body.length}`],
        ...headers,
      ];
      const request = { method: "POST", path, authority: "gateway.example", headers: all, chunks: [body] };
      const asked = provider.requests.length;
      const response = await send(envoy.listenerPorts.gateway, request);
      const explanation = explain(join(root, FILE), { request });
      assert.ok(!Array.isArray(explanation), String(explanation));
      const { attempts, status } = explanation.outcome;
      assert.equal(status, response.status);
      const received = provider.requests.slice(asked);
      assert.equal(attempts.length, received.length);
      for (const [index, attempt] of attempts.entries()) {
        const { method, path: to, authority, headers: sent, body: content } = received[index];
        assert.deepEqual([attempt.method, attempt.path, attempt.host], [method, to, authority]);
        assert.deepEqual(attempt.body.toString(), content.toString());
        assert.deepEqual(compared(attempt.headers), compared(sent));
      }
    });
  }
});
