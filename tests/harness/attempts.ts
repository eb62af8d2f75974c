// SPDX-License-Identifier: Apache-2.0
// One gateway for both hosts: ai-proxy in the router's chain, four providers, and routes that try one after the other.
import assert from "node:assert/strict";
import { dialects } from "../providers/index.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import type { ClientRequest } from "./http-client.ts";

/** The configuration of ai-proxy. */
export const configuration = JSON.stringify({
  providers: [
    { id: "first", type: "openai", apiToken: "sk-test-first", modelMapping: { "*": "gpt-first" } },
    {
      ...{ id: "second", type: "qwen", apiToken: "sk-test-second", qwenEnableCompatible: false },
      modelMapping: { "*": "qwen-turbo" },
    },
    {
      ...{ id: "third", type: "openai", apiToken: "sk-test-third", modelMapping: { "*": "gpt-4o" } },
      ...{ providerDomain: "third.example", providerBasePath: "/third" },
    },
    { id: "keyless", type: "vllm", vllmServerHost: "vllm.internal" },
  ],
});

const named = (id: string): Record<string, { [key: string]: string }> => ({ "ai-proxy": { provider: id } });

/** The clusters: `server` says which mock answers; nobody listens at that of `first`. */
export const clusters = [
  { name: "first", server: "none", endpointMetadata: named("first") },
  { name: "second", server: "second", endpointMetadata: named("second") },
  { name: "third", server: "third", endpointMetadata: named("third") },
  { name: "stranger", server: "third", endpointMetadata: named("nobody") },
  { name: "by-cluster", server: "third", metadata: named("third") },
  { name: "nameless", server: "nameless" },
  { name: "keyless", server: "nameless", endpointMetadata: named("keyless") },
  { name: "mover", server: "mover", metadata: named("second") },
];

/** The clusters that try their members in order. */
export const aggregates = [
  { name: "all", members: ["first", "second", "third"] },
  { name: "to-nobody", members: ["second", "nameless"] },
  { name: "to-keyless", members: ["second", "keyless"] },
];

/** The same clusters as the Node host takes them. */
export const hostClusters = [
  ...clusters.map(({ server, ...cluster }) => ({ ...cluster, refuses: server === "none" })),
  ...aggregates,
];

const retry_policy = {
  retry_on: "connect-failure,retriable-status-codes",
  retriable_status_codes: [429],
  num_retries: 2,
  retry_priority: {
    name: "envoy.retry_priorities.previous_priorities",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
      update_frequency: 1,
    },
  },
};
const internal_redirect_policy = { redirect_response_codes: [307], max_internal_redirects: 1 };

/** The routes, each named as the prefix that leads to it; `all` is the last. */
export const routes = [
  { name: "stranger", match: { prefix: "/stranger" }, cluster: "stranger" },
  { name: "by-cluster", match: { prefix: "/by-cluster" }, cluster: "by-cluster" },
  { name: "to-nobody", match: { prefix: "/to-nobody" }, cluster: "to-nobody", action: { retry_policy } },
  { name: "to-keyless", match: { prefix: "/to-keyless" }, cluster: "to-keyless", action: { retry_policy } },
  { name: "moved", match: { prefix: "/moved" }, cluster: "mover", action: { internal_redirect_policy } },
  {
    ...{ name: "left-alone", match: { prefix: "/left-alone" }, cluster: "nameless" },
    metadata: { "ai-proxy": { config: "{}" } },
  },
  { name: "all", match: { prefix: "/" }, cluster: "all", action: { retry_policy } },
];

/** What the mocks answer. */
export const servers: Record<string, (request: ProviderRequest) => ProviderReply> = {
  second: () => ({
    status: 429,
    headers: [["content-type", "application/json"]],
    chunks: [Buffer.from('{"code":"Throttling.RateQuota","message":"Slow down.","request_id":"r"}')],
  }),
  third: (request) => dialects.openai.handle({ ...request, path: request.path.replace("/third", "") }),
  nameless: () => ({ status: 200, headers: [], chunks: [Buffer.from("plain")] }),
  mover: () => ({ status: 307, headers: [["location", "http://gateway.example/left-alone?x=1"]], chunks: [] }),
};

/** Answers a request as the mock behind a cluster does. */
export function answer(request: ProviderRequest, cluster: string): ProviderReply {
  const { server = "" } = clusters.find(({ name }) => name === cluster) ?? {};
  return servers[server](request);
}

/** A chat as a client with an API key of its own sends it. */
export function chatRequest(stream: boolean, prefix = ""): ClientRequest {
  const value = { model: "any", stream, messages: [{ role: "user", content: "hello" }] };
  const body = Buffer.from(JSON.stringify(value));
  return {
    method: "POST",
    path: `${prefix}/v1/chat/completions?trace=1`,
    authority: "gateway.example",
    headers: [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
      ["authorization", "Bearer the-clients-own"],
      ["accept", "application/json"],
    ],
    chunks: [body],
  };
}

/** The first value of a header that a provider received. */
export const header = (request: ProviderRequest, name: string): string | undefined =>
  request.headers.find(([key]) => key === name)?.[1];

/** The second provider got host, path, key, model and protocol of its own. */
export function assertSecond(request: ProviderRequest, stream: boolean): void {
  assert.equal(request.authority, "dashscope.aliyuncs.com");
  assert.equal(request.path, "/api/v1/services/aigc/text-generation/generation?trace=1");
  assert.equal(header(request, "authorization"), "Bearer sk-test-second");
  assert.equal(header(request, "x-dashscope-sse"), stream ? "enable" : undefined);
  assert.equal(JSON.parse(request.body.toString()).model, "qwen-turbo");
}

/** So did the third, and nothing of the second. */
export function assertThird(request: ProviderRequest, stream: boolean): void {
  assert.equal(request.authority, "third.example");
  assert.equal(request.path, "/third/v1/chat/completions?trace=1");
  assert.equal(header(request, "authorization"), "Bearer sk-test-third");
  assert.equal(header(request, "x-dashscope-sse"), undefined);
  assert.equal(header(request, "accept"), "application/json");
  assert.equal(header(request, "content-length"), String(request.body.length));
  const { model, messages, ...rest } = JSON.parse(request.body.toString());
  assert.equal(model, "gpt-4o");
  assert.deepEqual(messages, [{ role: "user", content: "hello" }]);
  assert.deepEqual(rest, { stream, ...(stream ? { stream_options: { include_usage: true } } : {}) });
}

/** A target that no provider's name stands on got what the client sent, its host and its key. */
export function assertUntouched(request: ProviderRequest, path: string): void {
  assert.equal(request.authority, "gateway.example");
  assert.equal(request.path, path);
  assert.equal(header(request, "accept"), "application/json");
  assert.equal(header(request, "content-length"), String(request.body.length));
  assertClientsKey(request);
}

/** The client's own key, and nothing that an attempt before has put there. */
export function assertClientsKey(request: ProviderRequest): void {
  assert.equal(header(request, "authorization"), "Bearer the-clients-own");
  assert.equal(header(request, "x-dashscope-sse"), undefined);
  assert.equal(JSON.parse(request.body.toString()).model, "any");
}
