// SPDX-License-Identifier: Apache-2.0
// Equal requests at the same time: one of them asks the provider. And entries of a store that are not what they should be.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { ask, bodyOf, completion, hello, isAsked, respond, start } from "./ai-cache-gateway.ts";
import { RedisPeer } from "./redis-peer.ts";
import { wordHash } from "./word-hash.ts";

const SECOND = 1000;
describe("100 equal requests at the same time", () => {
  it("make one call, and all get its response", () => {
    const gateway = start();
    const streams = Array.from({ length: 100 }, (_, n) => ask(gateway, [], n % 2 ? { stream: true } : {}));
    assert.deepEqual(streams.map(isAsked), [true, ...Array<boolean>(99).fill(false)]);
    respond(streams[0], hello);
    // Those that one callback cannot reply to follow in ticks.
    for (let n = 0; n < 10; n++) gateway.host.advance(60);
    for (const [n, stream] of streams.entries()) {
      assert.ok(stream.isOver, `stream ${n}`);
      assert.match(bodyOf(stream), /hello/);
      assert.equal(bodyOf(stream).includes("[DONE]"), n % 2 === 1);
    }
    assert.equal(streams.filter(isAsked).length, 1);
    gateway.host.check();
  });

  it("make their own calls if the response cannot be stored", () => {
    const gateway = start();
    const streams = Array.from({ length: 5 }, () => ask(gateway));
    respond(
      streams[0],
      completion(
        { content: null, tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }] },
        "tool_calls",
      ),
    );
    gateway.host.advance(60);
    assert.deepEqual(streams.map(isAsked), Array<boolean>(5).fill(true));
    for (const stream of streams.slice(1)) respond(stream, hello);
    gateway.host.check();
  });

  it("make their own calls after an error of the provider", () => {
    const gateway = start();
    const streams = Array.from({ length: 5 }, () => ask(gateway));
    respond(streams[0], '{"error":{"message":"no"}}', "500");
    gateway.host.advance(60);
    assert.deepEqual(streams.map(isAsked), Array<boolean>(5).fill(true));
    for (const stream of streams.slice(1)) respond(stream, hello);
    gateway.host.check();
  });

  it("make one call after the other while the clients that make them leave", () => {
    const gateway = start();
    const streams = Array.from({ length: 5 }, () => ask(gateway));
    streams[0].clientReset();
    assert.deepEqual(streams.map(isAsked), [true, true, false, false, false]);
    respond(streams[1], hello.slice(0, 20), "200", false);
    streams[1].clientReset();
    assert.deepEqual(streams.map(isAsked), [true, true, true, false, false]);
    // One that waits leaves, too.
    streams[3].clientReset();
    respond(streams[2], hello);
    assert.match(bodyOf(streams[4]), /hello/);
    assert.ok(!isAsked(streams[4]));
    gateway.host.check();
  });

  it("wait no longer than they may", () => {
    const gateway = start({ wait_timeout: 2000 });
    const streams = [ask(gateway), ask(gateway)];
    gateway.host.advance(1.5 * SECOND);
    assert.deepEqual(streams.map(isAsked), [true, false]);
    gateway.host.advance(1 * SECOND);
    assert.deepEqual(streams.map(isAsked), [true, true]);
    for (const stream of streams) respond(stream, hello);
    gateway.host.check();
  });

  it("do not wait for a response that the client may not get or does not want stored", () => {
    const gateway = start();
    const first = ask(gateway, [["cache-control", "no-store"]]);
    const second = ask(gateway);
    assert.deepEqual([first, second].map(isAsked), [true, true]);
    const third = ask(gateway, [["cache-control", "no-cache"]]);
    assert.ok(isAsked(third));
    const fourth = ask(gateway, [["cache-control", "only-if-cached"]]);
    assert.match(bodyOf(fourth), /not_cached/);
    for (const stream of [first, second, third]) respond(stream, hello);
    gateway.host.check();
  });

  it("never store the response of a client that forbids it, also if the first one leaves", () => {
    const gateway = start();
    const first = ask(gateway);
    const second = ask(gateway, [["cache-control", "no-store"]]);
    first.clientReset();
    assert.ok(isAsked(second));
    respond(second, hello);
    const third = ask(gateway);
    assert.ok(isAsked(third));
    respond(third, hello);
    gateway.host.check();
  });
});

it("of several lines of Cache-Control the smallest age counts", () => {
  const gateway = start();
  respond(ask(gateway), hello);
  gateway.host.sleep(5 * SECOND);
  const lines = (...ages: number[]): [string, string][] => ages.map((age) => ["cache-control", `max-age=${age}`]);
  assert.ok(!isAsked(ask(gateway, lines(9, 60))));
  for (const ages of [lines(60, 1), lines(1, 60)]) {
    const stream = ask(gateway, ages);
    assert.ok(isAsked(stream));
    stream.clientReset();
  }
  gateway.host.check();
});

for (const [value, isHit] of [
  ["MAX-AGE=60", true],
  ["max-age=0000000000060", true],
  ["max-age=99999999999999999999999", true],
  ["max-age=0000000000001", false],
  ["max-age=-60", false],
  ['max-age="60"', false],
  ["max-age=many seconds", false],
  ["max-age=60 seconds", false],
  ["no-transform ,No-Cache", false],
] as const)
  it(`Cache-Control: ${value} ${isHit ? "takes" : "refuses"} what is five seconds old`, () => {
    const gateway = start();
    respond(ask(gateway), hello);
    gateway.host.sleep(5 * SECOND);
    const stream = ask(gateway, [["cache-control", value]]);
    assert.equal(isAsked(stream), !isHit);
    if (!isHit) stream.clientReset();
    gateway.host.check();
  });

const REDIS = { cache: { type: "redis", serviceName: "redis.static", timeout: 300 } };
const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

/** The code of an entry: its HMAC or, without a secret, the hash of its 64-bit words. */
function codeOf(text: string, { secret }: { secret?: string }): string {
  if (secret) return createHmac("sha256", secret).update(text).digest("hex");
  const code = Buffer.alloc(8);
  code.writeBigUInt64LE(wordHash(Buffer.from(text)));
  return code.toString("hex");
}

/** The entry that a gateway stores for the request. */
function entryOf(configuration: object): string {
  const gateway = start({ ...REDIS, ...configuration });
  const peer = new RedisPeer(gateway.host, () => "$0\r\n\r\n");
  const stream = ask(gateway);
  peer.answer();
  respond(stream, hello);
  const [command] = peer.take();
  assert.equal(command[0], "SET");
  return command[2];
}

for (const [kind, configuration] of Object.entries({ "without a secret": {}, "with a secret": { secret: "s" } }))
  describe(`an entry ${kind}`, () => {
    const entry = entryOf(configuration);
    /** What becomes of the request if the store has this. */
    const outcome = (stored: string, body: object = {}): "hit" | "miss" => {
      const gateway = start({ ...REDIS, ...configuration });
      const peer = new RedisPeer(gateway.host, ([name]) => (name === "GETRANGE" ? stored : "+OK\r\n"));
      const stream = ask(gateway, [], body);
      peer.answer();
      const asked = isAsked(stream);
      if (asked) respond(stream, hello);
      else assert.match(bodyOf(stream), /hello/);
      gateway.host.check();
      return asked ? "miss" : "hit";
    };

    it("is a hit", () => assert.equal(outcome(bulk(entry)), "hit"));

    it("that is cut anywhere is a miss", () => {
      for (let end = 0; end < entry.length; end += 7)
        assert.equal(outcome(bulk(entry.slice(0, end))), "miss", `${end}`);
    });

    it("that is of another key, version or time, or no entry, is a miss", () => {
      const changes = [
        entry.replace('"v":2', '"v":1'),
        entry.replace(/"key":"./, '"key":"x'),
        "hello",
        "{}",
        "null",
        "\0".repeat(100),
        `{"v":2,"key":"${"[".repeat(1000)}`,
      ];
      for (const changed of changes) assert.equal(outcome(bulk(changed)), "miss", changed.slice(0, 200));
    });

    it("whose code is right, but which is over or has other members, is a miss", () => {
      const object = entry.slice(0, entry.lastIndexOf("}") + 1);
      const sealed = (text: string): string => text + codeOf(text, configuration);
      assert.equal(sealed(object), entry);
      for (const changed of [
        object.replace(/"expires":\d+/, '"expires":1'),
        object.replace(/"expires":\d+/, '"expires":-1'),
        object.replace(/"created":\d+/, '"created":-1'),
        object.replace(/"created":\d+,/, ""),
        object.replace(/"provider":"/, '"provider":'),
        object.replace(/"response":.*/, '"response":'),
        object.replace(/"response":\{/, '"response":[{'),
        object.slice(0, object.indexOf('"model"') + 9),
        object.slice(0, 20),
      ])
        assert.equal(outcome(bulk(sealed(changed))), "miss", changed);
      const broken = sealed(object.replace('"choices":[', '"choises":['));
      assert.equal(outcome(bulk(broken), { stream: true }), "miss");
    });

    it("is a miss where the store says something else", () => {
      for (const reply of [
        "$-1\r\n",
        "*-1\r\n",
        ":7\r\n",
        "-WRONGTYPE x\r\n",
        "-LOADING x\r\n",
        "*1\r\n$2\r\n{}\r\n",
        "+OK\r\n",
      ])
        assert.equal(outcome(reply), "miss", reply);
    });

    it("that was changed is a miss", () => {
      assert.equal(outcome(bulk(entry.replace("hello", "hell0 hello"))), "miss");
    });
  });

describe("a store", () => {
  it("that does not reply delays a request by its timeout alone", () => {
    const gateway = start(REDIS);
    const stream = ask(gateway);
    assert.ok(!isAsked(stream));
    gateway.host.advance(500);
    assert.ok(isAsked(stream));
    respond(stream, hello);
    gateway.host.check();
  });

  it("that cannot be reached delays nothing", () => {
    const gateway = start(REDIS);
    const peer = new RedisPeer(gateway.host);
    const stream = ask(gateway);
    peer.grpc.unreachable(peer.stream);
    assert.ok(isAsked(stream));
    respond(stream, hello);
    const next = ask(gateway);
    assert.ok(isAsked(next));
    respond(next, hello);
    gateway.host.check();
  });

  it("is not asked for what would not fit an entry", () => {
    const gateway = start({ ...REDIS, max_bytes: 1000 });
    const peer = new RedisPeer(gateway.host, () => "$0\r\n\r\n");
    const stream = ask(gateway);
    const [[name, key, from, to]] = peer.answer();
    assert.deepEqual([name, from, to], ["GETRANGE", "0", String(1000 + 4096)]);
    assert.match(key, /^higress-ai-cache:[0-9a-f]{64}$/);
    respond(stream, completion({ content: "x".repeat(2000) }));
    assert.deepEqual(peer.take(), []);
    gateway.host.check();
  });
});
