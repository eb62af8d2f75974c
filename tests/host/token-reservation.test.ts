// SPDX-License-Identifier: Apache-2.0
// Reservations of ai-token-ratelimit in the memory of Envoy: exact across VMs, settled in the window in which they were made, whenever a
// client leaves, without a leak.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { compile } from "../../tools/compile.ts";
import type { HttpStream } from "./http-stream.ts";
import { findLeak } from "./leak-check.ts";
import { SharedData, type SharedValue } from "./shared-data.ts";
import { BUDGET, PER_USER, remaining, statusOf, TokenGateway, usageEvent } from "./token-gateway.ts";

const HOUR = 3_600_000;
const RELEASE = "build/ai-token-ratelimit.wasm";
/** The build whose freed memory is overwritten. */
const POISONED = "build/test/ai-token-ratelimit.poisoned.wasm";

/** Shared data that another VM changes right after a read. */
class RacedData extends SharedData {
  race: (() => void) | null = null;

  override get(vmId: string, key: string): SharedValue | undefined {
    const found = super.get(vmId, key);
    const { race } = this;
    this.race = null;
    race?.();
    return found;
  }
}

const headers = (stream: HttpStream): void =>
  stream.responseHeaders(
    [
      [":status", "200"],
      ["content-type", "text/event-stream"],
    ],
    false,
  );

/** What a request of `begin` reserves. */
function reservedBy(gateway: TokenGateway, maxTokens: number): number {
  const stream = gateway.begin(`prompt-${maxTokens}`, maxTokens);
  headers(stream);
  stream.clientReset();
  return BUDGET - remaining(stream);
}

describe("reservations of several VMs", () => {
  it("are exact when 100 of them interleave in four VMs", () => {
    const shared = new SharedData();
    const gateways = Array.from({ length: 4 }, () => new TokenGateway(PER_USER, { shared }));
    const each = reservedBy(gateways[0], 50);
    const streams = Array.from({ length: 100 }, (_, i) => gateways[i % 4].begin("ann", 50));
    assert.equal(gateways[0].used("ann"), 100 * each);
    // The ends come in another order, from 1 to 100 tokens each.
    for (let i = 0; i < 100; i++) {
      const at = (i * 37) % 100;
      gateways[at % 4].answer(streams[at], at + 1);
    }
    assert.equal(gateways[1].used("ann"), 5050);
  });

  it("admit exactly what fits", () => {
    const shared = new SharedData();
    const gateways = Array.from({ length: 4 }, () => new TokenGateway(PER_USER, { shared }));
    const each = reservedBy(gateways[0], 1000);
    const streams = Array.from({ length: 40 }, (_, i) => gateways[i % 4].begin("ann", 1000));
    const passed = streams.filter((stream) => !statusOf(stream));
    assert.equal(passed.length, Math.floor(BUDGET / each));
    assert.equal(gateways[0].used("ann"), passed.length * each);
    for (const stream of passed) stream.clientReset();
  });

  it("lose nothing where another VM writes between the read and the write", () => {
    const shared = new RacedData();
    const [one, other] = [new TokenGateway(PER_USER, { shared }), new TokenGateway(PER_USER, { shared })];
    const each = reservedBy(one, 100);
    for (let reads = 1; reads <= 4; reads++) {
      const user = `ann-${reads}`;
      let left = reads;
      const race = (): void => {
        if (--left) shared.race = race;
        else other.begin(user, 100);
      };
      shared.race = race;
      one.begin(user, 100);
      // A reservation reads twice: the race of the third and fourth read never begins.
      const begun = left ? 1 : 2;
      shared.race = null;
      assert.equal(one.used(user), begun * each);
    }
  });

  it("take back what they reserved where another VM takes the rest of a second limit", () => {
    const shared = new RacedData();
    const config = {
      global_threshold: { token_per_hour: BUDGET },
      rule_items: [{ limit_by_param: "user", limit_keys: [{ key: "ann", token_per_hour: 1000 }] }],
      reserve: "prompt_and_max",
    };
    const [one, other] = [new TokenGateway(config, { shared }), new TokenGateway(config, { shared })];
    const look = one.begin("ann", 900);
    const reserved = one.used("nobody");
    look.upstreamReset();
    let reads = 0;
    const race = (): void => {
      // Both limits were checked, and the first one is reserved: the next read is that of the second one.
      if (++reads < 4) shared.race = race;
      else assert.equal(statusOf(other.begin("ann", 900)), 0);
    };
    shared.race = race;
    assert.equal(statusOf(one.begin("ann", 900)), 429);
    assert.ok(reads >= 4);
    assert.equal(one.used("nobody"), reserved, "only what the other VM has reserved");
  });
});

describe("a window that ends between the reservation and the settlement", () => {
  it("gets nothing back", () => {
    const gateway = new TokenGateway();
    const early = [gateway.begin("ann", 500), gateway.begin("ann", 500)];
    gateway.host.advance(HOUR + 1);
    gateway.answer(early[0], 20);
    assert.equal(gateway.used("ann"), 0, "no window has begun");
    gateway.answer(gateway.begin("ann", 50), 30);
    gateway.answer(early[1], 20);
    assert.equal(gateway.used("ann"), 30);
  });

  it("is charged only what exceeds the reservation", () => {
    const gateway = new TokenGateway();
    const reserved = reservedBy(gateway, 500);
    const early = [gateway.begin("ann", 500), gateway.begin("ann", 500)];
    gateway.host.advance(HOUR + 1);
    gateway.answer(early[0], reserved + 7);
    assert.equal(gateway.used("ann"), 7);
    // That window has an end of its own.
    gateway.host.advance(HOUR - 1);
    assert.equal(gateway.used("ann"), 7);
    gateway.host.advance(1);
    assert.equal(gateway.used("ann"), 0);
    gateway.answer(early[1], reserved);
    assert.equal(gateway.used("ann"), 0);
  });
});

describe("counters that several users share", () => {
  it("get back what was reserved in them", () => {
    const gateway = new TokenGateway();
    const shared: string[] = [];
    for (let i = 0; i < 16_000 && shared.length < 20; i++) {
      const stream = gateway.begin(`user-${i}`, 10);
      gateway.answer(stream, 5);
      if (remaining(stream) < BUDGET - 40) shared.push(`user-${i}`);
    }
    assert.equal(shared.length, 20);
    for (const user of shared) {
      const before = gateway.used(user);
      const stream = gateway.begin(user, 100);
      assert.ok(gateway.used(user) > before + 100);
      gateway.answer(stream, 3);
      assert.equal(gateway.used(user), before + 3);
    }
  });
});

for (const wasm of [RELEASE, POISONED])
  describe(`clients that leave, ${wasm}`, () => {
    before(() =>
      wasm === POISONED
        ? compile({ entry: "plugins/ai-token-ratelimit/index.ts", out: wasm, target: "poisoned" })
        : undefined,
    );

    /** Leaves at every point of a stream, one user each; gives what it has cost. */
    function leave(gateway: TokenGateway, turn: string): Record<string, number> {
      const users: Record<string, (user: string) => HttpStream> = {
        "before the body": (user) => gateway.open(user),
        "in the body": (user) => {
          const stream = gateway.open(user);
          stream.requestBody(Buffer.from('{"model":'), false);
          return stream;
        },
        "before the response": (user) => gateway.begin(user, 500),
        "after the response's headers": (user) => {
          const stream = gateway.begin(user, 500);
          headers(stream);
          return stream;
        },
        "after an error's headers": (user) => {
          const stream = gateway.begin(user, 500);
          stream.responseHeaders([[":status", "503"]], false);
          return stream;
        },
        "after usage": (user) => {
          const stream = gateway.begin(user, 500);
          headers(stream);
          stream.responseBody(usageEvent(77), false);
          return stream;
        },
      };
      const costs: Record<string, number> = {};
      for (const [when, begin] of Object.entries(users)) {
        const stream = begin(`${turn}-${when}`.replaceAll(/[^a-z0-9-]/g, "_"));
        stream.clientReset();
        assert.ok(stream.isOver);
        gateway.host.check();
        costs[when] = gateway.used(`${turn}-${when}`.replaceAll(/[^a-z0-9-]/g, "_"));
      }
      return costs;
    }

    it("have cost what was seen, and what the provider has begun to work on", () => {
      const gateway = new TokenGateway(PER_USER, {}, wasm);
      const prompt = reservedBy(gateway, 500) - 500;
      assert.ok(prompt > 0);
      for (let turn = 0; turn < 20; turn++)
        assert.deepEqual(leave(gateway, `turn-${turn}`), {
          "before the body": 0,
          "in the body": 0,
          "before the response": prompt,
          "after the response's headers": prompt,
          "after an error's headers": 0,
          "after usage": 77,
        });
    });

    it("leave nothing in the module", () => {
      const gateway = new TokenGateway(PER_USER, {}, wasm);
      assert.equal(
        findLeak(gateway.host, () => void leave(gateway, "same")),
        null,
      );
    });
  });

describe("2,000 open streams", () => {
  it("need at most 2 KB each, and give it back", () => {
    const gateway = new TokenGateway();
    const heap = (): number => {
      gateway.host.collectGarbage();
      return gateway.host.vm.heapUse()!.bytes;
    };
    const used = Array.from({ length: 2 }, () => {
      const streams = Array.from({ length: 2000 }, (_, i) => {
        const stream = gateway.begin(`user-${i}`, 50);
        headers(stream);
        stream.responseBody(Buffer.from('data: {"choices":[{"delta":{"content":"hi"}}]}\n\ndata: {'), false);
        return stream;
      });
      const open = heap();
      for (const stream of streams) stream.clientReset();
      return { open, ended: heap() };
    });
    const each = (used[1].open - used[1].ended) / 2000;
    assert.ok(each <= 2048, `${each} bytes`);
    assert.ok(used[1].ended <= used[0].ended + 1024, JSON.stringify(used));
  });
});
