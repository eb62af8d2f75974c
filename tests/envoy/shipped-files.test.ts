// SPDX-License-Identifier: Apache-2.0
// The statements of the plugins' READMEs about the yaml in envoy/: each file runs unchanged, and gives these responses.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { bootstraps } from "../../tools/envoy-files.ts";
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { leadToLoopback } from "../../tools/gateway/config.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import type { HeaderPair } from "../providers/types.ts";

type Call = [title: string, status: number, path: string, header?: HeaderPair, model?: string];

const demo: HeaderPair = ["x-api-key", "demo"];
const batch: HeaderPair = ["api-key", "YOUR_KEY_FOR_BATCH"];
const files: Record<string, Call[]> = {
  "key-auth": [
    ["no key", 401, "/v1/models"],
    ["a key", 200, "/v1/models", ["authorization", "Bearer YOUR_KEY_FOR_ALICE"]],
    ["a key of another consumer", 403, "/alice", batch],
    ["that key on a detour", 403, "/x/../alice", batch],
  ],
  "request-block": [
    ["a blocked word", 404, "/?text=my+Password"],
    ["a blocked word in disguise", 404, "/?text=p%61ssword"],
    ["another word", 200, "/?text=hello"],
  ],
  "model-router": [
    ["a model with a route", 200, "/v1/chat/completions", undefined, "qwen-max"],
    ["another one", 200, "/v1/chat/completions", undefined, "deepseek-chat"],
    ["a model without a route", 404, "/v1/chat/completions", ["x-higress-llm-model", "qwen-max"], "gpt-4o"],
    ["the list of models", 200, "/v1/models"],
    ["a model that is not there", 404, "/v1/models/gpt-4o"],
  ],
  fallback: [
    ["a model that falls back", 200, "/v1/chat/completions", undefined, "deepseek-r1"],
    ["the model it falls back to", 200, "/v1/chat/completions", undefined, "qwq-32b"],
    ["a model without a route", 404, "/v1/chat/completions", ["x-ai-fallback-target", "my-qwq-32b"], "gpt-4o"],
  ],
  "ai-search": [["a chat", 200, "/v1/chat/completions", undefined, "gpt-4-turbo"]],
  "ai-security-guard": [["a chat", 200, "/v1/chat/completions", undefined, "gpt-4-turbo"]],
  "ai-cache": [["a chat", 200, "/v1/chat/completions", ["authorization", "Bearer me"], "gpt-4-turbo"]],
  "ai-history": [
    ["a chat without a question", 200, "/v1/chat/completions", ["x-api-key", "demo-key"], "gpt-4-turbo"],
    ["the history", 200, "/ai-history/query", ["x-api-key", "demo-key"]],
    ["no key", 401, "/ai-history/query"],
  ],
  "ai-data-masking": [["a chat", 200, "/v1/chat/completions", undefined, "gpt-4-turbo"]],
  "model-mapper": [["a chat", 200, "/v1/chat/completions", undefined, "gpt-4-turbo"]],
  "ai-prompt-decorator": [["a chat", 200, "/v1/chat/completions", undefined, "gpt-4o"]],
  "ai-prompt-guard": [["an allowed chat", 200, "/v1/chat/completions", undefined, "gpt-4o"]],
  "ai-prompt-template": [["a chat without a template", 200, "/v1/chat/completions", undefined, "gpt-4o"]],
  "key-rate-limit": [
    ["the first", 200, "/", demo],
    ["the second", 200, "/", demo],
    ["the third", 200, "/", demo],
    ["the fourth", 429, "/", demo],
  ],
  "chatgpt-proxy": [
    ["a prompt", 200, "/?text=Say,hello"],
    ["no prompt", 400, "/"],
  ],
};

for (const [name, calls] of Object.entries(files)) {
  describe(`envoy/${name}.yaml`, () => {
    let envoy: EnvoyProcess;
    before(async () => void (envoy = await startEnvoy(`envoy/${name}.yaml`)));
    after(() => envoy?.stop());

    for (const [title, status, path, header, model] of calls) {
      it(`sends ${status} for ${title}`, async () => {
        const headers = header ? [header] : [];
        const chunks = model ? [Buffer.from(JSON.stringify({ model, messages: [] }))] : [];
        const request = { method: model ? "POST" : "GET", path, authority: "gateway.example", headers, chunks };
        const response = await send(envoy.listenerPorts.gateway, request);
        assert.equal(response.status, status, response.body.toString());
      });
    }
  });
}

const bootstrapOf = (file: string): Bootstrap =>
  parse(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")) as Bootstrap;

describe("every shipped yaml", () => {
  for (const file of bootstraps()) {
    it(`${file} listens only for this machine`, () => {
      for (const { address } of bootstrapOf(file).static_resources.listeners) {
        if (address) assert.equal(address.socket_address.address, "127.0.0.1");
      }
    });
  }
});

describe("envoy/ai-proxy.yaml", () => {
  let envoy: EnvoyProcess;
  let impatient: EnvoyProcess;
  let provider: Server;
  let received = 0;

  before(async () => {
    provider = createServer((request, response) => {
      received = 0;
      request.on("data", (piece: Buffer) => (received += piece.length));
      request.on("end", () => setTimeout(() => response.end("{}"), request.headers["x-slow"] ? 1500 : 0));
    });
    await new Promise<void>((done) => provider.listen(0, "127.0.0.1", done));
    const start = (idle?: string): Promise<EnvoyProcess> => {
      const bootstrap = bootstrapOf("envoy/ai-proxy.yaml");
      leadToLoopback(bootstrap.static_resources.clusters[0], (provider.address() as AddressInfo).port);
      const manager = bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config;
      assert.equal((manager as unknown as { stream_idle_timeout: string }).stream_idle_timeout, "600s");
      if (idle) Object.assign(manager, { stream_idle_timeout: idle });
      return startEnvoy(bootstrap as unknown as Record<string, unknown>);
    };
    envoy = await start();
    impatient = await start("0.5s");
  });
  after(async () => {
    await envoy?.stop();
    await impatient?.stop();
    provider?.close();
  });

  const chat = (to: EnvoyProcess, url: string, more: HeaderPair[] = [], http2 = false) => {
    const content = [{ type: "image_url", image_url: { url } }];
    const body = Buffer.from(JSON.stringify({ model: "qwen-vl-plus", messages: [{ role: "user", content }] }));
    const headers: HeaderPair[] = [["content-type", "application/json"], ["content-length", `${body.length}`], ...more];
    const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway.example", headers };
    return send(to.listenerPorts.gateway, { ...request, chunks: [body] }, { http2 });
  };

  for (const http2 of [false, true]) {
    for (const megabytes of [1.1, 12]) {
      it(`accepts an image of ${megabytes} MB over HTTP/${http2 ? 2 : 1.1}`, async () => {
        const size = megabytes * 1_000_000;
        const { status } = await chat(envoy, `data:image/png;base64,${"A".repeat(size)}`, [], http2);
        assert.equal(status, 200);
        assert.ok(received > size);
      });
    }
  }

  it("waits for a slow response for stream_idle_timeout, and no longer", async () => {
    const slow: HeaderPair[] = [["x-slow", "1"]];
    assert.equal((await chat(envoy, "https://pictures.example/1", slow)).status, 200);
    assert.equal((await chat(impatient, "https://pictures.example/1", slow)).status, 504);
  });
});
