// SPDX-License-Identifier: Apache-2.0
// What ends with a stream, and what belongs to which of two root contexts in one VM.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { compileStreamEnd, STREAM_END_WASM } from "./stream-end/compile.ts";

function start(): { host: ProxyHost; first: RootContext; second: RootContext } {
  const host = new ProxyHost(STREAM_END_WASM, { logLevel: "info", clusters: ["upstream", "side", "model"] });
  const [first, second] = [host.configure("stream-end", "{}"), host.configure("stream-end", "{}")];
  assert.ok(first && second);
  return { host, first, second };
}

function ask(host: ProxyHost, context: RootContext, path: string): HttpStream {
  const stream = host.stream(context);
  stream.requestHeaders(
    [
      [":method", "GET"],
      [":path", path],
      [":authority", "gateway.example"],
    ],
    true,
  );
  return stream;
}

describe("a stream and its calls", () => {
  before(() => compileStreamEnd());

  for (const side of ["request", "response"])
    it(`a ${side} of headers alone is complete while it is paused`, () => {
      const { host, first } = start();
      const stream = ask(host, first, `/pause ${side}`);
      if (side === "response") stream.responseHeaders([[":status", "204"]], true);
      const [call] = host.callouts;
      assert.ok(call?.kind === "http");
      host.answer(call, { status: 200 });
      assert.ok(host.vm.logs.some(({ text }) => text === "stream-end: complete true"));
    });

  it("cancels the call of a stream that was dispatched in onStreamDone", () => {
    const { host, first } = start();
    ask(host, first, "/late").clientReset();
    assert.equal(host.callouts.length, 0);
    host.check();
  });

  it("cancels and closes a gRPC stream from a callback of another root context", () => {
    const { host, first, second } = start();
    ask(host, first, "/open").clientReset();
    ask(host, second, "/close").clientReset();
    assert.deepEqual(
      [...host.vm.grpcStreams.values()].map(({ isHalfClosed }) => isHalfClosed),
      [true],
    );
    ask(host, second, "/cancel").clientReset();
    assert.equal(host.vm.grpcStreams.size, 0);
    host.check();
  });

  it("keeps ticks and gRPC streams of a root context whose tick turns to a stream of another one", () => {
    const { host, first, second } = start();
    ask(host, second, "/wait");
    ask(host, first, "/tick").clientReset();
    assert.equal(first.tickPeriodMs, 100);
    host.advance(100);
    assert.deepEqual([first.tickPeriodMs, second.tickPeriodMs], [0, 0]);
    assert.deepEqual(
      [...host.vm.grpcStreams.values()].map(({ root }) => root.id),
      [first.id],
    );
    host.check();
  });
});
