// SPDX-License-Identifier: Apache-2.0
// Requests of 3 MB and more against model-router: what stands behind the model costs nothing, and what stands before it is
// held and scanned once.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { countSteps } from "../fuzz/counted.ts";
import type { HeaderPair } from "../providers/types.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const COUNTED = "build/test/model-router-hostile.counted.wasm";
const MB = 1024 * 1024;
const PIECE = 16 * 1024;

/** Sends a body in pieces of 16 KiB; returns the stream and the steps that it took. */
function send(body: string, more: HeaderPair[] = [], method = "POST"): { stream: HttpStream; steps: number } {
  const host = new ProxyHost(COUNTED, { logLevel: "warn" });
  const context = host.configure("model-router", "{}")!;
  assert.ok(context);
  const stream = host.stream(context, { bufferLimitBytes: 64 * MB });
  const headers: HeaderPair[] = [
    [":method", method],
    [":path", "/v1/responses"],
    [":authority", "gateway.example"],
    ["content-type", "application/json"],
    ...more,
  ];
  host.vm.call(context, "test_limit", [2_000_000_000]);
  stream.requestHeaders(headers, false);
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += PIECE)
    stream.requestBody(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
  const steps = host.vm.call(context, "test_steps", []);
  host.check();
  return { stream, steps };
}

describe("model-router and large bodies", () => {
  before(() => void countSteps("build/model-router.wasm", COUNTED));

  it("reads nothing behind the model", () => {
    const of = (size: number): number => send(`{"model":"m","messages":["${"x".repeat(size)}"]}`).steps;
    const [small, large] = [of(PIECE), of(3 * MB)];
    // A piece that is not read costs a look-up of the stream.
    assert.ok(large - small < 100 * ((3 * MB) / PIECE), `${small} steps, and ${large} for 3 MB`);
  });

  it("scans what stands before the model once", () => {
    const of = (size: number): number => send(`{"messages":["${"x".repeat(size)}"],"model":"m"}`).steps;
    const [small, large] = [of(3 * MB), of(6 * MB)];
    assert.ok(large < 2.2 * small, `${small} steps for 3 MB, ${large} for 6 MB`);
  });

  for (const [what, body] of [
    ["opening brackets", `{"a":${"[".repeat(3 * MB)}`],
    ["a name that does not end", `{"model":"${"m".repeat(3 * MB)}`],
    ["a key that does not end", `{"mode${"\\u006c".repeat(MB / 2)}`],
    ["backslashes", `{"a":"${"\\".repeat(3 * MB)}`],
    ["no JSON", "\0".repeat(3 * MB)],
  ]) {
    it(`passes 3 MB of ${what}, in linear time`, () => {
      const { steps } = send(body);
      assert.ok(steps < 60 * body.length, `${steps} steps`);
    });
  }

  it("shows no line break of a deployment in the access log", () => {
    const host = new ProxyHost(COUNTED, { logLevel: "warn" });
    const stream = host.stream(host.configure("model-router", "{}")!);
    const path = "/openai/deployments/a%0d%0ab/chat/completions";
    const pseudo: HeaderPair[] = [
      [":method", "POST"],
      [":path", path],
      [":authority", "gateway.example"],
    ];
    stream.requestHeaders(pseudo, true);
    assert.equal(stream.upstream.headers?.get(":path"), path);
    assert.equal(stream.filterState.get("ai_routed_model"), undefined);
  });

  it("does not hold a WebSocket", () => {
    const upgrade: HeaderPair[] = [
      ["connection", "upgrade"],
      ["upgrade", "websocket"],
    ];
    assert.equal(send("", upgrade, "GET").stream.upstream.headers?.get("upgrade"), "websocket");
    assert.equal(send("", [], "POST").stream.upstream.headers, null);
  });
});
