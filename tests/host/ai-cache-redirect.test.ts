// SPDX-License-Identifier: Apache-2.0
// Equal requests wait for the first one over internal redirects, and the response of a fallback target is theirs alone unless an option stores it.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { ask, bodyOf, completion, hello, isAsked, respond, start, type Gateway } from "./ai-cache-gateway.ts";
import type { HttpStream } from "./http-stream.ts";

const action = { internal_redirect_policy: { redirect_response_codes: [307], max_internal_redirects: 3 } };
const routes = [{ name: "r", match: { prefix: "/" }, cluster: "upstream", action }];
/** As `fallback` says that a target serves the request; `fallback` removes it from what a client sends. */
const FROM: HeaderPair[] = [["x-higress-fallback-from", "r"]];

const send = (gateway: Gateway, more: HeaderPair[] = []): HttpStream => ask(gateway, more, {}, { routes });

function redirect(stream: HttpStream): void {
  const first = stream.attempt;
  stream.attempt!.connect();
  const location = "http://gateway.example/v1/chat/completions";
  stream.responseHeaders(
    [
      [":status", "307"],
      ["location", location],
    ],
    true,
  );
  assert.notEqual(stream.attempt, first);
  assert.ok(isAsked(stream));
  stream.attempt!.connect();
}

it("a request that is redirected asks for all that wait", () => {
  const gateway = start();
  const [leader, ...others] = Array.from({ length: 6 }, () => send(gateway));
  redirect(leader);
  redirect(leader);
  gateway.host.advance(60);
  const late = send(gateway);
  assert.ok([...others, late].every((stream) => !isAsked(stream)));
  respond(leader, hello);
  for (const stream of [...others, late]) assert.match(bodyOf(stream), /hello/);
  assert.match(bodyOf(send(gateway)), /hello/);
  gateway.host.check();
});

it("the next one asks if the client of a redirected request leaves", () => {
  const gateway = start();
  const [leader, next, last] = [1, 2, 3].map(() => send(gateway));
  redirect(leader);
  leader.clientReset();
  assert.deepEqual([next, last].map(isAsked), [true, false]);
  redirect(next);
  respond(next, hello);
  assert.match(bodyOf(last), /hello/);
  assert.ok(!isAsked(last));
  gateway.host.check();
});

it("all that wait ask if the response to a redirected request is an error", () => {
  const gateway = start();
  const [leader, ...others] = [1, 2, 3].map(() => send(gateway));
  redirect(leader);
  respond(leader, '{"error":{"message":"no"}}', "500");
  gateway.host.advance(60);
  assert.ok(others.every(isAsked));
  for (const stream of others) respond(stream, hello);
  gateway.host.check();
});

it("a redirect to the same route stores the response under the key of the client's request", () => {
  const gateway = start();
  const leader = send(gateway);
  redirect(leader);
  respond(leader, completion({ content: "redirected" }));
  assert.match(bodyOf(send(gateway)), /redirected/);
  gateway.host.check();
});

for (const store_fallback of [false, true])
  it(`the response of a fallback target is ${store_fallback ? "stored by option" : "not stored"}`, () => {
    const gateway = start({ store_fallback });
    const leader = send(gateway, FROM);
    const follower = send(gateway);
    redirect(leader);
    respond(leader, hello);
    // It is given to those who wait in any case.
    assert.match(bodyOf(follower), /hello/);
    assert.ok(!isAsked(follower));
    const next = send(gateway);
    assert.equal(isAsked(next), !store_fallback);
    if (!store_fallback) respond(next, hello);
    gateway.host.check();
  });

it("a header of the client alone does not keep its response from being stored", () => {
  const gateway = start();
  respond(send(gateway, FROM), hello);
  assert.ok(!isAsked(send(gateway)));
  gateway.host.check();
});

const off = {
  ...{ name: "off", match: { prefix: "/off" }, cluster: "upstream", action },
  metadata: { "ai-cache": { config: '{"_disable_":true}' } },
};

/** Redirects a request to a route without ai-cache. */
function redirectAway(stream: HttpStream): void {
  stream.attempt!.connect();
  stream.responseHeaders(
    [
      [":status", "307"],
      ["location", "http://gateway.example/off/v1/chat/completions"],
    ],
    true,
  );
  stream.attempt!.connect();
}

const sendAway = (gateway: Gateway, content: string): HttpStream =>
  ask(gateway, [], { messages: [{ role: "user", content }] }, { routes: [off, ...routes] });

it("the next one asks if ai-cache does not see the next pass of a request", () => {
  const gateway = start();
  const [leader, next, last] = [1, 2, 3].map(() => sendAway(gateway, "away"));
  redirectAway(leader);
  gateway.host.advance(900);
  assert.ok(!isAsked(next));
  gateway.host.advance(300);
  assert.deepEqual([next, last].map(isAsked), [true, false]);
  respond(leader, hello);
  respond(next, completion({ content: "next" }));
  assert.match(bodyOf(last), /next/);
  gateway.host.check();
});

it("requests whose next pass it does not see leave nothing", () => {
  const gateway = start({ cache: { type: "memory", places: 1 } });
  const run = (count: number): number => {
    for (let n = 0; n < count; n++) {
      const stream = sendAway(gateway, `away ${count} ${n}`);
      redirectAway(stream);
      respond(stream, hello);
      if (n % 50 === 0) gateway.host.advance(2_000);
    }
    gateway.host.check();
    return gateway.host.vm.memory.byteLength;
  };
  const before = run(500);
  assert.equal(run(2_500), before);
});
