// SPDX-License-Identifier: Apache-2.0
// redis-bridge takes the prefixes off gRPC messages and puts them on, wherever the network cuts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random, seed } from "../unit/random.ts";
import type { HttpStream } from "./http-stream.ts";
import { findLeak } from "./leak-check.ts";
import { ProxyHost } from "./proxy-host.ts";

/** A message as gRPC frames it. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
function frame(text: string): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(Buffer.byteLength(text), 1);
  return Buffer.concat([prefix, Buffer.from(text)]);
}

const MESSAGES = ["*1\r\n$4\r\nPING\r\n", "", "x", "y".repeat(700), "", "z"];
const FRAMES = Buffer.concat(MESSAGES.map(frame));

describe("redis-bridge", () => {
  const host = new ProxyHost("build/redis-bridge.wasm", { logLevel: "warn" });
  const context = host.configure("redis-bridge", "");
  assert.ok(context);

  function begin(): HttpStream {
    const stream = host.stream(context as NonNullable<typeof context>);
    stream.requestHeaders(
      [
        [":method", "POST"],
        [":path", "/redis.Bridge/Connect"],
        [":authority", "redis"],
      ],
      false,
    );
    return stream;
  }

  /** What the upstream received of a request in these chunks. */
  function received(chunks: Buffer[]): string {
    const stream = begin();
    for (const chunk of chunks) stream.requestBody(chunk, false);
    const text = stream.upstream.bodyBytes.toString();
    stream.clientReset();
    return text;
  }

  it("forwards the messages of a request, cut at every byte and byte by byte", () => {
    const expected = MESSAGES.join("");
    for (let at = 0; at <= FRAMES.length; at++)
      assert.equal(received([FRAMES.subarray(0, at), FRAMES.subarray(at)]), expected, `cut at ${at}`);
    assert.equal(received([...FRAMES].map((byte) => Buffer.from([byte]))), expected);
  });

  it("frames each chunk of a response, and makes its type that of gRPC", () => {
    const stream = begin();
    stream.responseHeaders([[":status", "200"]], false);
    for (const text of ["+OK\r\n", "x".repeat(70_000)]) stream.responseBody(Buffer.from(text), false);
    assert.equal(stream.client.headers?.get("content-type"), "application/grpc");
    assert.deepEqual(stream.client.bodyBytes, Buffer.concat([frame("+OK\r\n"), frame("x".repeat(70_000))]));
    stream.clientReset();
  });

  it("keeps 1,000 streams apart, and frees them", () => {
    const random = new Random(seed());
    const streams = Array.from({ length: 1000 }, begin);
    const places = streams.map(() => 0);
    while (places.some((at) => at < FRAMES.length)) {
      const i = random.below(streams.length);
      const next = Math.min(places[i] + 1 + random.below(400), FRAMES.length);
      if (next > places[i]) streams[i].requestBody(FRAMES.subarray(places[i], next), false);
      places[i] = next;
    }
    for (const stream of streams) assert.equal(stream.upstream.bodyBytes.toString(), MESSAGES.join(""));
    for (const stream of streams.reverse()) stream.clientReset();
    assert.equal(
      findLeak(host, () => void received([FRAMES])),
      null,
    );
  });

  it("takes any bytes from a client that is no gRPC", () => {
    const random = new Random(seed());
    for (let i = 0; i < 2000; i++) {
      const bytes = Buffer.from(Array.from({ length: random.below(40) }, () => random.pick([0, 1, 5, 200, 255])));
      const stream = begin();
      stream.requestBody(bytes, false);
      assert.ok(stream.upstream.bodyBytes.length <= bytes.length);
      stream.clientReset();
    }
  });

  it("says that it has no options", () => {
    assert.ok(host.configure("redis-bridge", '{"a":1}'));
    assert.match(host.vm.logs.at(-1)?.text ?? "", /there are no options/);
  });
});
