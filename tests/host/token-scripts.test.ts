// SPDX-License-Identifier: Apache-2.0
// The scripts of ai-token-ratelimit in a real Valkey, with counters and windows of every state.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { RedisReply } from "../harness/resp.ts";
import { Valkey } from "../harness/valkey.ts";
import { RedisPeer } from "./redis-peer.ts";
import { PER_USER, TokenGateway } from "./token-gateway.ts";

/** The next command as a text: Redis does not know the script. */
function textOf(redis: RedisPeer): string {
  redis.take();
  redis.send("-NOSCRIPT x\r\n");
  const [[name, text]] = redis.take();
  assert.equal(name, "EVAL");
  return text;
}

/** The scripts by which a request reserves, and settles. */
function scripts(): { reserve: string; settle: string } {
  const gateway = new TokenGateway({ ...PER_USER, redis: { service_name: "redis.static" } });
  const redis = new RedisPeer(gateway.host);
  const stream = gateway.begin("ann", 500);
  const reserve = textOf(redis);
  redis.send("*3\r\n:1\r\n:0\r\n:1\r\n");
  gateway.answer(stream, 1);
  return { reserve, settle: textOf(redis) };
}

describe("the scripts of ai-token-ratelimit in Valkey", () => {
  const { reserve, settle } = scripts();
  let valkey: Valkey;
  before(async () => void (valkey = await Valkey.start()));
  after(() => valkey?.stop());
  beforeEach(() => valkey.run("FLUSHALL"));

  const run = (script: string, keys: string[], args: (number | string)[][]): Promise<RedisReply> =>
    valkey.run("EVAL", script, String(keys.length), ...keys, ...args.flat().map(String));
  const value = (key: string): Promise<RedisReply> => valkey.run("GET", key);
  const lifetime = async (key: string): Promise<number> => Number(await valkey.run("PTTL", key));
  /** The end of the window that a reservation of one counter names. */
  const endOf = (reply: RedisReply): number => {
    const [now, , left] = reply as number[];
    return now + left;
  };

  it("reserve in all counters, whose windows begin", async () => {
    const reply = (await run(
      reserve,
      ["a", "b"],
      [
        [100, 60, 30],
        [1000, 3600, 31],
      ],
    )) as number[];
    assert.deepEqual(reply.slice(1), [0, 60_000, 0, 3_600_000]);
    assert.ok(Math.abs(reply[0] - Date.now()) < 60_000);
    assert.deepEqual([await value("a"), await value("b")], ["30", "31"]);
    assert.ok((await lifetime("a")) > 50_000 && (await lifetime("b")) > 3_500_000);
  });

  it("reserve exactly up to the limit, and in no counter if one is too full", async () => {
    await valkey.run("SET", "b", "970", "EX", "100");
    const limits = [
      [100, 60, 30],
      [1000, 3600, 30],
    ];
    await run(reserve, ["a", "b"], limits);
    assert.equal(await value("b"), "1000");
    const refused = (await run(reserve, ["a", "b"], limits)) as number[];
    assert.deepEqual([refused[1], refused[3]], [30, 1000]);
    assert.ok(refused[4] <= 100_000, "the window goes on");
    assert.deepEqual([await value("a"), await value("b")], ["30", "1000"]);
  });

  it("give a counter without a lifetime one, also if they refuse", async () => {
    await valkey.run("SET", "a", "99");
    const [, used, left] = (await run(reserve, ["a"], [[100, 60, 30]])) as number[];
    assert.deepEqual([used, left], [99, 60_000]);
    assert.ok((await lifetime("a")) > 0);
  });

  it("change nothing if a counter is no number", async () => {
    await valkey.run("SET", "b", "text");
    const failed = await run(
      reserve,
      ["a", "b"],
      [
        [100, 60, 30],
        [100, 60, 30],
      ],
    ).catch((error: unknown) => error);
    assert.ok(failed instanceof Error);
    assert.equal(await value("a"), null);
  });

  it("count to the largest limit", async () => {
    const most = 1_000_000_000_000_000;
    await valkey.run("SET", "a", String(most - 5), "EX", "60");
    assert.equal(((await run(reserve, ["a"], [[most, 60, 6]])) as number[])[1], most - 5);
    await run(reserve, ["a"], [[most, 60, 5]]);
    assert.equal(await value("a"), String(most));
  });

  it("give back and charge in the same window", async () => {
    const end = endOf(await run(reserve, ["a"], [[1000, 60, 500]]));
    await run(settle, ["a"], [[end, 60, -470]]);
    assert.equal(await value("a"), "30");
    await run(settle, ["a"], [[end, 60, 25]]);
    assert.equal(await value("a"), "55");
    assert.ok((await lifetime("a")) <= 60_000);
  });

  it("charge above the limit", async () => {
    const end = endOf(await run(reserve, ["a"], [[100, 60, 100]]));
    await run(settle, ["a"], [[end, 60, 70]]);
    assert.equal(await value("a"), "170");
  });

  it("never count below 0", async () => {
    const end = endOf(await run(reserve, ["a"], [[1000, 60, 500]]));
    await valkey.run("SET", "a", "20", "KEEPTTL");
    await run(settle, ["a"], [[end, 60, -470]]);
    assert.equal(await value("a"), "0");
    assert.ok((await lifetime("a")) > 0);
  });

  it("give nothing back after the window, and charge the excess to a new one", async () => {
    const end = endOf(await run(reserve, ["a"], [[1000, 1, 500]]));
    while ((await value("a")) !== null) await sleep(20);
    await run(settle, ["a"], [[end, 1, -470]]);
    assert.equal(await value("a"), null);
    await run(settle, ["a"], [[end, 60, 7]]);
    assert.equal(await value("a"), "7");
    assert.ok((await lifetime("a")) > 50_000);
  });

  it("give nothing back to the next window, though it begins at once and lasts one second", async () => {
    const end = endOf(await run(reserve, ["a"], [[1000, 1, 500]]));
    for (;;) {
      const next = (await run(reserve, ["a"], [[1000, 1, 10]])) as number[];
      if (next[1] > 0) continue;
      assert.ok(endOf(next) >= end + 1000);
      break;
    }
    const before = Number(await value("a"));
    await run(settle, ["a"], [[end, 1, -5]]);
    // The window may be over by now.
    assert.ok([before, 0].includes(Number(await value("a"))));
  });

  it("give nothing back to a counter that lost its lifetime", async () => {
    const end = endOf(await run(reserve, ["a"], [[1000, 60, 500]]));
    await valkey.run("PERSIST", "a");
    await run(settle, ["a"], [[end, 60, -5]]);
    assert.equal(await value("a"), "500");
    await run(settle, ["a"], [[end, 60, 5]]);
    assert.ok((await lifetime("a")) > 0);
  });
});
