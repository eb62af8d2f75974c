// SPDX-License-Identifier: Apache-2.0
// `firstByteTimeout`: Envoy ends a try whose response does not begin, and no response that has begun.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { type RunningServer, serve } from "../providers/server.ts";
import type { ProviderReply } from "../providers/types.ts";

const silence = new Promise<ProviderReply>(() => {});
const slow: ProviderReply = {
  status: 200,
  headers: [["content-type", "text/event-stream"]],
  chunks: ["data: 1\n\n", "data: 2\n\n", "data: [DONE]\n\n"].map((text) => Buffer.from(text)),
  delayMs: 400,
};

describe("firstByteTimeout", () => {
  let upstream: RunningServer;
  let envoy: EnvoyProcess;

  before(async () => {
    upstream = await serve(({ body }) => (body.includes("silent") ? silence : slow));
    const provider = { type: "openai", apiToken: "sk-test-openai", firstByteTimeout: 300 };
    const plugin = wasmFilter({
      plugin: "ai-proxy",
      wasm: "build/ai-proxy.wasm",
      configuration: JSON.stringify({ provider }),
    });
    const routes = [routeFor({ name: "r", cluster: "upstream" })];
    const listeners = [
      listenerFor({ name: "before", routes, downstream: [plugin] }),
      listenerFor({ name: "inside", routes, upstream: [plugin] }),
    ];
    envoy = await startEnvoy(bootstrapFor(listeners, [clusterFor({ name: "upstream", port: upstream.port })]));
  });
  after(async () => {
    await envoy?.stop();
    await upstream?.close();
  });

  const ask = (listener: string, model: string) => {
    const chunks = [Buffer.from(JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "hi" }] }))];
    const headers: [string, string][] = [["content-type", "application/json"]];
    const path = "/v1/chat/completions";
    return send(envoy.listenerPorts[listener], { method: "POST", path, authority: "gateway", headers, chunks });
  };

  it("ends a try whose response does not begin", async () => {
    assert.equal((await ask("before", "silent")).status, 504);
  });

  for (const listener of ["before", "inside"]) {
    it(`does not end a response that has begun, and is not sent to the provider, ${listener} the router`, async () => {
      const { status, body } = await ask(listener, "slow");
      assert.equal(status, 200);
      assert.equal(body.toString(), slow.chunks.join(""));
      const { headers } = upstream.requests.at(-1)!;
      assert.ok(!headers.some(([name]) => name.includes("per-try-timeout")));
    });
  }
});
