// SPDX-License-Identifier: Apache-2.0
// A gateway with `fallback` in its two positions, two providers whose replies a test chooses, and a target that nobody serves.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  aggregateFor,
  bootstrapFor,
  clusterFor,
  listenerFor,
  routeFor,
  type RouteOptions,
} from "../harness/bootstrap.ts";
import { cors, pluginFilter as wasm, refreshRoute } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { setRoute, tombstoneMetadata, tombstoneReply } from "../harness/fallback-set.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";

const DEAD_PORT = 1;

const SECOND = { name: "second", model: "qwq-32b" };
const provider = (id: string): object => ({ activeProviderId: id });
const policy = (more: object = {}, targets: object[] = [SECOND]): object => ({ cooldown: "0s", targets, ...more });
const chains: Record<string, object> = {
  "deepseek-r1": policy(),
  held: policy({ hold_ms: 200 }),
  "held-bytes": policy({ hold_bytes: 300 }),
  patient: policy({ first_event_timeout: "1s", response_timeout: "1s" }),
  late: policy({ deadline: "200ms" }),
  slow: policy({ retry_within_ms: 100 }),
  once: policy({ max_attempts: 1 }),
  long: policy({ on: ["context-length"] }),
  cooled: { targets: [SECOND], cooldown: "1s" },
  unrouted: policy({}, [{ name: "nowhere", model: "no-such-model" }]),
};
const set = (model: string, name: string, configs: Record<string, object>, cluster = name): RouteOptions => ({
  ...setRoute(model, name, configs),
  cluster: `${cluster}-set`,
});
const routes = [
  ...Object.entries(chains).map(([model, fallback]) =>
    set(model, model === "deepseek-r1" ? "first" : model, { fallback, "ai-proxy": provider("first") }, "first"),
  ),
  set("pooled", "pooled", { fallback: policy(), "ai-proxy": provider("pool") }, "first"),
  set("dead-r1", "dead", { fallback: policy(), "ai-proxy": provider("first") }),
  { ...set("unfollowed", "unfollowed", { fallback: policy(), "ai-proxy": provider("first") }, "first"), action: {} },
  set("qwq-32b", "second", { "ai-proxy": provider("second"), "key-auth": { allow: ["one"] } }),
];
const keyAuth = {
  keys: ["apikey"],
  hide_credentials: true,
  global_auth: false,
  consumers: [
    { name: "one", credential: "key-one" },
    { name: "two", credential: "key-two" },
  ],
};
const pool = { failover: { enabled: true }, apiTokens: ["sk-test-one", "sk-test-two"] };
const aiProxy = {
  activeProviderId: "first",
  providers: [
    ...["first", "second"].map((id) => ({ id, type: "openai", apiToken: `sk-test-${id}` })),
    { id: "pool", type: "openai", ...pool },
  ],
};

/** A provider that has no capacity left. */
export const busy: ProviderReply = {
  status: 429,
  headers: [
    ["content-type", "application/json"],
    ["retry-after", "7"],
  ],
  chunks: [Buffer.from('{"error":{"message":"Slow down.","type":"rate_limit_error","param":null,"code":null}}')],
};
const CHUNKS = ["Hello", " world"].map((content) => ({
  ...{ id: "c", object: "chat.completion.chunk", created: 1, model: "qwq-32b" },
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
}));
/** A whole stream. */
export const STREAM = [...CHUNKS.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map((data) => `data: ${data}\n\n`);
/** A provider that streams it. */
export const streamed: ProviderReply = {
  status: 200,
  headers: [["content-type", "text/event-stream"]],
  chunks: STREAM.map((text) => Buffer.from(text)),
  delayMs: 5,
};

/** The first value of a header. */
export const header = (request: ProviderRequest | ClientResponse, name: string): string | undefined =>
  request.headers.find(([key]) => key === name)?.[1];

/** An event stream of these texts. */
export const events = (...texts: string[]): ProviderReply => ({
  ...{ status: 200, headers: [["content-type", "text/event-stream"]], chunks: texts.map((text) => Buffer.from(text)) },
});

/** The body of a chat. */
export const chatBody = (model: string, stream = true): Buffer =>
  Buffer.from(JSON.stringify({ model, stream, messages: [{ role: "user", content: "hello" }] }));

/** The gateway, running. */
export class FallbackGateway {
  readonly replies: Record<string, ProviderReply> = {};
  /** How long the first provider waits before it responds, in milliseconds. */
  delay = 0;
  readonly mocks: Record<string, RunningServer> = {};
  private running: EnvoyProcess | null = null;

  get envoy(): EnvoyProcess {
    if (!this.running) throw new Error("the gateway does not run");
    return this.running;
  }

  get port(): number {
    return this.envoy.listenerPorts.gateway;
  }

  async start(concurrency = 1): Promise<void> {
    const { mocks } = this;
    for (const name of ["first", "second"]) {
      mocks[name] = await serve(async () => {
        if (name === "first" && this.delay) await sleep(this.delay);
        return this.replies[name];
      });
    }
    mocks.tombstone = await serve(() => tombstoneReply);
    const downstream = [wasm("model-router"), cors, wasm("fallback"), refreshRoute, wasm("key-auth", keyAuth)];
    const upstream = [wasm("fallback"), wasm("ai-proxy", aiProxy)];
    const listener = listenerFor({ ...{ name: "gateway", routes: routes.map(routeFor), downstream, upstream } });
    const ports: Record<string, number> = { first: mocks.first.port, dead: DEAD_PORT, second: mocks.second.port };
    const clusters = Object.entries(ports).flatMap(([name, port]) => [
      clusterFor({ name, port }),
      aggregateFor(`${name}-set`, [name, "tombstone"]),
    ]);
    const tombstone = { name: "tombstone", port: mocks.tombstone.port, endpointMetadata: tombstoneMetadata };
    this.running = await startEnvoy(bootstrapFor([listener], [...clusters, clusterFor(tombstone)]), { concurrency });
  }

  /** The first provider is busy, the second one streams. */
  reset(): void {
    this.delay = 0;
    for (const { requests, abandoned } of Object.values(this.mocks)) requests.length = abandoned.length = 0;
    Object.assign(this.replies, { first: busy, second: streamed });
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    for (const mock of Object.values(this.mocks)) await mock.close();
  }

  chat(model: string, headers: HeaderPair[] = [["apikey", "key-one"]], stream = true): Promise<ClientResponse> {
    const body = chatBody(model, stream);
    return send(this.port, {
      ...{ method: "POST", path: "/v1/chat/completions?trace=1", authority: "gateway.example", chunks: [body] },
      headers: [["content-type", "application/json"], ["content-length", String(body.length)], ...headers],
    });
  }

  /** The second provider serves the chat. */
  async served(model: string, stream = true): Promise<void> {
    const response = await this.chat(model, undefined, stream);
    assert.equal(response.status, 200, response.body.toString());
    assert.equal(response.body.toString(), STREAM.join(""));
    assert.equal(this.mocks.second.requests.length, 1);
  }

  /** The client gets an error. */
  async refused(model: string, status: number, message: RegExp): Promise<void> {
    const response = await this.chat(model);
    assert.equal(response.status, status, response.body.toString());
    assert.match((JSON.parse(response.body.toString()) as { error: { message: string } }).error.message, message);
    assert.equal(header(response, "location"), undefined);
  }
}
