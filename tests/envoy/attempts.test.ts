// SPDX-License-Identifier: Apache-2.0
// One request, several attempts: each goes to another provider, with that provider's host, path, API key, model and protocol.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  aggregates,
  assertClientsKey,
  assertSecond,
  assertThird,
  assertUntouched,
  chatRequest,
  clusters,
  configuration,
  header,
  routes,
  servers,
} from "../harness/attempts.ts";
import { aggregateFor, bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const REPEATS = 1000;
const AT_ONCE = 8;
/** No server listens there, and none will during the test: a bind to any free port never returns this one. */
const DEAD_PORT = 1;

describe("attempts at several providers", () => {
  let envoy: EnvoyProcess;
  const mocks: Record<string, RunningServer> = {};

  before(async () => {
    for (const [name, reply] of Object.entries(servers)) mocks[name] = await serve(reply);
    const filter = wasmFilter({ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm", configuration });
    const listener = listenerFor({ name: "gateway", routes: routes.map(routeFor), upstream: [filter] });
    envoy = await startEnvoy(
      bootstrapFor(
        [listener],
        [
          ...clusters.map(({ server, ...cluster }) =>
            clusterFor({ ...cluster, port: mocks[server]?.port ?? DEAD_PORT }),
          ),
          ...aggregates.map(({ name, members }) => aggregateFor(name, members)),
        ],
      ),
    );
  });
  after(async () => {
    await envoy?.stop();
    for (const mock of Object.values(mocks)) await mock.close();
  });

  const chat = (stream: boolean, prefix = ""): Promise<ClientResponse> => {
    for (const { requests } of Object.values(mocks)) requests.length = 0;
    return send(envoy.listenerPorts.gateway, chatRequest(stream, prefix));
  };

  for (const stream of [false, true])
    it(`the third responds after the first is down and the second is busy, ${stream ? "streamed" : "whole"}`, async () => {
      for (let done = 0; done < REPEATS / 2; done += AT_ONCE) {
        const responses = await Promise.all(Array.from({ length: AT_ONCE }, () => chat(stream)));
        for (const { status, body } of responses) assert.equal(status, 200, body.toString());
        assert.equal(mocks.second.requests.length, AT_ONCE);
        assert.equal(mocks.third.requests.length, AT_ONCE);
        for (const request of mocks.second.requests) assertSecond(request, stream);
        for (const request of mocks.third.requests) assertThird(request, stream);
      }
    });

  it("a cluster may name its provider, too", async () => {
    const response = await chat(false, "/by-cluster");
    assert.equal(response.status, 200, response.body.toString());
    assert.equal(header(mocks.third.requests[0], "authorization"), "Bearer sk-test-third");
  });

  it("an attempt at an unnamed target has the client's request, and no API key of the previous attempt", async () => {
    assert.equal((await chat(true, "/to-nobody")).body.toString(), "plain");
    assertUntouched(mocks.nameless.requests[0], "/to-nobody/v1/chat/completions?trace=1");
  });

  it("an attempt at a provider without an API key has the client's key, and no API key of the previous attempt", async () => {
    assert.equal((await chat(true, "/to-keyless")).status, 200);
    const [request] = mocks.nameless.requests;
    assert.equal(request.authority, "vllm.internal");
    assert.equal(request.path, "/v1/chat/completions?trace=1");
    assertClientsKey(request);
  });

  it("a redirect within the gateway sends no API key to a route without ai-proxy", async () => {
    assert.equal((await chat(true, "/moved")).body.toString(), "plain");
    assertUntouched(mocks.nameless.requests[0], "/left-alone?x=1");
  });

  it("an endpoint with an unknown provider gets nothing", async () => {
    const response = await chat(false, "/stranger");
    assert.equal(response.status, 500);
    assert.match(response.body.toString(), /does not know the provider/);
    assert.equal(mocks.third.requests.length, 0);
  });
});
