// SPDX-License-Identifier: Apache-2.0
// What becomes of commands when Redis is away, refuses, hangs, breaks off or lies.
import assert from "node:assert/strict";
import { before, beforeEach, describe, it } from "node:test";
import { Random, seed } from "../unit/random.ts";
import { compileProbe, PROBES, RedisProbe, resultOf } from "./redis-probe.ts";

for (const wasm of PROBES)
  describe(`failures of Redis, ${wasm}`, () => {
    let probe: RedisProbe;

    before(() => compileProbe(wasm));
    beforeEach(() => void (probe = new RedisProbe(wasm)));

    it("logs once that the password or the database is refused, and runs no command", () => {
      probe = new RedisProbe(wasm, { password: "secret-of-ann", database: 4 });
      for (const [replies, line] of [
        ["-WRONGPASS secret-of-ann\r\n+OK\r\n", "refuses the username or password, or lacks one"],
        [
          "+OK\r\n-ERR SELECT is not allowed in cluster mode\r\n",
          "refuses the database: a Redis Cluster has only database 0",
        ],
      ]) {
        for (let attempt = 0; attempt < 3; attempt++) {
          const streams = [probe.request("/INCR/a"), probe.request("/INCR/b")];
          probe.redis.send(replies);
          assert.deepEqual(streams.map(resultOf), ["fault 3", "fault 3"]);
          assert.equal(resultOf(probe.request("/INCR/c")), "fault 1");
          assert.equal(probe.redis.grpc.streams.length, 0);
          probe.host.sleep(10_000);
        }
        assert.deepEqual(probe.said, [`redis: the store behind cluster "redis" ${line}`]);
        probe.host.vm.logs.length = 0;
      }
    });

    it("logs once that Redis is not ready, and that it is again", () => {
      for (const error of ["LOADING Redis is loading", "upstream failure", "no upstream host", "LOADING x"]) {
        const stream = probe.request("/INCR/a");
        probe.redis.send(`-${error}\r\n`);
        assert.equal(resultOf(stream), "fault 1");
      }
      const stream = probe.request("/INCR/a");
      probe.redis.send(":1\r\n");
      assert.equal(resultOf(stream), "fault 0 :1");
      assert.deepEqual(
        probe.said.map((line) => line.replace(/.*"redis" /, "")),
        ["is not ready, or cannot write", "cannot be reached", "replies again"],
      );
    });

    it("logs once that commands are refused, and not for each command between others that succeed", () => {
      for (const [error, line] of [
        ["MOVED 3999 127.0.0.1:6381", "is a node of a Redis Cluster: put redis_proxy between, as in envoy/redis.yaml"],
        ["WRONGTYPE x", "replies with an error to a command: is a key used by something else?"],
        ["OOM command not allowed", "is not ready, or cannot write"],
        // As Redis 6 says it.
        [
          "ERR Error running script (call to f_84): @user_script:6: @user_script: 6: -OOM x",
          "is not ready, or cannot write",
        ],
        [
          "ERR Error running script (call to f_84): ERR x",
          "replies with an error to a command: is a key used by something else?",
        ],
      ]) {
        for (let i = 0; i < 20; i++) {
          probe.request("/INCR/a");
          probe.redis.send(`-${error}\r\n`);
          assert.equal(resultOf(probe.request("/GET/a")), "");
          probe.redis.send(":1\r\n");
        }
        assert.deepEqual(
          probe.said.map((text) => text.replace(/.*"redis" /, "")),
          [line, "replies again"],
        );
        probe = new RedisProbe(wasm);
      }
    });

    it("tries settlements that Redis cannot write ever less often, though it can read", () => {
      probe = new RedisProbe(wasm, {}, ([name]) => (name === "EVALSHA" ? "-OOM x\r\n" : ":1\r\n"));
      for (let i = 0; i < 10; i++) {
        probe.settle();
        probe.redis.answer();
      }
      let tries = 0;
      for (let step = 0; step < 400; step++) {
        probe.request("/GET/a");
        tries += probe.redis.answer().filter(([name]) => name === "EVALSHA").length;
        probe.host.advance(50);
      }
      // 20 s: at most every 5 s in the end.
      assert.ok(tries >= 60 && tries <= 120, `${tries} times for 10 settlements`);
    });

    it("fails a command without a reply, and the connection if it is silent", () => {
      probe = new RedisProbe(wasm, { timeout: 300 });
      const first = probe.request("/INCR/a");
      probe.host.advance(200);
      const second = probe.request("/INCR/b");
      probe.host.advance(50);
      assert.deepEqual([resultOf(first), resultOf(second)], ["", ""]);
      probe.host.advance(100);
      assert.deepEqual([resultOf(first), resultOf(second)], ["fault 2", "fault 2"]);
      assert.deepEqual([probe.redis.grpc.streams.length, probe.context.tickPeriodMs], [0, 0]);
      assert.deepEqual(probe.said, ['redis: the store behind cluster "redis" does not reply in time']);
    });

    it("keeps a slow connection, and ignores late replies", () => {
      probe = new RedisProbe(wasm, { timeout: 300 });
      const [first, second] = [probe.request("/INCR/a"), probe.request("/INCR/b")];
      probe.host.advance(200);
      probe.redis.send(":1\r\n$9");
      probe.host.advance(150);
      assert.deepEqual([resultOf(first), resultOf(second)], ["fault 0 :1", "fault 2"]);
      const third = probe.request("/INCR/c");
      probe.redis.send("\r\nlate-late\r\n");
      probe.redis.send(":3\r\n");
      assert.equal(resultOf(third), "fault 0 :3");
      assert.deepEqual(probe.said, []);
    });

    it("fails what waits when the connection breaks, and connects again after a while", () => {
      const streams = Array.from({ length: 100 }, (_, i) => probe.request(`/INCR/${i}`));
      probe.redis.grpc.reset(probe.redis.stream);
      probe.host.advance(10);
      assert.ok(streams.every((stream) => resultOf(stream) === "fault 1"));
      assert.equal(resultOf(probe.request("/PING")), "fault 1");
      probe.host.advance(100);
      const stream = probe.request("/PING");
      probe.redis.send("+PONG\r\n");
      assert.equal(resultOf(stream), "fault 0 +PONG");
      assert.deepEqual(
        probe.said.map((line) => line.replace(/.*"redis" /, "")),
        ["cannot be reached", "replies again"],
      );
    });

    it("waits longer after each failure, up to 5 s", () => {
      const waits: number[] = [];
      for (let attempt = 0; attempt < 9; attempt++) {
        let waited = 0;
        for (probe.request("/PING"); !probe.redis.grpc.streams.length; probe.request("/PING")) {
          probe.host.sleep(10);
          waited += 10;
        }
        waits.push(waited);
        probe.redis.grpc.unreachable(probe.redis.stream);
      }
      assert.equal(waits[0], 0);
      assert.ok(waits[1] >= 40 && waits[1] <= 110, String(waits));
      assert.ok(
        waits.slice(2).every((wait, i) => wait >= Math.min(45 * 2 ** (i + 1), 2490) && wait <= 5010),
        String(waits),
      );
      assert.deepEqual(probe.said, ['redis: the store behind cluster "redis" cannot be reached']);
    });

    it("logs once that the cluster is missing", () => {
      probe = new RedisProbe(wasm, { cluster: "elsewhere" });
      for (let attempt = 0; attempt < 5; attempt++) {
        assert.equal(resultOf(probe.request("/PING")), "fault 1");
        probe.settle();
        probe.host.advance(10_000);
      }
      assert.deepEqual(probe.said, [
        'redis: Envoy has no cluster "elsewhere": add the clusters and the listener of envoy/redis.yaml',
      ]);
    });

    it("sends settlements of ended streams, and keeps them while Redis is away", () => {
      probe.settle();
      assert.deepEqual(probe.redis.take(), [["EXISTS", "ai-gateway"]]);
      probe.redis.send(":0\r\n");
      assert.deepEqual(probe.redis.take()[0].slice(2), ["1", "settled", "1"]);
      probe.redis.send(":1\r\n");
      probe.redis.grpc.reset(probe.redis.stream);
      for (let i = 0; i < 50; i++) probe.settle();
      assert.equal(probe.redis.grpc.streams.length, 0);
      for (let attempt = 0; attempt < 3; attempt++) {
        probe.untilConnected();
        assert.deepEqual(probe.redis.take(), [["EXISTS", "ai-gateway"]]);
        probe.redis.grpc.unreachable(probe.redis.stream);
      }
      probe.untilConnected();
      probe.redis.take();
      probe.redis.send(":0\r\n");
      assert.equal(probe.redis.take().length, 50);
      probe.redis.send("-LOADING x\r\n".repeat(20) + ":1\r\n".repeat(30));
      probe.host.advance(200);
      assert.equal(probe.redis.take().length, 20);
      probe.redis.send(":1\r\n".repeat(20));
      probe.host.advance(100);
      assert.equal(probe.context.tickPeriodMs, 0);
      assert.ok(!probe.said.some((line) => line.includes("settlement")));
    });

    // In the other build a collection after each callback would look at thousands of commands thousands of times.
    if (wasm === PROBES[0])
      it("keeps a bounded number of commands", () => {
        probe.settle();
        probe.redis.grpc.unreachable(probe.redis.stream);
        for (let i = 0; i < 9000; i++) probe.settle();
        const lost = probe.said.filter((line) => line.startsWith("settlement lost")).length;
        assert.ok(lost > 800 && lost < 820, String(lost));
        assert.equal(probe.said.filter((line) => line.includes("too many commands wait")).length, 1);
      });

    it("ends the connection at what is no reply, and at a reply to nothing", () => {
      for (const bytes of ["HTTP/1.1 400 Bad Request\r\n", ":1\r\n:2\r\n", "$99999999999\r\n", "*1\r\n".repeat(20)]) {
        const stream = probe.request("/INCR/a");
        probe.redis.send(bytes);
        assert.match(resultOf(stream), /^fault [04]/);
        assert.equal(probe.redis.grpc.streams.length, 0, bytes);
        probe.host.advance(10_000);
      }
    });
  });

describe("hostile replies of Redis", () => {
  before(() => compileProbe(PROBES[0]));

  it("trap nothing, hang no request and leave no memory", (t) => {
    const random = new Random(seed());
    t.diagnostic(`SEED=${seed()}`);
    const probe = new RedisProbe(PROBES[0], { password: "a-secret", database: 1, timeout: 300 });
    const replies = [
      "+OK\r\n",
      ":1\r\n",
      "$3\r\nabc\r\n",
      "$-1\r\n",
      "*2\r\n:1\r\n*0\r\n",
      "-ERR x\r\n",
      "-NOSCRIPT x\r\n",
    ];
    const pieces = [
      ...replies,
      "-LOADING x\r\n",
      "-NOAUTH a-secret\r\n",
      "\r\n",
      // Of the wrong order of magnitude, nested and endless.
      "$99999999999\r\n",
      ":99999999999999999999\r\n",
      "*9\r\n",
      "*65536\r\n",
      "*9223372036854775807\r\n",
      "*1\r\n",
      "*1\r\n".repeat(20),
      `+${"x".repeat(70_000)}`,
      "x",
    ];
    for (let round = 0; round < 3000; round++) {
      const streams = Array.from({ length: 1 + random.below(4) }, (_, i) =>
        probe.request(i % 2 ? "/GET/a" : "/eval/k/1"),
      );
      if (!random.below(3)) probe.settle();
      if (!random.below(4)) streams[0].clientReset();
      for (let i = random.below(8); i > 0 && probe.redis.grpc.streams.length; i--) {
        const bytes = Buffer.from(random.below(4) ? random.pick(replies) : random.pick(pieces));
        if (!random.below(6)) bytes[random.below(bytes.length)] = random.below(256);
        const at = random.below(bytes.length + 1);
        probe.redis.send(bytes.subarray(0, at));
        if (probe.redis.grpc.streams.length) probe.redis.send(bytes.subarray(at));
      }
      if (!random.below(9) && probe.redis.grpc.streams.length) probe.redis.grpc.reset(probe.redis.stream);
      probe.redis.take();
      // Longer than the timeout, whatever has arrived.
      probe.host.advance(800);
      for (const [i, stream] of streams.entries()) {
        if (stream.isOver) continue;
        assert.fail(`request ${i} of round ${round} hangs`);
      }
    }
    // Settlements that wait for Redis take some of it.
    assert.ok(probe.host.vm.memory.byteLength <= 1 << 20);
    assert.ok(!probe.said.some((line) => line.includes("a-secret")));
  });
});
