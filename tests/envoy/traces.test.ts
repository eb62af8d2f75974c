// SPDX-License-Identifier: Apache-2.0
// The log fields and spans of ai-statistics, with the shipped formats, as an OTLP receiver gets them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { aggregateFor, bootstrapFor, clusterFor, listenerFor, routeFor, type EnvoyConfig } from "../harness/bootstrap.ts";
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
    return { status: 200, headers: [["content-type", "application/json"]], chunks: [Buffer.from(JSON.stringify(json))] };
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
const statistics = pluginFilter("ai-statistics", {});
const auth = pluginFilter("key-auth", {
  consumers: [{ name: "ann", credential: "key-of-ann" }],
  keys: ["x-api-key"],
  in_header: true,
  global_auth: true,
});

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
    const set = { fallback: { config: { fallback_for: "" } } };
    void set;
    const providers = [
      { ...provider, id: "bad" },
      { ...provider, id: "good" },
    ];
    const targets = { fallback: { targets: [{ model: "good" }] } };
    const config = bootstrapFor(
      [
        listener("up", "good", [auth, statistics], [proxy]),
        listener("down", "good", [statistics, proxy], []),
        listener("hanging", "hanging", [statistics], [proxy]),
        observed(
          listenerFor({
            name: "fallback",
            routes: [
              routeFor(setRoute("bad", "bad", { "ai-proxy": { activeProviderId: "bad" }, ...targets })),
              routeFor(setRoute("good", "good", { "ai-proxy": { activeProviderId: "good" } })),
            ],
            downstream: fallback,
            upstream: [pluginFilter("fallback"), pluginFilter("ai-proxy", { providers, activeProviderId: "good" })],
          }),
        ),
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

  async function chat(listener: string, query: string, body: object, options: SendOptions = {}): Promise<ClientResponse> {
    const bytes = Buffer.from(JSON.stringify({ messages: [{ role: "user", content: "hi" }], ...body }));
    const headers: HeaderPair[] = [
      ["content-type", "application/json"],
      ["content-length", String(bytes.length)],
      ["x-api-key", "key-of-ann"],
      ["traceparent", `00-${TRACE}-${PARENT}-01`],
    ];
    const path = `/v1/chat/completions?${query}`;
    const request = { method: "POST", path, authority: "gateway.example", headers, chunks: [bytes] };
    return send(envoy.listenerPorts[listener], request, options);
  }

  /** The spans of a request, of the gateway (kind 2) and of the call of the provider (3). */
  const spans = (query: string, count: number): Promise<Received[]> =>
    sink.wait(
      `spans of ${query}`,
      ({ type, attributes }) => type === "span" && String(attributes["http.url"]).includes(query),
      count,
    );

  it("debug", async () => {
    for (const [listener, stream, model] of [["up", false, "my-model"], ["up", true, "my-model"], ["down", true, "my-model"], ["fallback", false, "bad"]] as const) {
      const response = await chat(listener, `dbg-${listener}-${stream}`, { model, stream });
      console.log(response.status, response.body.toString().slice(0, 200));
      console.log(JSON.stringify(await fieldsOf(envoy, `dbg-${listener}-${stream}`)));
      await new Promise((r) => setTimeout(r, 500));
      console.log(JSON.stringify(sink.received, null, 1));
      for (const m of Object.values(mocks)) for (const r of m.requests) console.log(r.headers.filter(([n]) => /trace|request-id/.test(n)).join(" | "));
      sink.received.length = 0;
      for (const m of Object.values(mocks)) m.requests.length = 0;
    }
    const response = await chat("hanging", "dbg-hang", { model: "my-model", stream: true }, { leaveWhen: (b) => b.includes("Hello") });
    console.log(response.status, JSON.stringify(await fieldsOf(envoy, `dbg-hang`)));
      await new Promise((r) => setTimeout(r, 500));
      console.log(JSON.stringify(sink.received, null, 1));
      void spans;
  });
});
