// SPDX-License-Identifier: Apache-2.0
// The ends of calendar windows, for which a real Envoy's clock cannot be set.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost, START_MS } from "./proxy-host.ts";

const JSON_TYPE: [string, string] = ["content-type", "application/json"];

/** A gateway with one limit, counted in Envoy's memory, whose clock can be set. */
class Gateway {
  private readonly host = new ProxyHost("build/ai-token-ratelimit.wasm", { logLevel: "warn" });
  private readonly context: RootContext;
  private time = START_MS;

  constructor(limit: object, more: object = {}) {
    const prices = "cost_per_month" in limit ? { prices: { "*": { input: 1, output: 0 } } } : {};
    const config = { rule_name: "r", global_threshold: limit, ...prices, ...more };
    const context = this.host.configure("ai-token-ratelimit", JSON.stringify(config));
    assert.ok(context);
    this.context = context;
  }

  set(time: string): void {
    const next = Date.parse(time);
    this.host.sleep(next - this.time);
    this.time = next;
  }

  /** The request of a chat. */
  open(): HttpStream {
    const stream = this.host.stream(this.context);
    const path: [string, string][] = [
      [":method", "POST"],
      [":path", "/v1/chat/completions"],
      [":authority", "gateway.example"],
    ];
    stream.requestHeaders([...path, JSON_TYPE], false);
    stream.requestBody(Buffer.from('{"model":"m","messages":[{"role":"user","content":"Hello!"}]}'), true);
    this.host.check();
    return stream;
  }

  /** Its response of so many tokens, unless it was refused; the status and what the headers say. */
  finish(stream: HttpStream, tokens: number): { status?: string; remaining?: string; reset?: string } {
    if (!stream.client.headers) {
      stream.responseHeaders([[":status", "200"], JSON_TYPE], false);
      stream.responseBody(Buffer.from(`{"usage":{"prompt_tokens":${tokens},"completion_tokens":0}}`), true);
    }
    this.host.check();
    const headers = stream.client.headers;
    const of = (name: string) => headers?.get(`${name}-tokens`) ?? headers?.get(`${name}-cost`);
    return {
      status: headers?.get(":status"),
      remaining: of("x-ratelimit-remaining"),
      reset: of("x-ratelimit-reset"),
    };
  }

  chat(tokens: number): { status?: string; remaining?: string; reset?: string } {
    return this.finish(this.open(), tokens);
  }
}

describe("a calendar window", () => {
  it("of a day ends at midnight, whenever it began", () => {
    const gateway = new Gateway({ token_per_day: 100, window: "calendar" }, { reserve: "none" });
    gateway.set("2026-03-05T23:59:00Z");
    assert.deepEqual(gateway.chat(101), { status: "200", remaining: "100", reset: "60s" });
    gateway.set("2026-03-05T23:59:59Z");
    assert.deepEqual(gateway.chat(1), { status: "429", remaining: "0", reset: "1s" });
    gateway.set("2026-03-06T00:00:00Z");
    assert.deepEqual(gateway.chat(1), { status: "200", remaining: "100", reset: "86400s" });
  });

  it("of a day ends at the midnight of its UTC offset", () => {
    const gateway = new Gateway({ token_per_day: 100, window: "calendar", utc_offset: "+08:00" }, { reserve: "none" });
    gateway.set("2026-03-05T15:59:30Z");
    assert.equal(gateway.chat(101).reset, "30s");
    gateway.set("2026-03-05T16:00:00Z");
    assert.deepEqual(gateway.chat(1), { status: "200", remaining: "100", reset: "86400s" });
  });

  it("of a month ends with the month, also in February of a leap year, by the offset of the whole configuration", () => {
    const gateway = new Gateway({ cost_per_month: 1 }, { utc_offset: "-12:00", reserve: "none" });
    gateway.set("2028-02-01T12:00:00Z");
    assert.deepEqual(gateway.chat(2_000_000), { status: "200", remaining: "1", reset: `${29 * 86_400}s` });
    gateway.set("2028-03-01T11:59:59Z");
    assert.deepEqual(gateway.chat(1), { status: "429", remaining: "0", reset: "1s" });
    gateway.set("2028-03-01T12:00:00Z");
    assert.deepEqual(gateway.chat(1), { status: "200", remaining: "1", reset: `${31 * 86_400}s` });
  });

  it("of a month keeps its count while the clock is set back within the month", () => {
    const gateway = new Gateway({ token_per_month: 100 }, { reserve: "none" });
    gateway.set("2026-12-31T23:00:00Z");
    assert.equal(gateway.chat(101).status, "200");
    gateway.set("2026-12-31T22:00:00Z");
    assert.deepEqual(gateway.chat(1), { status: "429", remaining: "0", reset: "7200s" });
  });

  it("that the clock has left backwards does not refuse for longer than a window", () => {
    const gateway = new Gateway({ token_per_day: 100, window: "calendar" }, { reserve: "none" });
    gateway.set("2026-03-06T00:00:01Z");
    assert.equal(gateway.chat(101).status, "200");
    gateway.set("2026-03-01T00:00:00Z");
    assert.deepEqual(gateway.chat(1), { status: "200", remaining: "100", reset: "86400s" });
  });

  it("takes nothing back for a reservation of the day before, and charges what it cost above that", () => {
    const gateway = new Gateway(
      { token_per_day: 5000, window: "calendar" },
      { reserve: "prompt_and_max", reserve_max_tokens: 1000 },
    );
    gateway.set("2026-03-05T23:59:59Z");
    const [cheap, dear] = [gateway.open(), gateway.open()];
    gateway.set("2026-03-06T00:00:00Z");
    gateway.finish(cheap, 10);
    const first = gateway.chat(0).remaining;
    gateway.finish(dear, 2000);
    const second = gateway.chat(0).remaining;
    // What a chat reserves itself is in both; the reservation of the day before had about 1,000 of the 2,000 tokens.
    assert.ok(Number(first) > 3950 && Number(first) < 4000, first);
    const charged = Number(first) - Number(second);
    assert.ok(charged > 950 && charged < 1000, second);
  });
});
