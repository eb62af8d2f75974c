// SPDX-License-Identifier: Apache-2.0
// The provider of tests/host/event-stream through a real Envoy: its binary stream, and its signature over what Envoy sends.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { compileConverse, CONVERSE_WASM } from "../host/event-stream/compile.ts";
import { answer, KEY, readChunks, streamOf } from "../host/event-stream/mock.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const session = { access_token: "token-1", expires_in: 60 };

describe("a provider of the interface alone, through Envoy", () => {
  let envoy: EnvoyProcess;
  let service: RunningServer;
  let sessions: RunningServer;

  before(async () => {
    await compileConverse();
    // Each byte of the stream is a chunk of its own.
    const bytes = [...Buffer.concat(streamOf(["Grüße", " und ", '"mehr" 🎈']))].map((byte) => Buffer.from([byte]));
    service = await serve((request) => answer(request, bytes));
    sessions = await serve(() => ({
      status: 200,
      headers: [["content-type", "application/json"]],
      chunks: [Buffer.from(JSON.stringify(session))],
    }));
    const provider = { type: "converse", apiToken: KEY, sessionCluster: "sessions" };
    const filter = wasmFilter({
      plugin: "ai-proxy",
      wasm: CONVERSE_WASM,
      configuration: JSON.stringify({ provider }),
    });
    const routes = [routeFor({ name: "all", cluster: "service" })];
    const clusters = [
      clusterFor({ name: "service", port: service.port }),
      clusterFor({ name: "sessions", port: sessions.port }),
    ];
    envoy = await startEnvoy(bootstrapFor([listenerFor({ name: "gateway", routes, downstream: [filter] })], clusters));
  });
  after(async () => {
    await envoy?.stop();
    await service?.close();
    await sessions?.close();
  });

  const ask = (method: string, path: string, body?: object): Promise<ClientResponse> =>
    send(envoy.listenerPorts.gateway, {
      method,
      path,
      authority: "gateway.example",
      headers: body ? [["content-type", "application/json"]] : [],
      chunks: body ? [Buffer.from(JSON.stringify(body))] : [],
    });
  const chat = { model: "m", messages: [{ role: "user", content: "hi" }] };

  it("streams a chat, after the session token was fetched", async () => {
    const { status, body } = await ask("POST", "/v1/chat/completions", { ...chat, stream: true });
    assert.equal(status, 200, body.toString());
    assert.deepEqual(readChunks(body), { text: 'Grüße und "mehr" 🎈', reason: "stop", last: "[DONE]" });
    assert.equal(sessions.requests.length, 1);
    assert.equal(sessions.requests[0].method, "POST");
  });

  it("signs a request without a body, and a whole chat", async () => {
    assert.equal((await ask("GET", "/v1/models?limit=2")).status, 200);
    const { status, body } = await ask("POST", "/v1/chat/completions", chat);
    assert.equal(status, 200, body.toString());
    assert.match(body.toString(), /"content":"whole"/);
  });
});

describe("a request without a body that waits for a value, through Envoy", () => {
  it("goes on when it was fetched", async () => {
    await compileConverse();
    const service = await serve((request) => answer(request));
    const sessions = await serve(() => ({
      status: 200,
      headers: [],
      chunks: [Buffer.from(JSON.stringify(session))],
      delayMs: 200,
    }));
    const provider = { type: "converse", apiToken: KEY, sessionCluster: "sessions" };
    const filter = wasmFilter({ plugin: "ai-proxy", wasm: CONVERSE_WASM, configuration: JSON.stringify({ provider }) });
    const clusters = [
      clusterFor({ name: "service", port: service.port }),
      clusterFor({ name: "sessions", port: sessions.port }),
    ];
    const routes = [routeFor({ name: "all", cluster: "service" })];
    const envoy = await startEnvoy(
      bootstrapFor([listenerFor({ name: "gateway", routes, downstream: [filter] })], clusters),
    );
    const request = { method: "GET", path: "/v1/models", authority: "gateway.example", headers: [], chunks: [] };
    const { status } = await send(envoy.listenerPorts.gateway, request).finally(async () => {
      await envoy.stop();
      await service.close();
      await sessions.close();
    });
    assert.equal(status, 200);
  });
});
