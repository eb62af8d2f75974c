// SPDX-License-Identifier: Apache-2.0
// One request, several attempts: each goes to another provider, with that provider's host, path, API key, model and protocol.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { aggregateFor, bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { dialects } from "../providers/index.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderRequest } from "../providers/types.ts";

const providers = [
  { id: "first", type: "openai", apiToken: "sk-test-first", modelMapping: { "*": "gpt-first" } },
  {
    ...{ id: "second", type: "qwen", apiToken: "sk-test-second", qwenEnableCompatible: false },
    modelMapping: { "*": "qwen-turbo" },
  },
  {
    ...{ id: "third", type: "openai", apiToken: "sk-test-third", modelMapping: { "*": "gpt-4o" } },
    ...{ providerDomain: "third.example", providerBasePath: "/third" },
  },
  { id: "keyless", type: "vllm", vllmServerHost: "vllm.internal" },
];
const REPEATS = 1000;
const AT_ONCE = 8;
/** No server listens there, and none will during the test: a bind to any free port never returns this one. */
const DEAD_PORT = 1;

const header = (request: ProviderRequest, name: string): string | undefined =>
  request.headers.find(([key]) => key === name)?.[1];

describe("attempts at several providers", () => {
  let envoy: EnvoyProcess;
  let second: RunningServer;
  let third: RunningServer;
  let nameless: RunningServer;
  let mover: RunningServer;

  before(async () => {
    second = await serve(() => ({
      status: 429,
      headers: [["content-type", "application/json"]],
      chunks: [Buffer.from('{"code":"Throttling.RateQuota","message":"Slow down.","request_id":"r"}')],
    }));
    nameless = await serve(() => ({ status: 200, headers: [], chunks: [Buffer.from("plain")] }));
    mover = await serve(() => ({
      status: 307,
      headers: [["location", "http://gateway.example/left-alone?x=1"]],
      chunks: [],
    }));
    third = await serve((request) => dialects.openai.handle({ ...request, path: request.path.replace("/third", "") }));
    const named = (id: string): Record<string, Record<string, unknown>> => ({ "ai-proxy": { provider: id } });
    const clusters = [
      clusterFor({ name: "first", port: DEAD_PORT, endpointMetadata: named("first") }),
      clusterFor({ name: "second", port: second.port, endpointMetadata: named("second") }),
      clusterFor({ name: "third", port: third.port, endpointMetadata: named("third") }),
      clusterFor({ name: "stranger", port: third.port, endpointMetadata: named("nobody") }),
      clusterFor({ name: "by-cluster", port: third.port, metadata: named("third") }),
      clusterFor({ name: "nameless", port: nameless.port }),
      aggregateFor("all", ["first", "second", "third"]),
      clusterFor({ name: "keyless", port: nameless.port, endpointMetadata: named("keyless") }),
      clusterFor({ name: "mover", port: mover.port, metadata: named("second") }),
      aggregateFor("to-nobody", ["second", "nameless"]),
      aggregateFor("to-keyless", ["second", "keyless"]),
    ];
    const retry_policy = {
      retry_on: "connect-failure,retriable-status-codes",
      retriable_status_codes: [429],
      num_retries: 2,
      retry_priority: {
        name: "envoy.retry_priorities.previous_priorities",
        typed_config: {
          "@type":
            "type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
          update_frequency: 1,
        },
      },
    };
    const internal_redirect_policy = { redirect_response_codes: [307], max_internal_redirects: 1 };
    const leftAlone = { "ai-proxy": { config: "{}" } };
    const routes = [
      routeFor({ name: "stranger", match: { prefix: "/stranger" }, cluster: "stranger" }),
      routeFor({ name: "by-cluster", match: { prefix: "/by-cluster" }, cluster: "by-cluster" }),
      routeFor({ name: "to-nobody", match: { prefix: "/to-nobody" }, cluster: "to-nobody", action: { retry_policy } }),
      routeFor({
        name: "to-keyless",
        match: { prefix: "/to-keyless" },
        cluster: "to-keyless",
        action: { retry_policy },
      }),
      routeFor({ name: "moved", match: { prefix: "/moved" }, cluster: "mover", action: { internal_redirect_policy } }),
      routeFor({ name: "left-alone", match: { prefix: "/left-alone" }, cluster: "nameless", metadata: leftAlone }),
      routeFor({ name: "all", cluster: "all", action: { retry_policy } }),
    ];
    const filter = wasmFilter({
      ...{ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm" },
      configuration: JSON.stringify({ providers }),
    });
    envoy = await startEnvoy(bootstrapFor([listenerFor({ name: "gateway", routes, upstream: [filter] })], clusters));
  });
  after(async () => {
    await envoy?.stop();
    await second?.close();
    await third?.close();
    await nameless?.close();
    await mover?.close();
  });

  const chat = (stream: boolean, prefix = ""): Promise<ClientResponse> => {
    const value = { model: "any", stream, messages: [{ role: "user", content: "hello" }] };
    const body = Buffer.from(JSON.stringify(value));
    return send(envoy.listenerPorts.gateway, {
      method: "POST",
      path: `${prefix}/v1/chat/completions?trace=1`,
      authority: "gateway.example",
      headers: [
        ["content-type", "application/json"],
        ["content-length", String(body.length)],
        ["authorization", "Bearer the-clients-own"],
        ["accept", "application/json"],
      ],
      chunks: [body],
    });
  };

  const assertSecond = (request: ProviderRequest, stream: boolean): void => {
    assert.equal(request.authority, "dashscope.aliyuncs.com");
    assert.equal(request.path, "/api/v1/services/aigc/text-generation/generation?trace=1");
    assert.equal(header(request, "authorization"), "Bearer sk-test-second");
    assert.equal(header(request, "x-dashscope-sse"), stream ? "enable" : undefined);
    assert.equal(JSON.parse(request.body.toString()).model, "qwen-turbo");
  };
  const assertThird = (request: ProviderRequest, stream: boolean): void => {
    assert.equal(request.authority, "third.example");
    assert.equal(request.path, "/third/v1/chat/completions?trace=1");
    assert.equal(header(request, "authorization"), "Bearer sk-test-third");
    assert.equal(header(request, "x-dashscope-sse"), undefined);
    assert.equal(header(request, "accept"), "application/json");
    assert.equal(header(request, "content-length"), String(request.body.length));
    const { model, messages, ...rest } = JSON.parse(request.body.toString());
    assert.equal(model, "gpt-4o");
    assert.deepEqual(messages, [{ role: "user", content: "hello" }]);
    assert.deepEqual(rest, { stream, ...(stream ? { stream_options: { include_usage: true } } : {}) });
  };

  for (const stream of [false, true])
    it(`the third responds after the first is down and the second is busy, ${stream ? "streamed" : "whole"}`, async () => {
      for (let done = 0; done < REPEATS / 2; done += AT_ONCE) {
        second.requests.length = 0;
        third.requests.length = 0;
        const responses = await Promise.all(Array.from({ length: AT_ONCE }, () => chat(stream)));
        for (const response of responses) assert.equal(response.status, 200, response.body.toString());
        assert.equal(second.requests.length, AT_ONCE);
        assert.equal(third.requests.length, AT_ONCE);
        for (const request of second.requests) assertSecond(request, stream);
        for (const request of third.requests) assertThird(request, stream);
      }
    });

  it("a cluster may name its provider, too", async () => {
    third.requests.length = 0;
    const response = await chat(false, "/by-cluster");
    assert.equal(response.status, 200, response.body.toString());
    assert.equal(header(third.requests[0], "authorization"), "Bearer sk-test-third");
  });

  it("an attempt at an unnamed target has the client's request, and no API key of the previous attempt", async () => {
    const response = await chat(true, "/to-nobody");
    assert.equal(response.body.toString(), "plain");
    const [request] = nameless.requests;
    assert.equal(request.authority, "gateway.example");
    assert.equal(request.path, "/to-nobody/v1/chat/completions?trace=1");
    assert.equal(header(request, "authorization"), "Bearer the-clients-own");
    assert.equal(header(request, "accept"), "application/json");
    assert.equal(header(request, "x-dashscope-sse"), undefined);
    assert.equal(header(request, "content-length"), String(request.body.length));
    assert.equal(JSON.parse(request.body.toString()).model, "any");
  });

  it("an attempt at a provider without an API key has the client's key, and no API key of the previous attempt", async () => {
    nameless.requests.length = 0;
    assert.equal((await chat(true, "/to-keyless")).status, 200);
    const [request] = nameless.requests;
    assert.equal(request.authority, "vllm.internal");
    assert.equal(request.path, "/v1/chat/completions?trace=1");
    assert.equal(header(request, "authorization"), "Bearer the-clients-own");
    assert.equal(header(request, "x-dashscope-sse"), undefined);
    assert.equal(JSON.parse(request.body.toString()).model, "any");
  });

  it("a redirect within the gateway sends no API key to a route without ai-proxy", async () => {
    nameless.requests.length = 0;
    const response = await chat(true, "/moved");
    assert.equal(response.body.toString(), "plain");
    const [request] = nameless.requests;
    assert.equal(request.authority, "gateway.example");
    assert.equal(request.path, "/left-alone?x=1");
    assert.equal(header(request, "authorization"), "Bearer the-clients-own");
    assert.equal(header(request, "x-dashscope-sse"), undefined);
    assert.equal(JSON.parse(request.body.toString()).model, "any");
  });

  it("an endpoint with an unknown provider gets nothing", async () => {
    third.requests.length = 0;
    const response = await chat(false, "/stranger");
    assert.equal(response.status, 500);
    assert.match(response.body.toString(), /does not know the provider/);
    assert.equal(third.requests.length, 0);
  });
});
