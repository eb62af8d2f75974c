import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { leadToLoopback } from "../../tools/gateway/config.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { dialects } from "../providers/index.ts";
import { serve, type RunningServer } from "../providers/server.ts";

describe("envoy/routes", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;

  before(async () => {
    const text = readFileSync(new URL("../../envoy/routes/envoy.yaml", import.meta.url), "utf8");
    const bootstrap = parse(text) as Bootstrap;
    provider = await serve((request) =>
      dialects[request.authority === "dashscope.aliyuncs.com" ? "dashscope" : "openai"].handle(request),
    );
    for (const cluster of bootstrap.static_resources.clusters) leadToLoopback(cluster, provider.port);
    envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  const asOpenAi: [string, string][] = [["x-provider", "openai"]];
  const ways: [title: string, authority: string, headers: [string, string][], model: string, served?: string][] = [
    ["a rule for a domain", "openai.example.com", [], "gpt-4o", "openai"],
    ["metadata of the route", "gateway.example", asOpenAi, "gpt-4o", "openai"],
    ["a rule for a route", "gateway.example", [["x-provider", "rule"]], "gpt-4o", "openai"],
    ["the plugin's own configuration", "gateway.example", [], "qwen-max", "qwen"],
    ["nothing, where the plugin is off", "gateway.example", [["x-provider", "none"]], "gpt-4o"],
  ];
  for (const [title, authority, extra, model, served] of ways) {
    it(`selects the provider by ${title}`, async () => {
      const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello!" }] });
      const headers: [string, string][] = [
        ["content-type", "application/json"],
        ["content-length", String(body.length)],
        ["authorization", "Bearer of-the-client"],
        ...extra,
      ];
      const request = { method: "POST", path: "/v1/chat/completions", authority, headers, chunks: [Buffer.from(body)] };
      const response = await send(envoy.listenerPorts.gateway, request);
      assert.equal(response.status, 200, response.body.toString());
      assert.equal(valueOf(response.headers, "x-ai-provider"), served);
      const key = { openai: "YOUR_OPENAI_API_KEY", qwen: "YOUR_DASHSCOPE_API_KEY" }[served ?? ""] ?? "of-the-client";
      assert.equal(valueOf(provider.requests.at(-1)?.headers ?? [], "authorization"), `Bearer ${key}`);
    });
  }
});

const valueOf = (headers: [string, string][], wanted: string): string | undefined =>
  headers.find(([name]) => name === wanted)?.[1];
