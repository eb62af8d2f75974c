// SPDX-License-Identifier: Apache-2.0
// Commands that are sent together: a message of the host costs as much as a command.
import assert from "node:assert/strict";
import { before, beforeEach, describe, it } from "node:test";
import type { HttpStream } from "./http-stream.ts";
import { compileProbe, PROBES, RedisProbe, resultOf } from "./redis-probe.ts";

/** The commands that go together at most. */
const TOGETHER = 32;

for (const wasm of PROBES)
  describe(`commands that are sent together, ${wasm}`, () => {
    let probe: RedisProbe;
    let streams: HttpStream[];

    /** Begins requests, each with a command. */
    const begin = (count: number): void => {
      for (let i = 0; i < count; i++) streams.push(probe.request(`/INCR/${streams.length}`));
    };
    /** Redis replies to the next commands with numbers. */
    const reply = (from: number, count: number): void =>
      probe.redis.send(Array.from({ length: count }, (_, i) => `:${from + i}\r\n`).join(""));
    /** The sizes of the messages that were sent since the last call, in commands. */
    const messages = (): number[] =>
      probe.redis.stream.sent.splice(0).map((bytes) => bytes.toString().split("INCR").length - 1);

    before(() => compileProbe(wasm));
    beforeEach(() => {
      probe = new RedisProbe(wasm);
      probe.request("/INCR/first");
      probe.redis.send(":0\r\n");
      probe.redis.take();
      streams = [];
    });

    it("go with the next reply, while one is without its own", () => {
      begin(10);
      assert.deepEqual(messages(), [1]);
      reply(0, 1);
      assert.deepEqual(messages(), [9]);
      reply(1, 9);
      assert.deepEqual(
        streams.map(resultOf),
        streams.map((_, i) => `fault 0 :${i}`),
      );
      begin(1);
      assert.deepEqual(messages(), [1]);
    });

    it("do not wait for more than a message can have", () => {
      begin(1 + TOGETHER + 1);
      assert.deepEqual(messages(), [1, TOGETHER]);
      reply(0, 1);
      assert.deepEqual(messages(), [1]);
    });

    it("do not go if their clients have left", () => {
      begin(5);
      streams[3].clientReset();
      messages();
      reply(0, 1);
      assert.deepEqual(probe.redis.take(), [
        ["INCR", "1"],
        ["INCR", "2"],
        ["INCR", "4"],
      ]);
      reply(1, 3);
      assert.deepEqual(
        [1, 2, 4].map((i) => resultOf(streams[i])),
        ["fault 0 :1", "fault 0 :2", "fault 0 :3"],
      );
    });

    it("go after a script that Redis has not known, in their order", () => {
      probe.request("/eval/key/5");
      begin(4);
      probe.redis.take();
      probe.redis.send("-NOSCRIPT No matching script.\r\n");
      const sent = probe.redis.take().map(([name, second]) => (name === "INCR" ? second : name));
      assert.deepEqual(sent, ["0", "1", "2", "3", "EVAL"]);
    });

    it("fail when Redis is silent, and with the connection", () => {
      begin(8);
      probe.host.advance(1050);
      assert.deepEqual(new Set(streams.map(resultOf)), new Set(["fault 2"]));
      assert.equal(probe.redis.grpc.streams.length, 0);
      probe.host.advance(100);
      streams = [];
      probe.request("/INCR/first");
      probe.redis.send(":0\r\n");
      begin(8);
      probe.redis.grpc.reset(probe.redis.stream);
      assert.deepEqual(new Set(streams.map(resultOf)), new Set(["fault 1"]));
    });

    it("fail in time, if Redis replies to others alone", () => {
      begin(3);
      probe.host.advance(600);
      // The others are sent now: their time has begun before.
      reply(0, 1);
      probe.host.advance(450);
      reply(1, 1);
      probe.host.advance(50);
      assert.equal(resultOf(streams[2]), "fault 2");
    });

    it("fail in time, also if AUTH, SELECT or an unknown script takes most of it", () => {
      probe = new RedisProbe(wasm, { timeout: 300, password: "a-secret", database: 1 });
      const first = probe.request("/INCR/a");
      probe.host.advance(200);
      probe.redis.send("+OK\r\n");
      probe.settle();
      probe.host.advance(150);
      assert.equal(resultOf(first), "fault 2");
      probe.redis.take();
      probe.redis.send("+OK\r\n");
      assert.deepEqual(
        probe.redis.take().map(([name]) => name),
        ["EVALSHA"],
      );
      probe.redis.send(":1\r\n");
      const second = probe.request("/eval/key/5");
      probe.host.advance(200);
      probe.redis.send("-NOSCRIPT No matching script.\r\n");
      const third = probe.request("/INCR/b");
      probe.host.advance(150);
      assert.deepEqual([resultOf(second), resultOf(third)], ["fault 2", ""]);
      probe.redis.send(":5\r\n:2\r\n");
      assert.equal(resultOf(third), "fault 0 :2");
      assert.deepEqual(probe.said, []);
    });

    it("get the replies that have come, however short their timeout is", () => {
      probe = new RedisProbe(wasm, { timeout: 1 });
      const streams = Array.from({ length: 100 }, (_, i) => probe.request(`/INCR/${i}`));
      probe.redis.send(streams.map((_, i) => `:${i}\r\n`).join(""));
      const late = probe.request("/INCR/late");
      probe.host.advance(5);
      assert.deepEqual(
        streams.map(resultOf),
        streams.map((_, i) => `fault 0 :${i}`),
      );
      assert.equal(resultOf(late), "fault 2");
    });

    it("are sent again if they are patient, and the reply that says so comes late", () => {
      const sent = (): string[] => probe.redis.take().map(([name]) => name);
      probe.settle();
      begin(1);
      for (const bytes of ["-NOSCRIPT", " No matching script.\r\n:1\r\n"]) {
        probe.host.advance(600);
        probe.redis.send(bytes);
      }
      assert.deepEqual([resultOf(streams[0]), ...sent()], ["fault 2", "EVALSHA", "INCR", "EVAL"]);
      for (const text of ["OOM x", "ERR Error running script (call to f_84): @user_script:3: -OOM x"]) {
        probe.redis.send(`-${text}\r\n`);
        probe.host.advance(200);
        assert.deepEqual(sent(), ["EVAL"]);
      }
      probe.redis.send(":1\r\n");
      assert.ok(!probe.said.some((line) => line.includes("settlement")));
    });

    it("are kept if they are patient and the connection breaks before they were sent", () => {
      begin(1);
      probe.settle();
      messages();
      probe.redis.grpc.reset(probe.redis.stream);
      probe.untilConnected();
      const sent = (): string[] => probe.redis.take().map(([name]) => name);
      assert.deepEqual(sent(), ["EXISTS"]);
      probe.redis.send(":0\r\n");
      assert.deepEqual(sent(), ["EVALSHA"]);
    });

    it("are kept if they are patient and Redis cannot be reached when they would be sent", () => {
      begin(1);
      probe.settle();
      begin(1);
      messages();
      probe.redis.send("-no upstream host\r\n");
      const sent = (): string[] => probe.redis.take().map(([name]) => name);
      assert.deepEqual(sent(), ["INCR"]);
      probe.redis.send("-no upstream host\r\n");
      assert.equal(resultOf(streams[1]), "fault 1");
      while (!probe.redis.stream.sent.length) probe.host.advance(50);
      assert.deepEqual(sent(), ["EXISTS"]);
      probe.redis.send(":0\r\n");
      assert.deepEqual(sent(), ["EVALSHA"]);
    });

    it("leave nothing behind when the root context ends", () => {
      begin(8);
      for (const stream of streams) stream.clientReset();
      probe.host.release(probe.context);
      assert.equal(probe.host.vm.grpcStreams.size, 0);
    });
  });
