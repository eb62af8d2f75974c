// SPDX-License-Identifier: Apache-2.0
// The plugin `fallback` in its two positions in a real Envoy: a target fails, and the next one responds.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  aggregateFor,
  bootstrapFor,
  clusterFor,
  listenerFor,
  routeFor,
  wasmFilter,
  type EnvoyConfig,
} from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { setRoute, tombstoneMetadata, tombstoneReply } from "../harness/fallback-set.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";

const DEAD_PORT = 1;
const wasm = (plugin: string, configuration: object = {}): EnvoyConfig =>
  wasmFilter({ plugin, wasm: `build/${plugin}.wasm`, configuration: JSON.stringify(configuration) });
const cors = {
  name: "envoy.filters.http.cors",
  typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors" },
};
const refreshRoute = {
  name: "refresh-route",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config",
    on_request_headers: [
      {
        object_key: "client.path",
        factory_key: "envoy.string",
        format_string: { text_format_source: { inline_string: "%REQ(:PATH)%" } },
      },
    ],
  },
};

const targets = [{ name: "second", model: "qwq-32b" }];
const provider = (id: string): object => ({ activeProviderId: id });
const routes = [
  setRoute("deepseek-r1", "first", { fallback: { targets }, "ai-proxy": provider("first") }),
  setRoute("dead-r1", "dead", { fallback: { targets }, "ai-proxy": provider("first") }),
  setRoute("qwq-32b", "second", { "ai-proxy": provider("second"), "key-auth": { allow: ["one"] } }),
];
const keyAuth = {
  keys: ["apikey"],
  hide_credentials: true,
  global_auth: false,
  consumers: [
    { name: "one", credential: "key-one" },
    { name: "two", credential: "key-two" },
  ],
};
const aiProxy = {
  activeProviderId: "first",
  providers: ["first", "second"].map((id) => ({ id, type: "openai", apiToken: `sk-test-${id}` })),
};

const busy: ProviderReply = {
  status: 429,
  headers: [
    ["content-type", "application/json"],
    ["retry-after", "7"],
  ],
  chunks: [Buffer.from('{"error":{"message":"Slow down.","type":"rate_limit_error","param":null,"code":null}}')],
};
const CHUNKS = ["Hello", " world"].map((content) => ({
  ...{ id: "c", object: "chat.completion.chunk", created: 1, model: "qwq-32b" },
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
}));
const STREAM = [...CHUNKS.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map((data) => `data: ${data}\n\n`);
const streamed: ProviderReply = {
  status: 200,
  headers: [["content-type", "text/event-stream"]],
  chunks: STREAM.map((text) => Buffer.from(text)),
  delayMs: 5,
};

const header = (request: ProviderRequest | ClientResponse, name: string): string | undefined =>
  request.headers.find(([key]) => key === name)?.[1];

describe("fallback in its two positions", () => {
  let envoy: EnvoyProcess;
  const mocks: Record<string, RunningServer> = {};
  const replies: Record<string, ProviderReply> = {};

  before(async () => {
    for (const name of ["first", "second"]) mocks[name] = await serve(() => replies[name]);
    mocks.tombstone = await serve(() => tombstoneReply);
    const downstream = [wasm("model-router"), cors, wasm("fallback"), refreshRoute, wasm("key-auth", keyAuth)];
    const upstream = [wasm("fallback"), wasm("ai-proxy", aiProxy)];
    const listener = listenerFor({
      ...{ name: "gateway", routes: routes.map(routeFor), downstream, upstream },
      accessLog: { path: "%TMP%/access.log", fields: { details: "%RESPONSE_CODE_DETAILS%", route: "%ROUTE_NAME%" } },
    });
    const ports: Record<string, number> = { first: mocks.first.port, dead: DEAD_PORT, second: mocks.second.port };
    const clusters = Object.entries(ports).flatMap(([name, port]) => [
      clusterFor({ name, port }),
      aggregateFor(`${name}-set`, [name, "tombstone"]),
    ]);
    const tombstone = clusterFor({
      ...{ name: "tombstone", port: mocks.tombstone.port, endpointMetadata: tombstoneMetadata },
    });
    envoy = await startEnvoy(bootstrapFor([listener], [...clusters, tombstone]));
  });
  beforeEach(() => {
    for (const { requests } of Object.values(mocks)) requests.length = 0;
    Object.assign(replies, { first: busy, second: streamed });
  });
  after(async () => {
    await envoy?.stop();
    for (const mock of Object.values(mocks)) await mock.close();
  });

  const chat = (model: string, headers: HeaderPair[] = [["apikey", "key-one"]]): Promise<ClientResponse> => {
    const body = Buffer.from(JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "hello" }] }));
    return send(envoy.listenerPorts.gateway, {
      ...{ method: "POST", path: "/v1/chat/completions?trace=1", authority: "gateway.example", chunks: [body] },
      headers: [["content-type", "application/json"], ["content-length", String(body.length)], ...headers],
    });
  };

  it("a 429 is followed by the response of the next target, streamed", async () => {
    const response = await chat("deepseek-r1");
    assert.equal(response.status, 200, response.body.toString() + envoy.logs().join("\n"));
    assert.equal(response.body.toString(), STREAM.join(""));
    assert.equal(header(response, "x-higress-fallback-from"), "first");
    assert.equal(mocks.first.requests.length, 1);
    const [request] = mocks.second.requests;
    assert.equal(header(request, "authorization"), "Bearer sk-test-second");
    assert.equal(header(request, "x-mse-consumer"), undefined);
    assert.equal(header(request, "apikey"), undefined);
    assert.equal(request.path, "/v1/chat/completions?trace=1");
    assert.equal(JSON.parse(request.body.toString()).model, "qwq-32b");
    assert.equal(header(request, "content-length"), String(request.body.length));
  });

  it("so is a connection that nobody accepts", async () => {
    const response = await chat("dead-r1");
    assert.equal(response.status, 200, response.body.toString());
    assert.equal(header(response, "x-higress-fallback-from"), "dead");
    assert.equal(response.body.toString(), STREAM.join(""));
  });

  it("every plugin of the chain has the configuration of the target's route", async () => {
    const response = await chat("deepseek-r1", [["apikey", "key-two"]]);
    assert.equal(response.status, 403, response.body.toString());
    assert.equal(mocks.second.requests.length, 0);
  });

  it("a client cannot select a target", async () => {
    const response = await chat("deepseek-r1", [
      ["x-higress-fallback-from", "first"],
      ["x-ai-fallback-target", "second"],
      ["x-ai-fallback-tombstone", "1"],
      ["x-higress-llm-model", "qwq-32b"],
      ["apikey", "key-one"],
    ]);
    assert.equal(response.status, 200);
    assert.equal(mocks.first.requests.length, 1);
    assert.equal(header(mocks.first.requests[0], "x-higress-fallback-from"), undefined);
    assert.equal(header(mocks.first.requests[0], "x-ai-fallback-tombstone"), undefined);
  });
});
