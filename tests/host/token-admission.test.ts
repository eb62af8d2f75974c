// SPDX-License-Identifier: Apache-2.0
// The commands of ai-token-ratelimit to Redis: those of Higress where nothing is reserved, and one settlement for each reservation, whatever
// happens to its stream.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import type { HttpStream } from "./http-stream.ts";
import { KEY, LEFT, NOW, SharedTokenGateway } from "./shared-token-gateway.ts";
import { BUDGET, remaining, statusOf } from "./token-gateway.ts";

/** The scripts of `reserve: none`, by their hash: a changed one would not be that of the gateways that run already. */
const CHECK = "8f13bd8f0158e2f972a06c5a3bfe47db3a89b5b2";
const CHARGE = "b8ece185e8da485c5689490675440d98e823e1d4";

const ok = ":1\r\n";
const isWaiting = (stream: HttpStream): boolean => statusOf(stream) === 0 && stream.attempt === null;

describe("reserve: none", () => {
  it("sends the commands of Higress, and holds no body", () => {
    const gateway = new SharedTokenGateway({ reserve: "none" });
    const stream = gateway.open("ann");
    assert.deepEqual(gateway.redis.take(), [["EVALSHA", CHECK, "1", KEY, String(BUDGET), "3600"]]);
    gateway.redis.send(`*3\r\n:${BUDGET}\r\n:${BUDGET}\r\n:42\r\n`);
    assert.ok(stream.attempt, "exactly the limit passes");
    stream.requestBody(Buffer.from('{"messages":[],"max_tokens":99999}'), true);
    gateway.answer(stream, 7);
    assert.deepEqual(gateway.redis.take(), [["EVALSHA", CHARGE, "1", KEY, String(BUDGET), "3600", "7"]]);
    gateway.redis.send(ok);
    assert.equal(remaining(stream), 0);
    const refused = gateway.open("ann");
    gateway.sent();
    gateway.redis.send(`*3\r\n:${BUDGET}\r\n:${BUDGET + 1}\r\n:42\r\n`);
    assert.equal(statusOf(refused), 429);
    assert.deepEqual(gateway.redis.take(), []);
  });
});

describe("a reservation in Redis", () => {
  it("is settled by the difference, in the window that Redis named", () => {
    const gateway = new SharedTokenGateway();
    const stream = gateway.begin("ann", 500);
    const [count, key, limit, window, amount] = gateway.sent();
    assert.deepEqual([count, key, limit, window], ["1", KEY, String(BUDGET), "3600"]);
    assert.ok(Number(amount) > 500);
    gateway.reserved(40);
    assert.ok(stream.attempt);
    gateway.answer(stream, 30);
    assert.equal(remaining(stream), BUDGET - 40 - Number(amount));
    assert.deepEqual(gateway.sent(), ["1", KEY, String(NOW + LEFT), "3600", String(30 - Number(amount))]);
  });

  it("sends nothing more where it was exact, or refused", () => {
    const gateway = new SharedTokenGateway();
    const stream = gateway.begin("ann", 500);
    const amount = Number(gateway.sent()[4]);
    gateway.reserved(0);
    gateway.answer(stream, amount);
    const refused = gateway.begin("ann", 500);
    gateway.sent();
    gateway.reserved(BUDGET - amount + 1);
    assert.equal(statusOf(refused), 429);
    assert.equal(refused.client.headers?.get("retry-after"), String(LEFT / 1000));
    assert.deepEqual(gateway.redis.take(), []);
  });

  it("is not asked for where the request needs more than the limit", () => {
    const gateway = new SharedTokenGateway();
    const capped = gateway.begin("ann", BUDGET);
    assert.ok(Number(gateway.sent()[4]) < 4096 + 100, "the cap of what is reserved");
    gateway.reserved(0);
    assert.ok(capped.attempt);
    const small = new SharedTokenGateway({ reserve_max_tokens: BUDGET });
    const large = small.begin("ann", BUDGET);
    assert.equal(statusOf(large), 429);
    assert.equal(large.client.headers?.get("retry-after"), undefined);
    assert.equal(small.redis.grpc.streams.length, 0);
  });

  it("is given back when its client leaves before the reply", () => {
    const gateway = new SharedTokenGateway();
    for (let turn = 0; turn < 300; turn++) {
      const stream = gateway.begin("ann", 500);
      const amount = Number(gateway.sent()[4]);
      assert.ok(isWaiting(stream));
      stream.clientReset();
      assert.deepEqual(gateway.redis.take(), []);
      // Another stream has its filter meanwhile.
      const next = gateway.open("bob", false);
      const sent = gateway.redis.take();
      gateway.reserved(5);
      sent.push(...gateway.redis.take());
      assert.deepEqual(
        sent.map((command) => command.slice(2)),
        [
          ["1", KEY.replace(/ann$/, "bob"), String(BUDGET), "3600"],
          ["1", KEY, String(NOW + LEFT), "3600", String(-amount)],
        ],
      );
      next.clientReset();
      gateway.redis.send(`*3\r\n:${BUDGET}\r\n:1\r\n:42\r\n${ok}`);
    }
    gateway.host.check();
  });

  it("has nothing to give back where Redis refuses, fails or does not reply", () => {
    const gateway = new SharedTokenGateway();
    const replies = [`*3\r\n:${NOW}\r\n:${BUDGET}\r\n:7000\r\n`, "-ERR no\r\n", "*1\r\n:1\r\n", "$1\r\na\r\n"];
    for (const reply of replies) {
      gateway.begin("ann", 500).clientReset();
      gateway.sent();
      gateway.redis.send(reply);
      assert.deepEqual(gateway.redis.take(), [], reply);
    }
    gateway.begin("ann", 500).clientReset();
    gateway.sent();
    gateway.host.advance(5000);
    assert.deepEqual(gateway.redis.take(), []);
    gateway.host.check();
  });

  it("is granted where an operator has made the counter negative, and settled", () => {
    const gateway = new SharedTokenGateway({ on_store_down: "deny" });
    const stream = gateway.begin("ann", 500);
    const amount = Number(gateway.sent()[4]);
    gateway.reserved(-700);
    gateway.answer(stream, 30);
    assert.equal(remaining(stream), BUDGET + 700 - amount);
    assert.deepEqual(gateway.sent(), ["1", KEY, String(NOW + LEFT), "3600", String(30 - amount)]);
  });

  it("is not granted by the largest counter", () => {
    const gateway = new SharedTokenGateway();
    const stream = gateway.begin("ann", 500);
    gateway.sent();
    gateway.redis.send(`*3\r\n:${NOW}\r\n:9223372036854775807\r\n:5000\r\n`);
    assert.equal(statusOf(stream), 429);
    assert.deepEqual(gateway.redis.take(), []);
  });

  it("leaves nothing behind when the configuration ends before the reply", () => {
    const gateway = new SharedTokenGateway();
    for (let i = 0; i < 10; i++) gateway.begin("ann", 500).clientReset();
    gateway.host.release(gateway.context);
    assert.equal(gateway.host.vm.grpcStreams.size, 0);
  });

  it("is kept until Redis is back", () => {
    const gateway = new SharedTokenGateway();
    const stream = gateway.begin("ann", 500);
    gateway.sent();
    gateway.reserved(0);
    gateway.redis.grpc.unreachable(gateway.redis.stream);
    gateway.answer(stream, 30);
    for (let i = 0; i < 100 && !gateway.redis.grpc.streams.length; i++) gateway.host.advance(50);
    assert.deepEqual(gateway.redis.take(), [["EXISTS", "ai-gateway"]]);
    gateway.redis.send(":0\r\n");
    assert.equal(gateway.sent()[2], String(NOW + LEFT));
  });

  it("in the counters of Envoy is settled there, also when Redis is back", () => {
    const gateway = new SharedTokenGateway({ on_store_down: "local" });
    const stream = gateway.begin("ann", 500);
    gateway.redis.grpc.unreachable(gateway.redis.stream);
    gateway.host.advance(0);
    assert.ok(stream.attempt);
    gateway.host.advance(2000);
    gateway.answer(stream, 30);
    assert.deepEqual(gateway.redis.take(), []);
    const look = gateway.open("ann", false);
    gateway.host.advance(60_000);
    gateway.answer(look, 0);
    assert.equal(remaining(look), BUDGET - 30);
  });

  for (const reply of [
    "*3\r\n:1\r\n:2\r\n",
    `*3\r\n:${NOW}\r\n:1\r\n:-5\r\n`,
    `*3\r\n:${NOW}\r\n$1\r\nx\r\n:5\r\n`,
    "*0\r\n",
    ":1\r\n",
  ])
    it(`is a failure of the store where the reply is ${JSON.stringify(reply)}`, () => {
      const gateway = new SharedTokenGateway({ on_store_down: "deny" });
      const stream = gateway.begin("ann", 500);
      gateway.sent();
      gateway.redis.send(reply);
      gateway.host.advance(5000);
      assert.equal(statusOf(stream), 503);
    });
});

describe("the scripts", () => {
  it("are sent as texts whose hashes are those", () => {
    const gateway = new SharedTokenGateway({ reserve: "none" });
    const stream = gateway.open("ann");
    gateway.redis.take();
    gateway.redis.send("-NOSCRIPT x\r\n");
    const [[name, text]] = gateway.redis.take();
    assert.deepEqual([name, createHash("sha1").update(text).digest("hex")], ["EVAL", CHECK]);
    stream.clientReset();
  });
});
