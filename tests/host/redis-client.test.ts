// SPDX-License-Identifier: Apache-2.0
// The client of the channel to Redis: what it sends, and which reply belongs to which command.
import assert from "node:assert/strict";
import { before, beforeEach, describe, it } from "node:test";
import { compileProbe, PROBES, RedisProbe, resultOf } from "./redis-probe.ts";

for (const wasm of PROBES)
  describe(`the client of Redis, ${wasm}`, () => {
    let probe: RedisProbe;

    before(() => compileProbe(wasm));
    beforeEach(() => void (probe = new RedisProbe(wasm)));

    it("opens no connection before the first command", () => {
      probe.host.advance(1000);
      assert.deepEqual([probe.redis.grpc.streams.length, probe.context.tickPeriodMs], [0, 0]);
      probe.request("/PING");
      assert.deepEqual(
        [probe.redis.stream.cluster, probe.redis.stream.service, probe.redis.stream.method],
        ["redis", "redis.Bridge", "Connect"],
      );
    });

    it("matches replies to commands by their order, wherever they are cut", () => {
      const bytes = Buffer.from(":1\r\n$3\r\na\r\n\r\n*2\r\n+x\r\n$-1\r\n");
      for (let at = 0; at <= bytes.length; at++) {
        // Before the first reply, commands do not wait for each other.
        probe = new RedisProbe(wasm);
        const streams = ["/INCR/a", "/GET/b", "/LRANGE/c"].map((path) => probe.request(path));
        assert.deepEqual(probe.redis.take(), [
          ["INCR", "a"],
          ["GET", "b"],
          ["LRANGE", "c"],
        ]);
        probe.redis.send(bytes.subarray(0, at));
        probe.redis.send(bytes.subarray(at));
        assert.deepEqual(streams.map(resultOf), ["fault 0 :1", "fault 0 $a\r\n", "fault 0 *2 +x _0"]);
        assert.equal(probe.host.vm.grpcStreams.size, 1);
      }
    });

    it("sends AUTH and SELECT first, and nothing else before they succeed", () => {
      probe = new RedisProbe(wasm, { username: "ann", password: "secret-of-ann", database: 4 });
      const stream = probe.request("/PING");
      assert.deepEqual(probe.redis.take(), [
        ["AUTH", "ann", "secret-of-ann"],
        ["SELECT", "4"],
      ]);
      probe.redis.send("+OK\r\n");
      assert.deepEqual(probe.redis.take(), []);
      probe.redis.send("+OK\r\n");
      assert.deepEqual(probe.redis.take(), [["PING"]]);
      probe.redis.send("+PONG\r\n");
      assert.equal(resultOf(stream), "fault 0 +PONG");
    });

    it("sends a script as a text where Redis does not know it", () => {
      const stream = probe.request("/eval/key/5");
      const [[name, hash, ...rest]] = probe.redis.take();
      assert.deepEqual([name, hash.length, rest], ["EVALSHA", 40, ["1", "key", "5"]]);
      probe.redis.send("-NOSCRIPT No matching script.\r\n");
      const [[second, text, ...same]] = probe.redis.take();
      assert.deepEqual([second, same], ["EVAL", ["1", "key", "5"]]);
      assert.match(text, /INCRBY/);
      probe.redis.send(":5\r\n");
      assert.equal(resultOf(stream), "fault 0 :5");
      const hopeless = probe.request("/eval/key/5");
      probe.redis.send("-NOSCRIPT x\r\n-NOSCRIPT y\r\n");
      assert.equal(resultOf(hopeless), "fault 3 -NOSCRIPT y");
    });

    it("gives an error of Redis to the command alone, and logs that there was one", () => {
      const streams = [probe.request("/INCR/a"), probe.request("/INCR/b")];
      probe.redis.send("-ERR no\r\n:2\r\n");
      assert.deepEqual(streams.map(resultOf), ["fault 3 -ERR no", "fault 0 :2"]);
      assert.match(probe.said.join(), /replies with an error to a command: .*,.* replies again$/);
      assert.ok(!probe.said.join().includes("ERR no"));
    });

    it("keeps the order of replies when clients leave", () => {
      const streams = ["/INCR/a", "/INCR/b", "/INCR/c"].map((path) => probe.request(path));
      streams[0].clientReset();
      streams[1].clientReset();
      probe.redis.send(":1\r\n:2\r\n:3\r\n");
      assert.equal(resultOf(streams[2]), "fault 0 :3");
    });

    it("ticks only while commands wait", () => {
      probe.request("/INCR/a");
      assert.equal(probe.context.tickPeriodMs, 50);
      probe.redis.send(":1\r\n");
      probe.host.advance(100);
      assert.equal(probe.context.tickPeriodMs, 0);
    });

    it("replies to many streams at once, 32 in each callback", () => {
      const streams = Array.from({ length: 100 }, (_, i) => probe.request(`/INCR/${i}`));
      probe.redis.send(streams.map((_, i) => `:${i}\r\n`).join(""));
      const done = (): number => streams.filter((stream) => resultOf(stream)).length;
      assert.equal(done(), 32);
      assert.equal(probe.context.tickPeriodMs, 1);
      probe.host.advance(3);
      assert.equal(done(), 100);
      assert.deepEqual(
        streams.map(resultOf),
        streams.map((_, i) => `fault 0 :${i}`),
      );
    });

    it("leaves nothing behind when its root probe.context ends", () => {
      probe.settle();
      probe.request("/INCR/a").clientReset();
      probe.host.release(probe.context);
      assert.equal(probe.host.vm.grpcStreams.size, 0);
    });

    it("shares a connection between equal sections, and has one for each other", () => {
      const section = { service_name: "redis.static" };
      const rules = [
        { _match_domain_: ["a.example"], redis: section },
        { _match_domain_: ["b.example"], redis: section },
        { _match_domain_: ["c.example"], redis: { ...section, database: 1 } },
      ];
      const configured = probe.host.configure("redis-probe", JSON.stringify({ _rules_: rules }));
      assert.ok(configured);
      for (const name of ["a", "b", "c", "a"])
        probe.host.stream(configured).requestHeaders(
          [
            [":method", "GET"],
            [":path", "/PING"],
            [":authority", `${name}.example`],
          ],
          true,
        );
      assert.deepEqual(
        probe.redis.grpc.streams.map((stream) => stream.sent.length),
        [3, 1],
      );
    });
  });

describe("many commands over one connection", () => {
  it("leave the memory as it is (COMMANDS=1000000)", () => {
    const probe = new RedisProbe(PROBES[0], {}, () => ":1\r\n");
    const run = (count: number): void => {
      for (let i = 0; i < count; i += 100) {
        for (let j = 0; j < 100; j++) probe.settle();
        probe.redis.answer();
      }
    };
    run(20_000);
    const before = probe.host.vm.memory.byteLength;
    run(Number(process.env.COMMANDS ?? 100_000));
    assert.equal(probe.host.vm.memory.byteLength, before);
    assert.equal(probe.host.vm.grpcStreams.size, 1);
  });
});
