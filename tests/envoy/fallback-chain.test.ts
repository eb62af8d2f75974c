// SPDX-License-Identifier: Apache-2.0
// The plugins behind fallback, on two workers: each has the configuration of the route that model-router chose and, on the next pass, of
// the one that fallback chose; a request is counted once; and a client may leave at any time.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FallbackGateway, type SetMember } from "../harness/fallback-gateway.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { isBefore137 } from "../harness/oldest.ts";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";

const EVENTS: HeaderPair = ["content-type", "text/event-stream"];
const JSON_TYPE: HeaderPair = ["content-type", "application/json"];
const chunk = (content: string): Buffer =>
  Buffer.from(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`);
const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const whole: ProviderReply = {
  ...{ status: 200, headers: [JSON_TYPE] },
  chunks: [Buffer.from(JSON.stringify({ choices: [], usage: USAGE }))],
};
const busy: ProviderReply = { ...whole, status: 503, chunks: [Buffer.from('{"error":{"message":"Busy."}}')] };
const silent: ProviderReply = { status: 200, headers: [EVENTS], chunks: [Buffer.from(": hello\n\n")], end: "hang" };
const half: ProviderReply = { ...silent, chunks: [chunk("one"), chunk("two")] };

/** A pair of routes: a request for `name` fails there, and goes to `name-next`. */
const pair = (name: string, configs: Record<string, object> = {}, reply = whole, more: object = {}): SetMember[] => [
  {
    model: name,
    reply: () => busy,
    configs: { fallback: { targets: [{ name: `${name}-next`, model: `${name}-next` }], cooldown: "0s", ...more } },
  },
  { model: `${name}-next`, reply: () => reply, configs },
];

const limits = [
  { key: "twice", query_per_day: 2 },
  { key: "own", query_per_day: 2 },
  { key: "one", concurrent: 1 },
];
const members = [
  ...pair("plain"),
  ...pair("others", { "key-auth": { allow: ["bound"] } }),
  ...pair("blocked", { "request-block": { block_bodies: ["forbidden"] } }),
  ...pair("mapped", { "model-mapper": { modelMapping: { "mapped-next": "of-the-target", mapped: "of-the-client" } } }),
  ...pair("limited", {
    "key-rate-limit": { rule_name: "t", limit_by_header: "x-limited", limit_keys: [{ key: "own", query_per_day: 1 }] },
  }),
  ...pair("asked", { "chatgpt-proxy": { apiKey: "sk-test-asked-key", model: "m" } }),
  ...pair("unlisted", { "model-router": { modelNotFound: true } }),
  ...pair("provided", { "ai-proxy": { activeProviderId: "native" } }),
  ...pair("silent", {}, silent, { hold_ms: 60_000 }),
  ...pair("half", {}, half),
  ...pair("cut", {}, { ...half, end: "cut" }),
];
const providers = [
  { id: "none", type: "openai", apiToken: "sk-test-none" },
  { id: "native", type: "qwen", apiToken: "sk-test-native", qwenEnableCompatible: false },
];
const chain: [string, object][] = [
  [
    "key-auth",
    {
      ...{ keys: ["apikey"], hide_credentials: true },
      consumers: [
        { name: "free", credential: "key-free" },
        { name: "bound", credential: "key-bound", models: ["plain", "others", "others-next"] },
      ],
    },
  ],
  ["model-router", { models: [{ id: "plain" }] }],
  ["key-rate-limit", { limit_by_header: "x-limited", limit_keys: limits }],
  ["request-block", { block_urls: ["never"] }],
  ["model-mapper", { modelMapping: { mapped: "mapped-next" } }],
  ["chatgpt-proxy", { _rules_: [{ _match_route_: ["nowhere"], apiKey: "sk-test-nowhere", model: "m" }] }],
  ["ai-statistics", { semconv: "latest" }],
];

describe("the chain behind fallback", () => {
  let gateway: FallbackGateway;
  before(async () => {
    gateway = await FallbackGateway.start({ members, providers, chain, concurrency: 2 });
  });
  beforeEach(() => gateway.forget());
  after(() => gateway?.close());

  let asked = 0;
  const chat = (
    model: string,
    more: { key?: string; limited?: string; text?: string; stream?: boolean; mark?: string } = {},
    options: SendOptions = {},
  ): Promise<ClientResponse> => {
    const { key = "key-free", text = "hello", stream = false } = more;
    const body = Buffer.from(JSON.stringify({ model, stream, messages: [{ role: "user", content: text }] }));
    const headers: HeaderPair[] = [JSON_TYPE, ["content-length", String(body.length)], ["apikey", key]];
    if (more.limited) headers.push(["x-limited", more.limited]);
    const path = `/v1/chat/completions?mark=${more.mark ?? `call-${++asked}`}`;
    const request = { ...{ method: "POST", path, authority: "gateway.example" }, headers, chunks: [body] };
    return send(gateway.port, request, options);
  };
  const count = (model: string): number => gateway.mocks[model].requests.length;
  const modelAt = (model: string): unknown =>
    (JSON.parse(gateway.mocks[model].requests[0].body.toString()) as { model: unknown }).model;
  const until = async (what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> => {
    for (let waits = 0; waits < 200; waits++) {
      if (await isTrue()) return;
      await sleep(25);
    }
    assert.fail(what);
  };
  const codeOf = ({ body }: ClientResponse): unknown =>
    (JSON.parse(body.toString()) as { error: { code: unknown } }).error.code;

  it("key-auth knows the consumer on every pass, and hides the key", async () => {
    const response = await chat("others", { key: "key-bound", mark: "consumer" });
    assert.equal(response.status, 200, response.body.toString());
    const seen = await gateway.passes("mark=consumer", 2);
    assert.deepEqual(
      seen.map(({ consumer, route, details }) => ({ consumer, route, details })),
      [
        { consumer: "bound", route: "others", details: "internal_redirect" },
        { consumer: "bound", route: "others-next", details: "via_upstream" },
      ],
    );
    for (const model of ["others", "others-next"])
      assert.ok(!JSON.stringify(gateway.mocks[model].requests[0].headers).includes("key-bound"));
  });

  it("key-auth refuses a target whose consumers do not include the client's; one whose model it may not use is skipped", async () => {
    assert.equal((await chat("others", { key: "key-free" })).status, 403);
    assert.equal(count("others"), 1);
    const failed = await chat("plain", { key: "key-bound" });
    assert.equal(failed.status, 503);
    assert.match(failed.body.toString(), /Busy/);
    assert.deepEqual([count("plain"), count("plain-next")], [1, 0]);
  });

  it("request-block has the words of each pass's route", async () => {
    assert.equal((await chat("blocked", { text: "forbidden" })).status, 403);
    assert.deepEqual([count("blocked"), count("blocked-next")], [1, 0]);
    assert.equal((await chat("blocked")).status, 200);
  });

  it("model-mapper maps the target's model, and nothing undoes that", async () => {
    assert.equal((await chat("mapped")).status, 200);
    assert.deepEqual([modelAt("mapped"), modelAt("mapped-next")], ["mapped-next", "of-the-target"]);
    const [{ headers }] = gateway.mocks["mapped-next"].requests;
    assert.equal(headers.find(([name]) => name === "x-higress-llm-model")?.[1], "mapped-next");
  });

  it("chatgpt-proxy, model-router's list and ai-proxy have the target's route", async () => {
    const proxied = await chat("asked", { mark: "asked" });
    assert.equal(proxied.status, 400, proxied.body.toString());
    assert.match((await gateway.passes("mark=asked", 2))[1].details, /^chatgpt-proxy\./);
    const unlisted = await chat("unlisted");
    assert.deepEqual([unlisted.status, codeOf(unlisted)], [404, "model_not_found"]);
    // What its mock sends is no response of DashScope's.
    await chat("provided");
    assert.match(gateway.mocks["provided-next"].requests[0].path, /text-generation/);
    assert.equal(count("provided"), 1);
  });

  it("key-rate-limit counts a request once, however many passes it has", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await chat("plain", { limited: "twice" })).status);
    assert.deepEqual(statuses, [200, 200, 429]);
    assert.deepEqual([count("plain"), count("plain-next")], [2, 2]);
  });

  it("key-rate-limit counts it on its own where the target's route has another rule", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await chat("limited", { limited: "own" })).status);
    assert.deepEqual(statuses, [200, 429, 429]);
    // The second was refused by the target's limit, the third by that of the first route.
    assert.deepEqual([count("limited"), count("limited-next")], [2, 1]);
  });

  it("key-rate-limit releases a stream once: after its passes, and after a client that left between", async () => {
    const limited = "one";
    for (let i = 0; i < 3; i++) assert.equal((await chat("plain", { limited })).status, 200);
    for (const model of ["silent", "half"]) {
      const leaving = chat(model, { limited, stream: true }, { timeoutMs: 600 });
      await until(`${model}: the second provider was not asked`, () => count(`${model}-next`) === 1);
      assert.equal((await chat("plain", { limited })).status, 429, "the open stream holds its slot");
      assert.equal((await leaving).end, "left");
      await until("the slot is not released", async () => (await chat("plain", { limited })).status === 200);
      // Released twice, the count would admit two at once.
      const again = chat(model, { limited, stream: true }, { timeoutMs: 600 });
      await until("it was not asked again", () => count(`${model}-next`) === 2);
      assert.equal((await chat("plain", { limited })).status, 429);
      await again;
      await until("the slot is not released", async () => (await chat("plain", { limited })).status === 200);
      gateway.forget();
    }
  });

  for (const [name, model, leaveWhen, text] of [
    ["while the stream is held", "silent", () => false, ""],
    ["within the stream", "half", (body: Buffer) => body.includes("two"), "two"],
  ] as const)
    it(`a client that leaves ${name}: the provider's request ends, and nothing is tried again`, async () => {
      const before = gateway.mocks[`${model}-next`].abandoned.length;
      const mark = `left-${model}`;
      const response = await chat(model, { stream: true, mark }, { leaveWhen, timeoutMs: 800 });
      assert.equal(response.end, "left");
      assert.ok(response.body.includes(text));
      await until("the provider was not left", () => gateway.mocks[`${model}-next`].abandoned.length === before + 1);
      const passes = await gateway.passes(`mark=${mark}`, 2);
      assert.deepEqual(
        passes.map(({ route }) => route),
        [model, `${model}-next`],
      );
      assert.match(passes[1].details, /downstream_remote_disconnect/);
      assert.deepEqual([count(model), count(`${model}-next`)], [1, 1]);
      const active = await gateway.envoy.stats("upstream_rq_active");
      assert.ok(
        Object.values(active).every((value) => value === 0),
        JSON.stringify(active),
      );
    });

  for (const http2 of [false, true])
    it(`a provider's connection that is reset within a stream resets the client's, behind whole events${http2 ? ", over HTTP/2" : ""}`, async () => {
      const mark = `reset-${http2}`;
      const response = await chat("cut", { stream: true, mark }, { http2 });
      // Over HTTP/2 an earlier Envoy ends the stream without an error code.
      const end = http2 && isBefore137() ? "clean" : "reset";
      assert.deepEqual([response.status, response.end], [200, end]);
      assert.equal(response.body.toString(), Buffer.concat([chunk("one"), chunk("two")]).toString());
      assert.deepEqual([count("cut"), count("cut-next")], [1, 1]);
      const passes = await gateway.passes(`mark=${mark}`, 2);
      assert.match(passes[1].details, /upstream_reset_after_response_started/);
    });

  it("the access log has a line for each pass: route, model, usage and details", async () => {
    assert.equal((await chat("plain", { mark: "lines" })).status, 200);
    const [first, second] = await gateway.passes("mark=lines", 2);
    assert.deepEqual([first.route, first.model, first.details], ["plain", "plain", "internal_redirect"]);
    assert.ok(!first.usage);
    assert.deepEqual([second.route, second.model, second.details], ["plain-next", "plain-next", "via_upstream"]);
    assert.match(JSON.stringify(second.usage), /7/);
  });

  it("ai-statistics counts the request once, the attempt before it apart, and the usage of the target that served", async () => {
    const sumOf = async (...texts: string[]): Promise<number> => {
      const stats = Object.entries(await gateway.envoy.stats("wasmcustom"));
      const found = stats.filter(([name]) => texts.every((text) => name.includes(text)));
      return found.reduce((sum, [, value]) => sum + value, 0);
    };
    const read = async (): Promise<number[]> => [
      await sumOf("ai_statistics_requests_total", "[end_reason=redirected]", "[route=plain]"),
      await sumOf("ai_statistics_requests_total", "[end_reason=finished]", "[route=plain-next]"),
      await sumOf("metric.llm_duration_count", "route.plain"),
      await sumOf("gen_ai_client_inference_usage_output_tokens", "[route=plain"),
    ];
    const before = await read();
    assert.equal((await chat("plain")).status, 200);
    const added = async (): Promise<number[]> => (await read()).map((value, i) => value - before[i]);
    for (let waits = 0; waits < 200 && (await added())[1] < 1; waits++) await sleep(50);
    assert.deepEqual(await added(), [1, 1, 1, USAGE.completion_tokens]);
  });
});
