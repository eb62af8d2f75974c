// SPDX-License-Identifier: Apache-2.0
// ai-history while its Redis does not reply, or replies too late.
import assert from "node:assert/strict";
import { it } from "node:test";
import { ask, asked, respond, start, whole, type Gateway } from "./ai-history-gateway.ts";
import type { HttpStream } from "./http-stream.ts";
import { RedisPeer } from "./redis-peer.ts";

const question = { role: "user", content: "hi" };
const line = (content: string): string =>
  `${JSON.stringify({ v: 1, form: "plain", at: 1, tokens: 5, messages: [question, { role: "assistant", content }] })}\n`;
const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

function silent(): { gateway: Gateway; peer: RedisPeer } {
  const gateway = start({ redis: { cluster: "redis", timeout: 200 } });
  return { gateway, peer: new RedisPeer(gateway.host) };
}
const errorsOf = ({ host }: Gateway): number =>
  Number(host.vm.metrics.byName.get("ai_history_store_errors_total")?.value ?? 0);
const isHeld = (stream: HttpStream): boolean => stream.upstream.body.length === 0 && !stream.isOver;

function query({ host, context }: Gateway, method: string): HttpStream {
  const stream = host.stream(context, {});
  stream.filterState.set("ai_consumer", { value: Buffer.from("ann"), readonly: false, span: 1 });
  stream.requestHeaders(
    [
      [":method", method],
      [":path", "/ai-history/query"],
      [":authority", "gateway.example"],
    ],
    true,
  );
  return stream;
}

it("a chat waits for the timeout of a store that hangs, and passes as it is; the failure is counted", () => {
  const { gateway, peer } = silent();
  const stream = ask(gateway, "hi");
  assert.ok(isHeld(stream));
  gateway.host.advance(150);
  assert.ok(isHeld(stream));
  gateway.host.advance(100);
  assert.deepEqual(asked(stream), [question]);
  assert.equal(errorsOf(gateway), 1);
  // The exchange is added all the same; that fails, too.
  respond(stream, [whole("hello")]);
  gateway.host.advance(2_000);
  assert.ok(stream.isOver);
  assert.equal(Buffer.concat(stream.client.body).toString(), whole("hello"));
  assert.equal(errorsOf(gateway), 2);
  assert.equal(peer.grpc.streams.length, 0);
  gateway.host.check();
});

it("a history that comes too late goes to no other request", () => {
  const { gateway, peer } = silent();
  ask(gateway, "hi", { consumer: "cat" });
  const late = ask(gateway, "hi");
  gateway.host.advance(100);
  const other = ask(gateway, "hi", { consumer: "bob" });
  gateway.host.advance(60);
  // The connection lives: the command of the second request times out alone.
  peer.send(bulk(""));
  gateway.host.advance(80);
  assert.deepEqual(asked(late), [question]);
  assert.ok(isHeld(other));
  peer.send(bulk(line("of Ann")) + bulk(line("of Bob")));
  assert.deepEqual(asked(other), [question, { role: "assistant", content: "of Bob" }, question]);
  assert.deepEqual(asked(late), [question]);
  assert.equal(errorsOf(gateway), 1);
  gateway.host.check();
});

it("a client that leaves while the store hangs leaves nothing", () => {
  const { gateway, peer } = silent();
  for (let n = 0; n < 50; n++) ask(gateway, "hi").clientReset();
  peer.answer();
  gateway.host.advance(2_000);
  assert.equal(errorsOf(gateway), 0);
  gateway.host.check();
});

for (const method of ["GET", "DELETE"])
  it(`${method} of a history says after the timeout that the store is down`, () => {
    const { gateway } = silent();
    const stream = query(gateway, method);
    assert.ok(!stream.isOver);
    gateway.host.advance(250);
    const { headers } = stream.client;
    assert.deepEqual(
      [":status", "cache-control", "retry-after"].map((name) => headers?.get(name)),
      ["503", "no-store", "1"],
    );
    assert.equal(stream.details, "ai-history.store_down");
    assert.equal(errorsOf(gateway), 1);
    gateway.host.check();
  });
