// SPDX-License-Identifier: Apache-2.0
// The edges of windows, and the ends of streams, which a real Envoy cannot be held to.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { SharedData } from "./shared-data.ts";

type Ending = (stream: HttpStream) => void;

interface Worker {
  host: ProxyHost;
  context: RootContext;
}

function worker(limit: object, shared = new SharedData(), more: object = {}): Worker {
  const host = new ProxyHost("build/key-rate-limit.wasm", { logLevel: "warn", shared });
  const config = { limit_by_header: "x-key", limit_keys: [limit], ...more };
  const context = host.configure("key-rate-limit", JSON.stringify(config));
  assert.ok(context);
  return { host, context };
}

/** A request without a body, up to the provider. */
function open({ host, context }: Worker, key = "a", end = true): HttpStream {
  const stream = host.stream(context);
  const headers: [string, string][] = [
    [":method", end ? "GET" : "POST"],
    [":path", "/"],
    [":authority", "gateway.example"],
    ["x-key", key],
  ];
  stream.requestHeaders(headers, end);
  host.check();
  return stream;
}

const isRefused = (stream: HttpStream): boolean => stream.client.headers?.get(":status") === "429";

/** Whether a request passes; it is answered at once. */
function passes(of: Worker, key = "a"): boolean {
  const stream = open(of, key);
  if (isRefused(stream)) return false;
  stream.responseHeaders([[":status", "200"]], true);
  of.host.check();
  return true;
}

const count = (most: number, of: Worker): number =>
  Array.from({ length: most }, () => passes(of)).filter(Boolean).length;

describe("a window of key-rate-limit", () => {
  const windows: [option: string, milliseconds: number][] = [
    ["query_per_second", 1_000],
    ["query_per_minute", 60_000],
    ["query_per_hour", 3_600_000],
    ["query_per_day", 86_400_000],
  ];
  for (const [option, milliseconds] of windows) {
    it(`of ${option} ends when its time is over, and not a moment before`, () => {
      const one = worker({ key: "a", [option]: 2 });
      assert.equal(count(1, one), 1);
      one.host.advance(milliseconds - 1);
      assert.equal(count(3, one), 1);
      one.host.advance(1);
      assert.equal(count(4, one), 2);
      one.host.advance(milliseconds * 3);
      assert.equal(count(4, one), 2);
    });
  }

  it("tells how long it lasts, rounded up", () => {
    const one = worker({ key: "a", query_per_minute: 1 });
    assert.equal(count(1, one), 1);
    one.host.advance(58_999);
    assert.equal(open(one).client.headers?.get("retry-after"), "2");
    one.host.advance(1_000);
    assert.equal(open(one).client.headers?.get("x-ratelimit-reset"), "1");
  });

  it("is one for all workers", () => {
    const shared = new SharedData();
    const [one, other] = [
      worker({ key: "*", query_per_day: 5 }, shared),
      worker({ key: "*", query_per_day: 5 }, shared),
    ];
    assert.equal(count(3, one) + count(3, other) + count(3, one), 5);
  });

  it("goes on where a clock is set back a little, and begins anew where it is set back far", () => {
    const shared = new SharedData();
    const ahead = worker({ key: "a", query_per_minute: 2 }, shared);
    const behind = worker({ key: "a", query_per_minute: 2 }, shared);
    ahead.host.advance(60_000);
    assert.equal(count(1, ahead), 1);
    assert.equal(count(3, behind), 1);
    ahead.host.advance(60_001);
    assert.equal(count(3, ahead), 2);
    assert.equal(count(3, behind), 2);
  });
});

describe("slots of key-rate-limit", () => {
  it("are taken over once their window is over, and stay as many", () => {
    const shared = new SharedData();
    const one = worker({ key: "*", query_per_minute: 1 }, shared, { slots: 16 });
    for (let value = 0; value < 200; value++) passes(one, `${value}`);
    const { bytes } = shared;
    assert.ok(bytes > 16 * 24 && bytes < 16 * 27 + 100, `${bytes} bytes`);
    for (let round = 0; round < 20; round++) {
      one.host.advance(60_000);
      assert.ok(passes(one, "0"), "a value of long ago finds a slot");
      for (let value = 0; value < 200; value++) passes(one, `${round}-${value}`);
      assert.equal(shared.bytes, bytes, "memory does not grow with the values");
    }
  });

  it("are not taken over as long as a stream of theirs is open", () => {
    const one = worker({ key: "*", query_per_second: 100, concurrent: 1 }, new SharedData(), { slots: 8 });
    const streams = Array.from({ length: 8 }, (_, value) => open(one, `held-${value}`));
    one.host.advance(5_000);
    const shared = open(one, "shared");
    assert.ok(!isRefused(shared), "the ninth has the shared slot");
    assert.ok(isRefused(open(one, "other")));
    for (let value = 0; value < 8; value++) assert.ok(isRefused(open(one, `held-${value}`)), `held-${value}`);
    for (const stream of [...streams, shared]) stream.clientReset();
    for (let value = 0; value < 8; value++) assert.ok(passes(one, `new-${value}`));
  });
});

describe("an open stream of key-rate-limit", () => {
  const answer: Ending = (stream) => {
    stream.responseHeaders([[":status", "200"]], false);
    stream.responseBody(Buffer.from("part"), false);
  };
  const endings: [name: string, end: Ending][] = [
    ["its answer", (stream) => stream.responseHeaders([[":status", "200"]], true)],
    [
      "the trailers of its answer",
      (stream) => {
        answer(stream);
        stream.responseTrailers([["x-t", "v"]]);
      },
    ],
    ["a client that goes before the answer", (stream) => stream.clientReset()],
    [
      "a client that goes in the middle of the answer",
      (stream) => {
        answer(stream);
        stream.clientReset();
      },
    ],
    ["a provider that is not there", (stream) => stream.upstreamReset()],
    [
      "a provider that breaks off",
      (stream) => {
        answer(stream);
        stream.upstreamReset();
      },
    ],
    ["Envoy closing it", (stream) => stream.close()],
  ];
  for (const [name, end] of endings) {
    for (const key of ["a", "*"]) {
      it(`is taken back with ${name} (key ${key})`, () => {
        const one = worker({ key, concurrent: 2 });
        for (let round = 0; round < 5; round++) {
          const streams = [open(one), open(one)];
          assert.ok(isRefused(open(one)), "a third one is refused");
          for (const stream of streams) end(stream);
          one.host.check();
        }
        assert.deepEqual([open(one), open(one), open(one)].map(isRefused), [false, false, true]);
      });
    }
  }

  it("is taken back by the worker that has it, when its configuration was replaced", () => {
    const shared = new SharedData();
    const old = worker({ key: "a", concurrent: 1 }, shared);
    const stream = open(old);
    const context = old.host.configure(
      "key-rate-limit",
      JSON.stringify({
        limit_by_header: "x-key",
        limit_keys: [
          { key: "a", concurrent: 1 },
          { key: "b", concurrent: 1 },
        ],
      }),
    );
    assert.ok(context);
    const fresh = { host: old.host, context };
    assert.ok(isRefused(open(fresh)));
    stream.responseHeaders([[":status", "200"]], true);
    old.host.release(old.context);
    assert.ok(passes(fresh));
  });

  it("is not taken back twice, nor for one that was refused", () => {
    const one = worker({ key: "a", concurrent: 1 });
    const stream = open(one, "a", false);
    for (let round = 0; round < 3; round++) assert.ok(isRefused(open(one)));
    stream.requestBody(Buffer.from("x"), true);
    stream.responseHeaders([[":status", "200"]], true);
    assert.deepEqual([open(one), open(one)].map(isRefused), [false, true]);
  });
});
