// SPDX-License-Identifier: Apache-2.0
// Envoy before 1.37 crashes if it repeats a response whose headers a filter of the router's chain has held. The host reports that as a
// violation: ai-proxy and fallback never cause it, and do what is possible without.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { fallbackAction, tombstoneMetadata, tombstoneReply } from "../harness/fallback-set.ts";
import { chatTo } from "../harness/armed.ts";
import * as attempts from "../harness/attempts.ts";
import { chatOf, failed } from "../harness/keys.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { onNode } from "./armed/hosts.ts";
import { compileArmed } from "./armed/compile.ts";
import { runExchange, runStream, type Outcome } from "./exchange.ts";
import { HttpStream } from "./http-stream.ts";
import { CONSUMER, first, Gateway, header, second } from "./keys-gateway.ts";
import { findLeak } from "./leak-check.ts";
import { ProxyHost } from "./proxy-host.ts";
import type { HostRoute } from "./routes.ts";

const OLD: [number, number] = [1, 36];
const JSON_TYPE: HeaderPair = ["content-type", "application/json"];
const EVENTS: HeaderPair = ["content-type", "text/event-stream"];
const reply = (status: number, headers: HeaderPair[], ...chunks: string[]): ProviderReply => ({
  ...{ status, headers },
  chunks: chunks.map((chunk) => Buffer.from(chunk)),
});
const errorOf = (body: Buffer): { message: string; code: string | null } =>
  (JSON.parse(body.toString()) as { error: { message: string; code: string | null } }).error;

describe("ai-proxy in the router's chain of an Envoy before 1.37", () => {
  before(compileArmed);

  it("is checked by the host: a filter that redirects a stream that it held crashes", () => {
    const busy = reply(200, [EVENTS], ": hi\n\n", 'data: {"error":{"message":"busy"}}\n\n');
    assert.equal(onNode("armed", chatTo("openai", true), busy).response.status, 200);
    assert.throws(() => onNode("armed", chatTo("openai", true), busy, { envoy: OLD }), /Envoy crashes/);
  });

  it("treats every version from 1.37 on, and one that it cannot read, as the newest", () => {
    const busy = reply(429, [JSON_TYPE], '{"code":"Throttling","mess', 'age":"slow"}');
    for (const envoy of [OLD, [1, 37], [1, 40], [2, 0], undefined] as const) {
      const { lines, response } = onNode("none", chatTo("native", false), busy, envoy && { envoy: [...envoy] });
      assert.deepEqual(lines, ["armed: headers 429"]);
      assert.deepEqual(errorOf(response.body).message, "slow");
    }
  });

  for (const stream of [false, true])
    it(`an error is repeated, ${stream ? "streamed" : "whole"}, and attempts leave nothing in memory`, () => {
      const host = new ProxyHost("build/ai-proxy.wasm", { envoy: OLD });
      const context = host.configure("ai-proxy", attempts.configuration)!;
      const options = { position: "upstream" as const, routes: attempts.routes, clusters: attempts.hostClusters };
      const run = (): Outcome =>
        runExchange(host, context, attempts.chatRequest(stream), { answer: attempts.answer }, options);
      const { response, attempts: sent } = run();
      assert.equal(response.status, 200, response.body.toString());
      attempts.assertSecond(sent[0], stream);
      attempts.assertThird(sent[1], stream);
      assert.equal(findLeak(host, run), null);
    });

  it("an error of another target is redirected before its body has come", () => {
    const busy = reply(429, [JSON_TYPE], '{"code":"Throttling","mess', 'age":"slow"}');
    const { response, lines, asked } = onNode("armed", chatTo("native", true), busy, { envoy: OLD });
    assert.equal(response.status, 200, response.body.toString());
    assert.deepEqual(asked, ["native", "second"]);
    assert.equal(lines[0], "armed: headers 429");
  });

  const text: HeaderPair = ["content-type", "text/plain; charset=utf-8"];
  const gzip: HeaderPair[] = [JSON_TYPE, ["content-encoding", "gzip"]];
  const errors: [name: string, reply: ProviderReply, message: RegExp][] = [
    ["in another shape", reply(429, [JSON_TYPE], '{"code":"Throttling","mess', 'age":"slow"}'), /^slow$/],
    ["in plain text", reply(503, [text], "try ", "later"), /^try later$/],
    ["in OpenAI's shape", reply(400, [JSON_TYPE], '{"error":{"mess', 'age":"as it is"}}'), /^as it is$/],
    ["that is compressed", reply(500, gzip, "\x1f\x8b", "more"), /500/],
    ["that trailers end", { ...reply(429, [JSON_TYPE], '{"message":"slow"}'), trailers: [["x-end", "1"]] }, /^slow$/],
  ];
  for (const [name, failure, message] of errors)
    it(`the client gets an error ${name} as JSON, without a wrong length`, () => {
      const { response } = onNode("none", chatTo("native", false), failure, { envoy: OLD });
      assert.equal(response.status, failure.status);
      assert.match(errorOf(response.body).message, message);
      const named = (name: string): string[] =>
        response.headers.filter(([key]) => key === name).map(([, value]) => value);
      assert.deepEqual(named("content-type"), ["application/json"]);
      assert.deepEqual([named("content-length"), named("content-encoding")], [[], []]);
    });

  it("an error of trailers alone passes with its status", () => {
    const failure: ProviderReply = { ...reply(429, [JSON_TYPE]), trailers: [["x-end", "1"]] };
    const { response } = onNode("none", chatTo("native", false), failure, { envoy: OLD });
    assert.deepEqual([response.status, response.body.length], [429, 0]);
  });

  const wrong: [name: string, stream: boolean, reply: ProviderReply, status: number, message: RegExp][] = [
    ["that is not what its API promises", false, reply(200, [JSON_TYPE], '{"out', 'put":1}'), 502, /its API promises/],
    ["of trailers alone", false, { ...reply(200, [JSON_TYPE]), trailers: [["x-end", "1"]] }, 502, /without a body/],
    [
      ...(["that begins with an error event", true] as const),
      reply(200, [EVENTS], "event:er", 'ror\n:HTTP_STATUS/429\ndata:{"code":"Throttling","message":"slow"}\n\n'),
      ...([429, /^slow$/] as const),
    ],
    [
      ...(["whose error event trailers end", true] as const),
      { ...reply(200, [EVENTS], 'event:error\ndata:{"message":"slow"}'), trailers: [["x-end", "1"]] },
      ...([500, /^slow$/] as const),
    ],
  ];
  for (const [name, stream, failure, status, message] of wrong)
    for (const listener of ["none", "armed"] as const)
      it(`a response ${name} becomes a local reply, ${listener === "none" ? "alone" : "also where another target is left"}`, () => {
        const { response, asked } = onNode(listener, chatTo("native", stream), failure, { envoy: OLD });
        assert.equal(response.status, status, response.body.toString());
        assert.match(errorOf(response.body).message, message);
        assert.deepEqual(asked, ["native"]);
      });

  for (const status of [401, 429])
    it(`an API key that failed with ${status} is followed by the next one`, () => {
      const gateway = new Gateway(undefined, undefined, undefined, { envoy: OLD });
      gateway.script.set({ [first]: failed(status, "insufficient_quota", [["retry-after", "60"]]) });
      assert.equal(gateway.send().response.status, 200);
      assert.deepEqual(gateway.script.sent.slice(-2), [first, second]);
    });

  it("a 400 for an API key is passed on, and the next request has another key", () => {
    const gateway = new Gateway(undefined, undefined, undefined, { envoy: OLD });
    gateway.script.set({ [first]: failed(400, "invalid_api_key") });
    const outcome = gateway.send();
    assert.equal(outcome.response.status, 400);
    assert.equal(errorOf(outcome.response.body).code, "invalid_api_key");
    assert.equal(header(outcome, "x-ai-next-key"), undefined);
    assert.equal(gateway.send(chatOf({ consumer: CONSUMER })).response.status, 200);
    assert.equal(gateway.script.sent.at(-1), second);
  });
});

describe("fallback in an Envoy before 1.37", () => {
  const routesOf = (policy: object): HostRoute[] => [
    {
      ...{ name: "second", cluster: "second-set", action: fallbackAction },
      match: { prefix: "/", headers: [{ name: "x-ai-fallback-target", string_match: { exact: "second" } }] },
    },
    {
      ...{ name: "first", match: { prefix: "/" }, cluster: "first-set", action: fallbackAction },
      metadata: { fallback: { config: JSON.stringify(policy) } },
    },
  ];
  const clusters = [
    ...[{ name: "first" }, { name: "second" }, { name: "tombstone", endpointMetadata: tombstoneMetadata }],
    { name: "first-set", members: ["first", "tombstone"] },
    { name: "second-set", members: ["second", "tombstone"] },
  ];
  const host = new ProxyHost("build/fallback.wasm", { envoy: OLD });
  const context = host.configure("fallback")!;
  const place = { vm: host.vm, root: context };
  const set = { targets: [{ name: "second", model: "other" }], cooldown: "0s" };
  const CHAT = Buffer.from('{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}');
  const GOOD = reply(200, [EVENTS], 'data: {"choices":[{"index":0,"delta":{"content":"two"}}]}\n\ndata: [DONE]\n\n');

  function chat(failure: ProviderReply, policy: object = set): Outcome {
    const answer = (_: ProviderRequest, cluster: string): ProviderReply =>
      cluster === "tombstone" ? tombstoneReply : cluster === "first" ? failure : GOOD;
    const stream = new HttpStream({ downstream: [place], upstream: [place] }, { routes: routesOf(policy), clusters });
    const headers: HeaderPair[] = [
      ["content-type", "application/json"],
      ["content-length", String(CHAT.length)],
    ];
    const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway.example", headers };
    return runStream(host, stream, { ...request, chunks: [CHAT] }, { answer });
  }

  const failures: Record<string, ProviderReply> = {
    "a 429 whose text says how long to wait": reply(429, [JSON_TYPE], '{"error":{"message":"try again in', ' 2s"}}'),
    "a 503": reply(503, [JSON_TYPE], "{}"),
    "a 500 without a body": reply(500, []),
    "a connection that breaks before the response": { ...reply(200, []), end: "refuse" },
  };
  for (const [name, failure] of Object.entries(failures))
    it(`${name} is followed by the next target`, () => {
      const { response, attempts: sent } = chat(failure);
      assert.equal(response.body.toString(), GOOD.chunks.join(""));
      assert.equal(sent.at(-1)?.body.toString().includes('"other"'), true);
    });

  it("a stream passes as it comes, also one that begins with an error", () => {
    const error = reply(200, [EVENTS], ": wait\n\n", 'data: {"error":{"message":"Overloaded."}}\n\n');
    const { response, attempts: sent } = chat(error);
    assert.equal(response.body.toString(), error.chunks.join(""));
    assert.equal(sent.length, 1);
  });

  it("a 400 for a request that is too long passes, and a configuration that lists it is told once", () => {
    const long = reply(400, [JSON_TYPE], '{"error":{"code":"context_length_exceeded","message":"too long"}}');
    const listed = { ...set, on: [429, "context-length"] };
    for (let done = 0; done < 2; done++) assert.equal(chat(long, listed).response.status, 400);
    chat(long, { ...set, on: [429] });
    const lines = host.vm.logs.map(({ text: line }) => line).filter((line) => line.includes("1.37"));
    assert.deepEqual(lines, [
      'fallback: route "first": $.on lists stream-error or context-length, which this version of Envoy cannot fall back from: it needs Envoy 1.37',
    ]);
  });
});
