// SPDX-License-Identifier: Apache-2.0
// A server that hangs is left: every attempt has a time limit, also without an option.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import { runStream } from "./exchange.ts";
import { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const host = new ProxyHost("build/fallback.wasm", { logLevel: "error" });
const context = host.configure("fallback")!;
const reply: ProviderReply = { status: 200, headers: [], chunks: [Buffer.from("{}")], end: "clean" };

/** The time limit of the first attempt, as Envoy's router gets it. */
function limitOf(body: object, options: object = {}): string | undefined {
  const policy = { targets: [{ name: "second" }], ...options };
  const metadata = { fallback: { config: JSON.stringify(policy) } };
  const routes = [{ name: "first", match: { prefix: "/" }, cluster: "first", metadata }];
  let limit: string | undefined;
  const provider = ({ headers }: ProviderRequest): ProviderReply => {
    limit = headers.find(([name]) => name === "x-envoy-upstream-rq-per-try-timeout-ms")?.[1];
    return reply;
  };
  const http = new HttpStream(
    { downstream: [{ vm: host.vm, root: context }], upstream: [] },
    { routes, clusters: [{ name: "first" }] },
  );
  const chunks = [Buffer.from(JSON.stringify(body))];
  const headers: [string, string][] = [
    ["content-type", "application/json"],
    ["x-envoy-upstream-rq-per-try-timeout-ms", "86400000"],
  ];
  const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway.example", chunks, headers };
  runStream(host, http, request, { answer: provider });
  return limit;
}

describe("the time limit of an attempt", () => {
  const stream = { model: "m", stream: true };
  const whole = { model: "m" };
  it("is 60 seconds for a stream, and 300 for any other response", () => {
    assert.equal(limitOf(stream), "60000");
    assert.equal(limitOf(whole), "300000");
    assert.equal(limitOf({ ...whole, stream: false }), "300000");
  });
  it("is what the configuration says", () => {
    const options = { first_event_timeout: "2s", response_timeout: "1m" };
    assert.equal(limitOf(stream, options), "2000");
    assert.equal(limitOf(whole, options), "60000");
  });
  it("is never longer than the deadline", () => {
    const limit = Number(limitOf(stream, { deadline: "5s" }));
    assert.ok(limit > 0 && limit <= 5000, String(limit));
  });
  it("is left out at 0s, and a client's own is removed", () => {
    assert.equal(limitOf(stream, { first_event_timeout: "0s" }), undefined);
    assert.equal(limitOf(whole, { response_timeout: "0s" }), undefined);
  });
});
