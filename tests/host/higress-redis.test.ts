// SPDX-License-Identifier: Apache-2.0
// The client of Redis on the host calls of Higress's Envoy, which reports every result by its own and in any order.
import assert from "node:assert/strict";
import { before, beforeEach, describe, it } from "node:test";
import { compile } from "../../tools/compile.ts";
import { Random, seed } from "../unit/random.ts";
import type { RootContext } from "./contexts.ts";
import { HigressRedis } from "./higress-redis.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { resultOf } from "./redis-probe.ts";

const WASM = "build/test/redis-probe.higress.wasm";
const CLUSTER = "outbound|6379||redis.dns";

describe("the client of Redis on Higress's host calls", () => {
  let host: ProxyHost;
  let context: RootContext;
  let redis: HigressRedis;

  before(() =>
    compile({ entry: "tests/host/redis/assembly/index.ts", out: WASM, target: "higress", optimized: false }),
  );
  beforeEach(() => configure({}));

  function configure(section: Record<string, unknown>): void {
    host = new ProxyHost(WASM, { logLevel: "info", clusters: ["upstream", CLUSTER], isHigress: true });
    const configured = host.configure(
      "redis-probe",
      JSON.stringify({ redis: { service_name: "redis.dns", ...section } }),
    );
    assert.ok(configured);
    context = configured;
    redis = new HigressRedis(host);
    host.vm.logs.length = 0;
  }

  function request(path: string): HttpStream {
    const stream = host.stream(context);
    const headers: [string, string][] = [
      [":method", "GET"],
      [":path", path],
      [":authority", "gateway.example"],
    ];
    stream.requestHeaders(headers, true);
    return stream;
  }

  const settle = (): void => request("/settle/").clientReset();
  const sent = (): string[][] => redis.calls.map((call) => redis.argumentsOf(call));
  const said = (): string[] => host.vm.logs.map(({ text }) => text.replace(/^redis-probe: /, ""));
  const replyAll = (bytes: string): void => redis.calls.forEach((call) => redis.reply(call, bytes));

  it("gives the host the user, the password, the database and the timeout, and sends no command of them", () => {
    configure({ username: "ann", password: "secret-of-ann", database: 4, timeout: 300 });
    const stream = request("/PING");
    const login = { username: "ann", password: "secret-of-ann", timeoutMs: 300 };
    assert.deepEqual([...host.vm.redisLogins], [[`${CLUSTER}?db=4`, login]]);
    assert.deepEqual(sent(), [["PING"]]);
    replyAll("+PONG\r\n");
    assert.equal(resultOf(stream), "fault 0 +PONG");
  });

  it("names the cluster by service and port, with Higress's default ports", () => {
    for (const [section, cluster] of [
      [{ service_name: "redis.static" }, "outbound|80||redis.static"],
      [{ service_name: "redis.dns" }, "outbound|6379||redis.dns"],
      [{ service_name: "redis.dns", service_port: 7000 }, "outbound|7000||redis.dns"],
      [{ cluster: "mine" }, "mine"],
    ] as const) {
      configure(section);
      host.vm.environment.clusters = new Set([cluster]);
      request("/PING");
      assert.deepEqual([...host.vm.redisLogins.keys()], [cluster]);
    }
  });

  it("gives each stream its own reply, whatever the order of the results", () => {
    const random = new Random(seed());
    for (let round = 0; round < 50; round++) {
      const streams = Array.from({ length: 12 }, (_, i) => request(`/GET/${i}`));
      const calls = redis.calls;
      while (calls.length) {
        const [call] = calls.splice(random.below(calls.length), 1);
        const key = redis.argumentsOf(call)[1];
        redis.reply(call, `$${key.length}\r\n${key}\r\n`);
      }
      assert.deepEqual(
        streams.map(resultOf),
        streams.map((_, i) => `fault 0 $${i}`),
      );
    }
  });

  it("sends a script as a text where Redis does not know it", () => {
    const stream = request("/eval/key/5");
    replyAll("-NOSCRIPT No matching script.\r\n");
    assert.equal(sent()[0][0], "EVAL");
    replyAll(":5\r\n");
    assert.equal(resultOf(stream), "fault 0 :5");
  });

  it("fails a command that the host reports as failed, and says it once", () => {
    const streams = ["/INCR/a", "/INCR/b"].map(request);
    redis.calls.forEach((call) => redis.fail(call));
    assert.deepEqual(streams.map(resultOf), ["fault 1", "fault 1"]);
    const stream = request("/INCR/c");
    replyAll(":1\r\n");
    assert.equal(resultOf(stream), "fault 0 :1");
    assert.deepEqual(said(), [
      `redis: the store behind cluster "${CLUSTER}" cannot be reached`,
      `redis: the store behind cluster "${CLUSTER}" replies again`,
    ]);
  });

  it("keeps settlements from the first failure on until Redis replies", () => {
    request("/INCR/a");
    replyAll(":1\r\n");
    settle();
    const [inFlight] = redis.calls;
    redis.fail(inFlight);
    for (let i = 0; i < 50; i++) settle();
    assert.deepEqual(sent(), []);
    for (let attempt = 0; attempt < 3; attempt++) {
      while (!redis.calls.length) host.advance(50);
      assert.deepEqual(sent(), [["EXISTS", "ai-gateway"]]);
      redis.fail(redis.calls[0]);
    }
    while (!redis.calls.length) host.advance(50);
    replyAll(":0\r\n");
    assert.equal(sent().length, 50);
    replyAll(":1\r\n");
    host.advance(100);
    assert.equal(context.tickPeriodMs, 0);
    assert.equal(said().filter((line) => line.startsWith("settlement failed")).length, 1);
  });

  it("says once that the cluster is missing, and finds it when it is there", () => {
    host.vm.environment.clusters = new Set(["upstream"]);
    for (let attempt = 0; attempt < 5; attempt++) {
      assert.equal(resultOf(request("/PING")), "fault 1");
      host.advance(10_000);
    }
    const line = `redis: the gateway has no cluster "${CLUSTER}": check service_name and service_port`;
    assert.deepEqual(said(), [line]);
    host.vm.environment.clusters = new Set([CLUSTER]);
    const stream = request("/PING");
    replyAll("+PONG\r\n");
    assert.equal(resultOf(stream), "fault 0 +PONG");
  });

  it("fails a command that the host takes no more, and keeps a settlement", () => {
    request("/PING");
    replyAll("+PONG\r\n");
    host.vm.environment.clusters = new Set(["upstream"]);
    const stream = request("/PING");
    settle();
    host.advance(10);
    assert.equal(resultOf(stream), "fault 1");
    host.vm.environment.clusters = new Set([CLUSTER]);
    while (!redis.calls.length) host.advance(50);
    replyAll(":0\r\n");
    assert.deepEqual(sent().at(-1)?.slice(2), ["1", "settled", "1"]);
  });

  it("gives the host the password again after another plugin has given it another one", () => {
    configure({ password: "secret" });
    const first = request("/PING");
    host.vm.redisLogins.clear();
    replyAll("-NOAUTH Authentication required.\r\n");
    assert.equal(resultOf(first), "fault 3 -NOAUTH Authentication required.");
    request("/PING");
    assert.equal(host.vm.redisLogins.size, 1);
    assert.ok(!said().some((line) => line.includes("secret")));
  });

  it("ignores results of a root context that has ended, of streams that have left, and unknown ones", () => {
    const streams = ["/INCR/a", "/INCR/b"].map(request);
    const calls = redis.calls;
    streams[0].clientReset();
    redis.reply(calls[1], ":2\r\n");
    redis.reply(calls[0], ":1\r\n");
    assert.equal(resultOf(streams[1]), "fault 0 :2");
    host.vm.call(context, "proxy_on_redis_call_response", [context.id, 4711, 0, 9]);
    settle();
    host.release(context);
    redis.calls.forEach((call) => redis.reply(call, ":1\r\n"));
    host.check();
  });

  it("takes hostile replies in any order, hangs no request and leaves no memory", (t) => {
    const random = new Random(seed());
    t.diagnostic(`SEED=${seed()}`);
    configure({ timeout: 300 });
    const replies = [
      "+OK\r\n",
      ":1\r\n",
      "$3\r\nabc\r\n",
      "$-1\r\n",
      "*2\r\n:1\r\n*0\r\n",
      "-ERR x\r\n",
      "-NOSCRIPT x\r\n",
    ];
    const wrong = [
      "-LOADING x\r\n",
      "-NOAUTH x\r\n",
      "\r\n",
      "$99999999999\r\n",
      "*9\r\n",
      "x",
      ":1\r\n:2\r\n",
      "*1\r\n".repeat(20),
    ];
    for (let round = 0; round < 2000; round++) {
      const streams = Array.from({ length: 1 + random.below(4) }, (_, i) => request(i % 2 ? "/GET/a" : "/eval/k/1"));
      if (!random.below(3)) settle();
      if (!random.below(4)) streams[0].clientReset();
      for (let i = random.below(8); i > 0 && redis.calls.length; i--) {
        const call = random.pick(redis.calls);
        if (!random.below(5)) redis.fail(call);
        else redis.reply(call, random.pick(random.below(4) ? replies : wrong));
      }
      // Longer than the timeout: the host reports a failure of what has no reply by then.
      host.advance(800);
      redis.calls.forEach((call) => redis.fail(call));
      host.advance(50);
      for (const [i, stream] of streams.entries()) assert.ok(stream.isOver, `request ${i} of round ${round} hangs`);
    }
    assert.ok(host.vm.memory.byteLength <= 1 << 20);
  });
});
