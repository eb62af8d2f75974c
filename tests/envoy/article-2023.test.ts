// SPDX-License-Identifier: Apache-2.0
// The chain of examples/articles/2023 and the six calls of its script, with a mock instead of OpenAI.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { leadToLoopback } from "../../tools/gateway/config.ts";
import { accessLog } from "../harness/access-log.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { openAiDialect } from "../providers/openai.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const folder = new URL("../../examples/articles/2023/", import.meta.url);

const script = fileURLToPath(new URL("calls.sh", folder));

describe("examples/articles/2023 unchanged", () => {
  it("gives the six calls of the script their expected statuses", async () => {
    const envoy = await startEnvoy("examples/articles/2023/envoy.yaml");
    const { code, said } = await play(script, `http://127.0.0.1:${envoy.listenerPorts.gateway}`);
    await envoy.stop();
    assert.equal(code, 0, said);
  });
});

describe("examples/articles/2023", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;

  before(async () => {
    const bootstrap = parse(readFileSync(new URL("envoy.yaml", folder), "utf8")) as Bootstrap;
    provider = await serve((request) => openAiDialect({ models: /^curie$/ }).handle(request));
    for (const cluster of bootstrap.static_resources.clusters) leadToLoopback(cluster, provider.port);
    envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  function get(path: string, key: string, forged?: string): Promise<ClientResponse> {
    const headers: [string, string][] = [["apikey", key]];
    if (forged) headers.push(["x-mse-consumer", forged]);
    const request = { method: "GET", path, authority: "gateway.example", headers, chunks: [] };
    return send(envoy.listenerPorts.gateway, request);
  }

  it("gives the six calls of the script their expected statuses", async () => {
    const asked = provider.requests.length;
    const gateway = `http://127.0.0.1:${envoy.listenerPorts.gateway}`;
    const { code, said } = await play(script, gateway);
    assert.equal(code, 0, said);
    assert.deepEqual(said.match(/^\d{3}/gm), ["401", "401", "403", "200", "404", "404"]);
    assert.equal(provider.requests.length - asked, 1);
    const { headers, path, authority } = provider.requests.at(-1)!;
    assert.deepEqual([authority, path], ["api.openai.com", "/v1/completions"]);
    assert.doesNotMatch(JSON.stringify(headers), /xxxxxx/);
  });

  it("returns the model's completion", async () => {
    const { status, body } = await get("/?text=Say,hello", "xxxxxx");
    assert.equal(status, 200, body.toString());
    assert.equal((JSON.parse(body.toString()) as { object: string }).object, "text_completion");
  });

  it("lets consumer1 call three times a minute", async () => {
    let limited = await get("/?text=hi", "xxxxxx");
    for (let calls = 1; calls < 4 && limited.status === 200; calls++) limited = await get("/?text=hi", "xxxxxx");
    assert.equal(limited.status, 429);
    assert.equal(provider.requests.length, 3, "those of the tests above are counted, too");
    assert.match(limited.headers.find(([name]) => name === "retry-after")?.[1] ?? "", /^\d+$/);
  });

  it("limits no consumer on another route, and logs the calls of each consumer", async () => {
    for (let i = 0; i < 5; i++) assert.equal((await get("/both?text=hi", "xxxxxx")).status, 200);
    for (let i = 0; i < 3; i++) assert.equal((await get("/both?text=hi", "yyyyyy")).status, 200);
    const calls = await accessLog(envoy, "/both", 8);
    const consumers = calls.map(({ consumer }) => consumer);
    assert.deepEqual(consumers.sort(), [...Array(5).fill("consumer1"), ...Array(3).fill("consumer2")]);
    for (const { route, model, status, details, path, duration_ms } of calls) {
      assert.deepEqual([route, model, status, path], ["both-consumers", "curie", 200, "/both"]);
      assert.equal(details, "chatgpt-proxy.forward");
      assert.equal(typeof duration_ms, "number");
    }
  });

  it("logs the refused consumer, and never a name from a client", async () => {
    await get("/log?text=hi", "zzzzzz", "consumer1");
    await get("/log?text=hi", "yyyyyy", "consumer1");
    await get("/log?text=password", "xxxxxx", "consumer2");
    const lines = await accessLog(envoy, "/log", 3);
    assert.deepEqual(
      lines.map(({ consumer, status, details }) => [consumer, status, details]),
      [
        [null, 401, "key-auth.unauthorized"],
        ["consumer2", 403, "key-auth.unauthorized"],
        ["consumer1", 404, "request-block.url_blocked.keyword"],
      ],
    );
  });
});

/** Runs the script, and resolves with its exit code and output. */
async function play(script: string, gateway: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(script, [gateway]);
  let said = "";
  child.stdout.on("data", (data) => (said += data));
  child.stderr.on("data", (data) => (said += data));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, said };
}
