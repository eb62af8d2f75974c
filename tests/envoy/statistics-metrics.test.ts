// SPDX-License-Identifier: Apache-2.0
// The metrics of ai-statistics, as Prometheus reads them from Envoy with the shipped `stats_config`: names, labels, buckets and values.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { Scrape } from "../harness/scrape.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply } from "../providers/types.ts";

const KEY = "key-of-ann";
const CLUSTER = "outbound|443||llm-openai.internal.static";
const ROUTE = "ai-route@v1.internal@model@7";
/** Of the route's name the first three parts. */
const SHORT_ROUTE = "ai-route@v1.internal@model";
const MODEL = "gpt-4.1";
const PRICES = { "gpt-4.1": { input: 2, cached_input: 0.5, output: 8 } };
const USAGE = {
  prompt_tokens: 100,
  completion_tokens: 41,
  total_tokens: 141,
  prompt_tokens_details: { cached_tokens: 60 },
  completion_tokens_details: { reasoning_tokens: 11, audio_tokens: 1 },
};
/** 40 tokens of input at 2, 60 cached at 0.5, 41 of output at 8, per million, in 10^-9. */
const COST = 40 * 2000 + 60 * 500 + 41 * 8000;
/** The events with content of a stream. */
const EVENTS = 10;
const MADE_UP = 500;
/** The label sets that the listener `few` has. */
const FEW = 60;

const filter = (plugin: string, config: object): EnvoyConfig =>
  wasmFilter({ plugin, wasm: `build/${plugin}.wasm`, configuration: JSON.stringify(config) });
const shipped = parse(
  readFileSync(resolve(import.meta.dirname, "../../envoy/ai-statistics.yaml"), "utf8"),
) as EnvoyConfig;

const jsonHeaders = { "content-type": "application/json" };
const json: [string, string][] = Object.entries(jsonHeaders);
const DIRECT = JSON.stringify({ model: "of-the-operator", usage: USAGE });
const event = (data: object): Buffer => Buffer.from(`data: ${JSON.stringify({ model: MODEL, ...data })}\n\n`);
const failure = (status: number): ProviderReply => ({
  ...{ status, headers: json },
  chunks: [Buffer.from('{"error":{"message":"no"}}')],
});
/**
 * A stream whose first event has no content. `counting-3` repeats the usage so far in each of three events, as some providers do, and
 * then waits for the client to leave.
 */
function stream(model: string): ProviderReply {
  const headers: [string, string][] = [["content-type", "text/event-stream"]];
  const beginning = event({ choices: [{ index: 0, delta: { role: "assistant", content: "" } }] });
  const most = Number(/^counting-(\d+)/.exec(model)?.[1] ?? 0);
  const texts = Array.from({ length: most || EVENTS }, (_, i) =>
    event({
      choices: [{ index: 0, delta: { content: `w${i} ` } }],
      ...(most ? { usage: { prompt_tokens: 7, completion_tokens: i + 1, total_tokens: i + 8 } } : {}),
    }),
  );
  const reply: ProviderReply = { status: 200, headers, chunks: [beginning, ...texts], delayMs: 1 };
  if (most) return { ...reply, end: "hang" };
  if (model === "broken") return { ...reply, end: "cut" };
  const error = 'data: {"error":{"message":"overloaded","type":"server_error"}}\n\n';
  const last = model === "error-event" ? Buffer.from(error) : event({ choices: [], usage: USAGE });
  return { ...reply, chunks: [...reply.chunks, last, Buffer.from("data: [DONE]\n\n")] };
}

function reply(body: Buffer): ProviderReply {
  const { model, stream: isStream } = JSON.parse(body.toString()) as { model: string; stream?: boolean };
  const status = /^status-(\d+)/.exec(model)?.[1];
  if (status) return failure(Number(status));
  if (model === "silent") return { status: 200, headers: json, chunks: [], end: "silent" };
  if (isStream) return stream(model);
  const usage = model === "no-usage" ? {} : { usage: USAGE };
  return {
    ...{ status: 200, headers: json },
    chunks: [Buffer.from(JSON.stringify({ model, choices: [{ message: { content: "hi" } }], ...usage }))],
  };
}

function bootstrap(provider: number): EnvoyConfig {
  const auth = filter("key-auth", {
    ...{ consumers: [{ name: "ann", credential: KEY }], keys: ["x-api-key"], in_header: true, global_auth: true },
  });
  const proxy = filter("ai-proxy", { provider: { id: "main", type: "openai", apiTokens: ["sk-test"] } });
  const statistics = (config: object): EnvoyConfig => filter("ai-statistics", config);
  const routes = [
    routeFor({ name: "slow", match: { prefix: "/slow" }, cluster: CLUSTER, action: { timeout: "0.3s" } }),
    routeFor({ name: "dead", match: { prefix: "/dead" }, cluster: "dead" }),
    routeFor({ name: ROUTE, cluster: CLUSTER }),
  ];
  const listeners = [
    listenerFor({ name: "priced", routes, downstream: [auth, statistics({ prices: PRICES })], upstream: [proxy] }),
    listenerFor({
      name: "plain",
      routes: [
        routeFor({
          name: "direct",
          match: { prefix: "/direct" },
          cluster: CLUSTER,
          direct: { status: 200, headers: jsonHeaders, body: DIRECT },
        }),
        routeFor({ name: "plain", cluster: CLUSTER }),
      ],
      downstream: [statistics({})],
    }),
    listenerFor({
      ...{ name: "few", routes: [routeFor({ name: "few", cluster: CLUSTER })] },
      downstream: [statistics({ max_label_sets: FEW, semconv: "latest" })],
    }),
  ];
  const clusters = [clusterFor({ name: CLUSTER, port: provider }), clusterFor({ name: "dead", port: 1 })];
  return { ...bootstrapFor(listeners, clusters), stats_config: shipped.stats_config };
}

describe("metrics of ai-statistics", () => {
  let provider: RunningServer;
  let envoy: EnvoyProcess;
  let scrape: Scrape;
  before(async () => {
    provider = await serve(({ body }) => reply(body));
    envoy = await startEnvoy(bootstrap(provider.port), { wasmLogLevel: "error" });
    scrape = new Scrape(envoy.adminPort);
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  interface Chat extends SendOptions {
    listener?: string;
    stream?: boolean;
    path?: string;
    key?: string;
  }

  function ask(model: string, chat: Chat = {}): Promise<ClientResponse> {
    const { listener = "priced", stream: isStream = false, path = "", key = KEY, ...options } = chat;
    const body = Buffer.from(JSON.stringify({ model, stream: isStream, messages: [{ role: "user", content: "hi" }] }));
    const headers: [string, string][] = [...json, ["content-length", String(body.length)], ["x-api-key", key]];
    const request = { method: "POST", path: `${path}/v1/chat/completions`, authority: "gateway.example", headers };
    return send(envoy.listenerPorts[listener], { ...request, chunks: [body] }, options);
  }

  const labels = {
    ...{ gen_ai_operation_name: "chat", gen_ai_provider_name: "main" },
    ...{ gen_ai_request_model: MODEL, gen_ai_response_model: MODEL, consumer: "ann", route: SHORT_ROUTE },
  };
  const reference = { ai_route: SHORT_ROUTE, ai_cluster: CLUSTER, ai_model: MODEL, ai_consumer: "ann" };
  const ofReference = (name: string, more: object = {}): Promise<number> =>
    scrape.value(`route_upstream_model_consumer_metric_${name}`, { ...reference, ...more });

  it("count a whole response under the names of Higress and of OpenTelemetry, with its cost", async () => {
    for (let i = 0; i < 2; i++) assert.equal((await ask(MODEL)).status, 200);
    const ended = { ...labels, end_reason: "finished" };
    await scrape.until("ai_statistics_requests_total", ended, 2);
    assert.equal(await ofReference("input_token"), 200);
    assert.equal(await ofReference("output_token"), 82);
    assert.equal(await ofReference("total_token"), 282);
    assert.equal(await ofReference("llm_duration_count"), 2);
    assert.equal(await ofReference("llm_stream_duration_count"), NaN);
    const usage = (name: string, modality: string): Promise<number> =>
      scrape.value(`gen_ai_client_inference_usage_${name}`, { ...labels, gen_ai_token_modality: modality });
    assert.equal(await usage("input_tokens", "text"), 200);
    assert.equal(await usage("output_tokens", "text"), 80);
    assert.equal(await usage("output_tokens", "audio"), 2);
    assert.equal(await usage("cache_read_input_tokens", "text"), 120);
    assert.equal(await usage("reasoning_output_tokens", "text"), 22);
    assert.equal(await scrape.value("ai_statistics_cost_nano_total", labels), 2 * COST);
  });

  it("record histograms with the buckets of OpenTelemetry", async () => {
    const milliseconds = Array.from({ length: 14 }, (_, i) => String(10 * 2 ** i));
    const tokens = Array.from({ length: 14 }, (_, i) => String(4 ** i));
    await scrape.until("gen_ai_client_inference_duration_milliseconds_count", labels, 2);
    const buckets = (name: string): Promise<string[]> => scrape.buckets(name, MODEL);
    assert.deepEqual(await buckets("gen_ai_client_inference_duration_milliseconds"), milliseconds);
    assert.deepEqual(await buckets("gen_ai_server_request_duration_milliseconds"), milliseconds);
    assert.deepEqual(await buckets("gen_ai_client_token_usage"), [...tokens, ...tokens]);
    assert.deepEqual(await buckets("gen_ai_client_inference_operation_output_tokens"), tokens);
    const input = { ...labels, gen_ai_token_type: "input" };
    assert.equal(await scrape.value("gen_ai_client_token_usage_bucket", { ...input, le: "64" }), 0);
    assert.equal(await scrape.value("gen_ai_client_token_usage_bucket", { ...input, le: "256" }), 2);
  });

  it("record the first chunk and each chunk after it of a stream", async () => {
    assert.equal((await ask(MODEL, { stream: true })).status, 200);
    await scrape.until("gen_ai_client_inference_time_to_first_chunk_milliseconds_count", labels, 1);
    await scrape.until("gen_ai_client_inference_time_per_output_chunk_milliseconds_count", labels, EVENTS - 1);
    assert.equal(await scrape.value("gen_ai_server_time_to_first_token_milliseconds_count", labels), 1);
    assert.equal(await scrape.value("gen_ai_server_time_per_output_token_milliseconds_count", labels), 1);
    assert.equal(await ofReference("llm_stream_duration_count"), 1);
    const first = await ofReference("llm_first_token_duration");
    assert.ok(first > 0 && first <= (await ofReference("llm_service_duration")), `${first}`);
  });

  it("count failures by what has happened", async () => {
    const cases: [model: string, error: string, end: string, chat?: Chat][] = [
      ["status-429", "429", "finished"],
      ["status-529", "529", "finished"],
      ["silent", "timeout", "provider_gone", { path: "/slow" }],
      [MODEL, "connect", "provider_gone", { path: "/dead" }],
      ["broken", "stream_error", "provider_gone", { stream: true }],
      ["error-event", "stream_error", "finished", { stream: true }],
      [MODEL, "refused", "refused", { key: "none" }],
    ];
    for (const [model, error, end, chat] of cases) {
      await ask(model, chat);
      const consumer = error === "refused" ? "none" : "ann";
      await scrape.until("ai_statistics_requests_total", { consumer, error_type: error, end_reason: end }, 1);
    }
    const failures = await scrape.sum("route_upstream_model_consumer_metric_llm_failure_count");
    assert.equal(failures, cases.length);
    // Usage is 0, not missing, where a call has failed.
    const unknown = {
      gen_ai_token_modality: "unknown",
      gen_ai_request_model: "other",
      consumer: "ann",
      route: SHORT_ROUTE,
    };
    assert.equal(await scrape.value("gen_ai_client_inference_usage_input_tokens", unknown), 0);
  });

  it("count the tokens that were sent until a client left, at ten points of a stream", async () => {
    for (let point = 1; point <= EVENTS; point++) {
      const model = `counting-${point}`;
      const last = `w${point - 1} `;
      const response = await ask(model, { stream: true, leaveWhen: (body) => body.includes(last) });
      assert.equal(response.end, "left");
      const labels = { gen_ai_request_model: model, gen_ai_response_model: MODEL };
      const end = { error_type: "client_gone", end_reason: "client_gone" };
      await scrape.until("ai_statistics_requests_total", { ...labels, ...end }, 1);
      assert.equal(await scrape.value("gen_ai_client_inference_usage_output_tokens", labels), point);
      assert.equal(await scrape.value("gen_ai_client_inference_usage_input_tokens", labels), 7);
    }
  });

  it("read the body where no ai-proxy publishes the usage", async () => {
    await ask(MODEL, { listener: "plain" });
    await ask(MODEL, { listener: "plain", stream: true });
    const plain = { route: "plain", gen_ai_provider_name: "unknown", gen_ai_response_model: MODEL, consumer: "none" };
    await scrape.until("ai_statistics_requests_total", { ...plain, end_reason: "finished" }, 2);
    const usage = { ...plain, gen_ai_token_modality: "text" };
    assert.equal(await scrape.value("gen_ai_client_inference_usage_input_tokens", usage), 200);
    assert.equal(await scrape.value("gen_ai_client_inference_usage_output_tokens", usage), 80);
    await ask("no-usage", { listener: "plain" });
    const silent = { route: "plain", gen_ai_response_model: "no-usage", end_reason: "finished" };
    await scrape.until("ai_statistics_requests_total", silent, 1);
    assert.equal(
      await scrape.value("route_upstream_model_consumer_metric_llm_duration_count", { ai_model: "no-usage" }),
      1,
    );
  });

  it("of a direct response are no failure, and name its model", async () => {
    await ask(MODEL, { listener: "plain", path: "/direct" });
    const direct = { route: "direct", gen_ai_response_model: "of-the-operator", end_reason: "local_reply" };
    await scrape.until("ai_statistics_requests_total", direct, 1);
    const samples = await scrape.samples("ai_statistics_requests_total");
    const lines = samples.map(({ line }) => line).filter((line) => line.includes('route="direct"'));
    assert.ok(lines.length === 1 && !lines[0].includes("error_type"), lines.join("\n"));
  });

  it(`stay bounded after ${MADE_UP} made-up models that are served and as many that are refused`, async () => {
    for (const kind of ["made-up", "status-404-made-up"])
      for (let from = 0; from < MADE_UP; from += 25)
        await Promise.all(Array.from({ length: 25 }, (_, i) => ask(`${kind}-${from + i}`, { listener: "few" })));
    const ofListener = /route="few"|gen_ai_operation_name="other",.*route="other"/;
    await scrape.untilSum("ai_statistics_requests_total", ofListener, 2 * MADE_UP);
    const lines = (await scrape.samples("ai_statistics_requests_total")).map(({ line }) => line);
    // Those of requests with and without an error are folded into one each.
    assert.ok(lines.length <= FEW + 2, `${lines.length}: ${lines.slice(-8).join("\n")}`);
    assert.ok(lines.some((line) => line.includes('gen_ai_response_model="made-up')));
    assert.ok(!lines.some((line) => line.includes("status-404")), lines.join("\n"));
    assert.ok((await scrape.sum("ai_statistics_folded_total")) > MADE_UP);
  });
});
