// SPDX-License-Identifier: Apache-2.0
// The log fields and spans of ai-statistics, with the shipped formats, as an OTLP receiver gets them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  aggregateFor,
  bootstrapFor,
  clusterFor,
  listenerFor,
  routeFor,
  type EnvoyConfig,
} from "../harness/bootstrap.ts";
import { cors, pluginFilter, refreshRoute } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { setRoute, tombstoneMetadata, tombstoneReply } from "../harness/fallback-set.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { fieldsOf, observed, otlpCluster, promptSpans } from "../harness/observed.ts";
import { needs137 } from "../harness/oldest.ts";
import { startOtlpSink, type OtlpSink, type Received } from "../harness/otlp-sink.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";

const USAGE = {
  prompt_tokens: 60,
  completion_tokens: 40,
  total_tokens: 100,
  prompt_tokens_details: { cached_tokens: 20 },
  completion_tokens_details: { reasoning_tokens: 10 },
};
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";

const sse = (events: unknown[]): Buffer[] =>
  events.map((event) => Buffer.from(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`));

function reply({ body }: ProviderRequest): ProviderReply {
  const { stream } = JSON.parse(body.toString()) as { stream?: boolean };
  const message = { role: "assistant", content: "Hello." };
  const choice = { index: 0, finish_reason: "stop" };
  const head = { id: "chatcmpl-1", model: "gpt-4.1-2025" };
  if (!stream) {
    const json = { ...head, object: "chat.completion", choices: [{ ...choice, message }], usage: USAGE };
    return {
      status: 200,
      headers: [["content-type", "application/json"]],
      chunks: [Buffer.from(JSON.stringify(json))],
    };
  }
  const chunks = sse([
    { ...head, choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] },
    { ...head, choices: [{ index: 0, delta: { content: "Hello" }, finish_reason: null }] },
    { ...head, choices: [{ index: 0, delta: { content: "." }, finish_reason: null }] },
    { ...head, choices: [{ ...choice, delta: {} }] },
    { ...head, choices: [], usage: USAGE },
    "[DONE]",
  ]);
  return { status: 200, headers: [["content-type", "text/event-stream"]], chunks };
}

const failing = (): ProviderReply => ({
  status: 503,
  headers: [["content-type", "application/json"]],
  chunks: [Buffer.from('{"error":{"message":"overloaded"}}')],
});
const hanging = (request: ProviderRequest): ProviderReply => {
  const whole = reply(request);
  return { ...whole, chunks: whole.chunks.slice(0, 2), end: "hang" };
};

const provider = { type: "openai", apiTokens: ["sk-of-the-provider"], modelMapping: { "my-model": "gpt-4.1" } };
const proxy = pluginFilter("ai-proxy", { provider });
const prices = { "gpt-4.1": { input: 1, cached_input: 0.5, output: 4.25 } };
const statistics = pluginFilter("ai-statistics", { prices });
const auth = pluginFilter("key-auth", {
  consumers: [{ name: "ann", credential: "key-of-ann" }],
  keys: ["x-api-key"],
  in_header: true,
  global_auth: true,
});
const strict = pluginFilter("request-block", { block_urls: ["/v1/"] });

describe("log fields and spans", needs137("tags of a span that read filter state"), () => {
  let sink: OtlpSink;
  let envoy: EnvoyProcess;
  const mocks: Record<string, RunningServer> = {};

  before(async () => {
    sink = await startOtlpSink();
    const replies = { good: reply, bad: failing, hanging, tombstone: () => tombstoneReply };
    for (const [name, handle] of Object.entries(replies)) mocks[name] = await serve(handle);
    const listener = (name: string, cluster: string, downstream: EnvoyConfig[], upstream: EnvoyConfig[]) =>
      observed(listenerFor({ name, routes: [routeFor({ name: "chat", cluster })], downstream, upstream }));
    const fallback = [pluginFilter("model-router"), cors, pluginFilter("fallback"), refreshRoute, statistics];
    const providers = [
      { type: "openai", apiTokens: ["sk-of-the-provider"], id: "bad" },
      { type: "openai", apiTokens: ["sk-of-the-provider"], id: "good" },
    ];
    const targets = { fallback: { targets: [{ name: "good", model: "good" }], cooldown: "0s" } };
    const fallbackListener = (name: string, hasSampler: boolean): EnvoyConfig =>
      observed(
        listenerFor({
          name,
          routes: [
            routeFor(setRoute("bad", "bad", { "ai-proxy": { activeProviderId: "bad" }, ...targets })),
            routeFor(setRoute("good", "good", { "ai-proxy": { activeProviderId: "good" } })),
          ],
          downstream: fallback,
          upstream: [pluginFilter("fallback"), pluginFilter("ai-proxy", { providers, activeProviderId: "good" })],
        }),
        hasSampler,
      );
    const config = bootstrapFor(
      [
        listener("up", "good", [auth, statistics], [proxy]),
        listener("down", "good", [statistics, proxy], []),
        listener("refusing", "good", [strict, statistics], [proxy]),
        listener("failing", "bad", [statistics], [proxy]),
        listener("hanging", "hanging", [statistics], [proxy]),
        fallbackListener("fallback", false),
        fallbackListener("sampled-fallback", true),
      ],
      [
        ...["good", "bad", "hanging"].map((name) => clusterFor({ name, port: mocks[name].port })),
        clusterFor({ name: "tombstone", port: mocks.tombstone.port, endpointMetadata: tombstoneMetadata }),
        ...["good", "bad"].map((name) => aggregateFor(`${name}-set`, [name, "tombstone"])),
        otlpCluster(sink.port),
      ],
    );
    envoy = await startEnvoy({ ...config, layered_runtime: promptSpans });
  });
  after(async () => {
    await envoy?.stop();
    for (const mock of Object.values(mocks)) await mock.close();
    await sink?.stop();
  });

  /** Sends a chat as a user agent by which its lines and spans are found. */
  async function chat(
    listener: string,
    mark: string,
    body: object,
    options: SendOptions = {},
    flags = "01",
  ): Promise<ClientResponse> {
    const bytes = Buffer.from(JSON.stringify({ messages: [{ role: "user", content: "hi" }], ...body }));
    const headers: HeaderPair[] = [
      ["content-type", "application/json"],
      ["content-length", String(bytes.length)],
      ["x-api-key", "key-of-ann"],
      ["user-agent", mark],
      ["traceparent", `00-${TRACE}-${PARENT}-${flags}`],
    ];
    const path = "/v1/chat/completions?key=AIza-planted";
    const request = { method: "POST", path, authority: "gateway.example", headers, chunks: [bytes] };
    return send(envoy.listenerPorts[listener], request, options);
  }

  /** The spans of a request, of the gateway (kind 2) and of the call of the provider (3). */
  const spans = (mark: string, count: number): Promise<Received[]> =>
    sink.wait(`spans of ${mark}`, ({ type, attributes }) => type === "span" && attributes.user_agent === mark, count);

  const traceparentsOf = (mock: RunningServer, mark: string): string[] =>
    mock.requests
      .filter(({ headers }) => headers.some(([name, value]) => name === "user-agent" && value === mark))
      .map(({ headers }) => headers.find(([name]) => name === "traceparent")?.[1] ?? "none");

  /** The trace and the flags that the providers of both passes have received. */
  const sentTo = (mark: string): string[] =>
    [mocks.bad, mocks.good]
      .flatMap((mock) => traceparentsOf(mock, mark))
      .map((text) => text.replace(/^00-(.*)-.*-(..)$/, "$1 $2"));

  const USED = {
    input_tokens: 60,
    output_tokens: 40,
    total_tokens: 100,
    cache_read_tokens: 20,
    reasoning_tokens: 10,
    usage_source: "provider",
    cost: 0.00022,
  };

  it("the access log has numbers as numbers", async () => {
    assert.equal((await chat("up", "log-whole", { model: "my-model" })).status, 200);
    const [{ ai, attempts, fallback_from }] = await fieldsOf(envoy, "log-whole");
    const names = { operation: "chat", provider: "openai", request_model: "gpt-4.1", consumer: "ann" };
    for (const [key, value] of Object.entries({ ...names, ...USED, stream: false, end_reason: "finished" }))
      assert.deepEqual([key, ai?.[key]], [key, value]);
    assert.deepEqual([attempts, fallback_from], [1, null]);
    assert.ok(!("span_name" in ai!) && !("prompt" in ai!) && !("ttft_ms" in ai!), JSON.stringify(ai));
  });

  it("a stream has times", async () => {
    assert.equal((await chat("up", "log-stream", { model: "my-model", stream: true })).status, 200);
    const [{ ai }] = await fieldsOf(envoy, "log-stream");
    assert.deepEqual([ai?.stream, ai?.response_model, ai?.input_tokens], [true, "gpt-4.1-2025", 60]);
    assert.ok(Number(ai?.ttft_ms) >= 0 && Number(ai?.tpot_ms) >= 0, JSON.stringify(ai));
  });

  for (const listener of ["up", "down"])
    it(`spans carry the conventions' attributes and the client's trace (${listener})`, async () => {
      const mark = `span-${listener}`;
      assert.equal((await chat(listener, mark, { model: "my-model", stream: true })).status, 200);
      const [server] = await spans(mark, 1);
      assert.deepEqual([server.name, server.kind, server.traceId], ["chat gpt-4.1", 2, TRACE]);
      assert.equal(server.parentSpanId, PARENT);
      const expected: Record<string, string> = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4.1",
        "gen_ai.response.model": "gpt-4.1-2025",
        "gen_ai.usage.input_tokens": "60",
        "gen_ai.usage.output_tokens": "40",
        "gen_ai.usage.cache_read.input_tokens": "20",
        "gen_ai.usage.reasoning.output_tokens": "10",
        "ai_gateway.cost": "0.00022",
        "ai_gateway.usage_source": "provider",
        "ai_gateway.end_reason": "finished",
        "ai_gateway.attempts": "1",
      };
      for (const [key, value] of Object.entries(expected))
        assert.deepEqual([key, server.attributes[key]], [key, value]);
      assert.ok(!("error.type" in server.attributes));
      const [client] = await sink.wait("client span", ({ parentSpanId }) => parentSpanId === server.spanId);
      assert.deepEqual([client.name, client.kind, client.traceId], ["chat gpt-4.1", 3, TRACE]);
      assert.equal(client.attributes["gen_ai.provider.name"], "openai");
      assert.deepEqual(traceparentsOf(mocks.good, mark), [`00-${TRACE}-${client.spanId}-01`]);
      const [record] = await sink.wait("log", ({ type, spanId }) => type === "log" && spanId === server.spanId);
      for (const [key, value] of Object.entries(expected))
        assert.deepEqual([key, record.attributes[key]], [key, value]);
    });

  it("both passes of a fallback have a line, and their providers the client's trace", async () => {
    assert.equal((await chat("fallback", "fell-back", { model: "bad" })).status, 200);
    const [first, second] = await fieldsOf(envoy, "fell-back", 2);
    assert.deepEqual([first.ai?.end_reason, first.ai?.request_model, first.fallback_from], ["redirected", "bad", null]);
    assert.deepEqual([second.ai?.end_reason, second.ai?.input_tokens], ["finished", 60]);
    assert.equal(second.fallback_from, "bad");
    // Envoy decides about traces before a redirect only: the second pass has no span.
    const [server] = await spans("fell-back", 1);
    assert.deepEqual([server.name, server.traceId, server.parentSpanId], ["chat bad", TRACE, PARENT]);
    assert.deepEqual(sentTo("fell-back"), [`${TRACE} 01`, `${TRACE} 00`]);
  });

  it("with the sampler the calls of both providers have a span, and are sampled", async () => {
    assert.equal((await chat("sampled-fallback", "sampled", { model: "bad" })).status, 200);
    assert.deepEqual(sentTo("sampled"), [`${TRACE} 01`, `${TRACE} 01`]);
    const parentOf = (text: string): string => text.split("-")[2];
    for (const mock of [mocks.bad, mocks.good]) {
      const id = parentOf(traceparentsOf(mock, "sampled")[0]);
      const [{ kind, traceId }] = await sink.wait(
        "span of the call",
        ({ type, spanId }) => type === "span" && spanId === id,
      );
      assert.deepEqual([kind, traceId], [3, TRACE]);
    }
  });

  it("a client that leaves has the names on its span, and its end in the log", async () => {
    await chat("hanging", "left", { model: "my-model", stream: true }, { leaveWhen: (body) => body.includes("Hello") });
    const [{ ai }] = await fieldsOf(envoy, "left");
    assert.deepEqual([ai?.end_reason, ai?.error_type, ai?.usage_source], ["client_gone", "client_gone", "none"]);
    const [server] = await spans("left", 1);
    assert.deepEqual([server.name, server.attributes["gen_ai.provider.name"]], ["chat gpt-4.1", "openai"]);
  });

  it("an error of the provider has its status as error.type", async () => {
    assert.equal((await chat("failing", "failed", { model: "my-model" })).status, 503);
    const [{ ai }] = await fieldsOf(envoy, "failed");
    assert.deepEqual([ai?.error_type, ai?.end_reason, ai?.usage_source], ["503", "finished", "none"]);
    const [server] = await spans("failed", 1);
    assert.equal(server.attributes["error.type"], "503");
  });

  it("requests that are not traced have fields, but no span", async () => {
    assert.equal((await chat("up", "untraced", { model: "my-model" }, {}, "00")).status, 200);
    const [{ ai }] = await fieldsOf(envoy, "untraced");
    assert.equal(ai?.input_tokens, 60);
    assert.ok(traceparentsOf(mocks.good, "untraced")[0].startsWith(`00-${TRACE}-`));
    assert.ok(!sink.received.some(({ attributes }) => attributes.user_agent === "untraced"));
  });

  it("no query is in a span: it may contain a key", async () => {
    for (const listener of ["up", "refusing"]) await chat(listener, `mark-${listener}`, { model: "my-model" });
    await spans("mark-up", 1);
    await spans("mark-refusing", 1);
    const [{ ai }] = await fieldsOf(envoy, "mark-refusing");
    assert.deepEqual([ai?.end_reason, ai?.error_type, ai?.operation], ["refused", "refused", "chat"]);
    assert.ok(!JSON.stringify(sink.received).includes("AIza-planted"));
  });
});
