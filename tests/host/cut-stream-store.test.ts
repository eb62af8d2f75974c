// SPDX-License-Identifier: Apache-2.0
// Redis goes away while a stream with `cut_stream` runs: `on_store_down` decides, and what was reserved where is settled there.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HttpStream } from "./http-stream.ts";
import { SharedTokenGateway } from "./shared-token-gateway.ts";
import { remaining } from "./token-gateway.ts";

const LIMIT = 300;
/** Of nine tokens. */
const PIECE = Buffer.from(
  'data: {"id":"c","choices":[{"index":0,"delta":{"content":"The committee will meet again on Thursday. "}}]}\n\n',
);
const USAGE = Buffer.from('data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":190}}\n\n');
const config = (onStoreDown: string): object => ({
  rule_items: [{ limit_by_per_param: "user", limit_keys: [{ key: "*", token_per_hour: LIMIT }] }],
  reserve: "prompt",
  cut_stream: true,
  on_store_down: onStoreDown,
});

/** A stream that has begun and reserved what it needs for its first pieces, in Redis. */
function begin(gateway: SharedTokenGateway): { stream: HttpStream; reserved: number } {
  const stream = gateway.begin("ann", 500);
  const prompt = Number(gateway.sent()[4]);
  gateway.reserved(0);
  stream.responseHeaders(
    [
      [":status", "200"],
      ["content-type", "text/event-stream"],
    ],
    false,
  );
  stream.responseBody(PIECE, false);
  const block = Number(gateway.sent()[4]);
  gateway.reserved(prompt);
  return { stream, reserved: prompt + block };
}

/** Returns what the client gets of these pieces. */
const goesOn = (stream: HttpStream, pieces: number): string => {
  const before = stream.client.bodyBytes.toString().length;
  for (let i = 0; i < pieces; i++) stream.responseBody(PIECE, false);
  return stream.client.bodyBytes.toString().slice(before);
};

/** Redis cannot be reached, and the stream has asked for tokens since. */
function breakRedis(gateway: SharedTokenGateway, stream: HttpStream): void {
  gateway.redis.grpc.unreachable(gateway.redis.stream);
  stream.responseBody(PIECE, false);
  gateway.host.advance(0);
}

const isCut = (text: string): boolean => text.includes('"finish_reason":"length"') && text.endsWith("data: [DONE]\n\n");

describe("a stream with cut_stream whose Redis goes away", () => {
  it("goes on uncut where on_store_down is allow, and is charged when Redis is back", () => {
    const gateway = new SharedTokenGateway(config("allow"));
    const { stream, reserved } = begin(gateway);
    breakRedis(gateway, stream);
    const text = goesOn(stream, 100);
    assert.equal(text, PIECE.toString().repeat(100));
    stream.responseBody(USAGE, true);
    for (let i = 0; i < 100 && !gateway.redis.grpc.streams.length; i++) gateway.host.advance(50);
    gateway.redis.take();
    gateway.redis.send(":0\r\n");
    assert.equal(gateway.sent()[4], String(200 - reserved));
    gateway.host.check();
  });

  it("is cut where it is deny, when what is reserved is used up", () => {
    const gateway = new SharedTokenGateway(config("deny"));
    const { stream, reserved } = begin(gateway);
    breakRedis(gateway, stream);
    const text = goesOn(stream, 100);
    assert.ok(isCut(text), text);
    const pieces = text.split(PIECE.toString()).length - 1;
    assert.ok(9 * pieces < reserved, `${pieces} pieces for ${reserved} tokens`);
    gateway.host.advance(200);
    assert.ok(stream.isOver);
    gateway.host.check();
  });

  it("goes on with the tokens of this Envoy where it is local, and is cut by them; each store settles its part", () => {
    const gateway = new SharedTokenGateway(config("local"));
    const { stream, reserved } = begin(gateway);
    breakRedis(gateway, stream);
    const text = goesOn(stream, 100);
    assert.ok(isCut(text), text);
    const tokens = 9 * (text.split(PIECE.toString()).length - 1);
    assert.ok(tokens > 0.8 * LIMIT && tokens < reserved + LIMIT, `${tokens} tokens`);
    gateway.host.advance(200);
    assert.ok(stream.isOver);
    assert.deepEqual(gateway.redis.take(), [], "what was reserved in Redis counts as spent there");
    // The counter of this Envoy has no more than its limit, and what was reserved in Redis is not in it.
    const look = gateway.open("ann", false);
    gateway.host.advance(60_000);
    gateway.answer(look, 0);
    assert.ok(remaining(look) < 0.3 * LIMIT, `${remaining(look)}`);
    gateway.host.check();
  });

  it("is charged in this Envoy what its usage says above the part of Redis", () => {
    const gateway = new SharedTokenGateway(config("local"));
    const { stream, reserved } = begin(gateway);
    breakRedis(gateway, stream);
    goesOn(stream, 12);
    stream.responseBody(USAGE, true);
    gateway.host.advance(2000);
    const look = gateway.open("ann", false);
    gateway.host.advance(60_000);
    gateway.answer(look, 0);
    assert.equal(remaining(look), LIMIT - (200 - reserved));
  });
});
