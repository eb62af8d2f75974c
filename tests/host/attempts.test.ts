// SPDX-License-Identifier: Apache-2.0
// The attempts of tests/envoy/attempts.test.ts on the Node host: same gateway, same expectations; and what a stream
// leaves in memory after several attempts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  answer,
  assertClientsKey,
  assertSecond,
  assertThird,
  assertUntouched,
  chatRequest,
  configuration,
  header,
  hostClusters,
  routes,
  servers,
} from "../harness/attempts.ts";
import { runExchange, type Outcome } from "./exchange.ts";
import { findLeak } from "./leak-check.ts";
import { ProxyHost } from "./proxy-host.ts";

const host = new ProxyHost("build/ai-proxy.wasm");
const context = host.configure("ai-proxy", configuration);

/** Sends a chat through the gateway; `attempts` is what the providers got. */
function chat(stream: boolean, prefix = "", reply = answer): Outcome {
  assert.ok(context);
  const options = { position: "upstream" as const, routes, clusters: hostClusters };
  return runExchange(host, context, chatRequest(stream, prefix), { answer: reply }, options);
}

describe("attempts at several providers, on the Node host", () => {
  for (const stream of [false, true])
    it(`the third responds after the first is down and the second is busy, ${stream ? "streamed" : "whole"}`, () => {
      const { response, attempts } = chat(stream);
      assert.equal(response.status, 200, response.body.toString());
      assert.equal(attempts.length, 2, "nobody received the first attempt");
      assertSecond(attempts[0], stream);
      assertThird(attempts[1], stream);
    });

  it("a cluster may name its provider, too", () => {
    const { response, attempts } = chat(false, "/by-cluster");
    assert.equal(response.status, 200, response.body.toString());
    assert.equal(header(attempts[0], "authorization"), "Bearer sk-test-third");
  });

  it("an attempt at an unnamed target has the client's request, and no API key of the previous attempt", () => {
    const { response, attempts } = chat(true, "/to-nobody");
    assert.equal(response.body.toString(), "plain");
    assertSecond({ ...attempts[0], path: attempts[0].path.replace("/to-nobody", "") }, true);
    assertUntouched(attempts[1], "/to-nobody/v1/chat/completions?trace=1");
  });

  it("an attempt at a provider without an API key has the client's key, and no API key of the previous attempt", () => {
    const { attempts } = chat(true, "/to-keyless");
    assert.equal(attempts[1].authority, "vllm.internal");
    assert.equal(attempts[1].path, "/v1/chat/completions?trace=1");
    assertClientsKey(attempts[1]);
  });

  it("a redirect within the gateway sends no API key to a route without ai-proxy", () => {
    const { response, attempts } = chat(true, "/moved");
    assert.equal(response.body.toString(), "plain");
    assert.equal(header(attempts[0], "authorization"), "Bearer sk-test-second");
    assertUntouched(attempts[1], "/left-alone?x=1");
  });

  it("an endpoint with an unknown provider gets nothing", () => {
    const { response, attempts } = chat(false, "/stranger");
    assert.equal(response.status, 500);
    assert.match(response.body.toString(), /does not know the provider/);
    assert.deepEqual(attempts, []);
  });

  it("two busy providers: the client gets the last one's error, and attempts leave nothing in memory", () => {
    const run = () => chat(true, "", servers.second);
    assert.equal(run().response.status, 429);
    assert.equal(findLeak(host, run), null);
  });
});
