// SPDX-License-Identifier: Apache-2.0
// `local_reply_config` of envoy/ai-gateway.yaml gives Envoy's own errors OpenAI's or Anthropic's shape, and changes no reply of a plugin.
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply
import assert from "node:assert/strict";
import { type AddressInfo, connect, createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { gatewayConfig } from "../../tools/gateway/config.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientRequest } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import { managerOf } from "./edge-gateway.ts";

const shipped = managerOf(
  gatewayConfig({ port: 0, defaultService: "qwen", keys: new Map(), mocks: new Map() }),
).local_reply_config;

/** A plugin, its configuration, and the local reply that it sends. */
interface Refusal {
  plugin: string;
  configuration: object | string;
  request: Partial<ClientRequest>;
  status: number;
  /** Its position; by default before the router. */
  position?: "upstream";
  /** A configuration on the route. */
  route?: string;
}

const consumers = { keys: ["x-api-key"], consumers: [{ name: "one", credential: "key-of-one", models: ["a"] }] };
const provider = { provider: { type: "qwen", apiToken: "sk-test-qwen", qwenEnableCompatible: false } };
const chat: Partial<ClientRequest> = {
  ...{ method: "POST", path: "/v1/chat/completions", headers: [["content-type", "application/json"]] },
};
const withBody = (body: string, key?: string): Partial<ClientRequest> => ({
  ...{ ...chat, chunks: [Buffer.from(body)] },
  headers: [["content-type", "application/json"], ...(key ? [["x-api-key", key] as [string, string]] : [])],
});
const question = JSON.stringify({ model: "a", messages: [{ role: "user", content: "Hi" }] });
const refusals: Record<string, Refusal> = {
  "key-auth": { plugin: "key-auth", configuration: consumers, request: {}, status: 401 },
  "key-auth in OpenAI's shape": {
    ...{ plugin: "key-auth", configuration: { ...consumers, error_format: "openai" }, request: {}, status: 401 },
  },
  "key-auth, of a model": {
    ...{ plugin: "key-auth", configuration: consumers, request: withBody('{"model":"b"}', "key-of-one"), status: 403 },
  },
  "key-rate-limit": {
    ...{ plugin: "key-rate-limit", request: { headers: [["x-api-key", "a"]] }, status: 429 },
    configuration: { limit_by_header: "x-api-key", limit_keys: [{ key: "a", query_per_day: 1 }] },
  },
  "request-block": {
    ...{ plugin: "request-block", request: { path: "/x" }, status: 404 },
    configuration: { block_urls: ["x"], blocked_code: 404, blocked_message: "<h1>no</h1>" },
  },
  "request-block without a message": {
    ...{ plugin: "request-block", configuration: { block_urls: ["x"] }, request: { path: "/x" }, status: 403 },
  },
  "request-block of a body": {
    ...{ plugin: "request-block", request: withBody("a x"), status: 503 },
    configuration: { block_bodies: ["x"], blocked_code: 503, blocked_message: "no" },
  },
  "chatgpt-proxy": { plugin: "chatgpt-proxy", configuration: { apiKey: "k" }, request: {}, status: 400 },
  "chatgpt-proxy with the model's refusal": {
    ...{ plugin: "chatgpt-proxy", configuration: { apiKey: "k", promptParam: "q" }, request: { path: "/?q=x" } },
    status: 418,
  },
  "ai-proxy": { plugin: "ai-proxy", configuration: provider, request: withBody("{"), status: 400 },
  "ai-proxy in the router's chain": {
    ...{ plugin: "ai-proxy", configuration: provider, request: withBody("{"), status: 400, position: "upstream" },
  },
  "ai-proxy with a response that it cannot translate": {
    ...{ plugin: "ai-proxy", configuration: provider, request: withBody(question), status: 418 },
  },
  "a broken configuration on the route": {
    ...{ plugin: "key-auth", configuration: consumers, request: {}, status: 500, route: "{" },
  },
};

describe("replies of plugins under local_reply_config", () => {
  let envoy: EnvoyProcess;
  let upstream: RunningServer;

  before(async () => {
    upstream = await serve(() => ({
      status: 418,
      headers: [["x-of", "the-provider"]],
      chunks: [Buffer.from("teapot")],
    }));
    const listeners = Object.entries(refusals).flatMap(([name, { plugin, configuration, position, route }]) =>
      ["plain", "mapped"].map((kind) => {
        // All equal configurations share their counts.
        const own = plugin === "key-rate-limit" ? { ...(configuration as object), rule_name: kind } : configuration;
        const filter = wasmFilter({ plugin, wasm: `build/${plugin}.wasm`, configuration: JSON.stringify(own) });
        const metadata = route === undefined ? {} : { metadata: { [plugin]: { config: route } } };
        const routes = [routeFor({ name: "default", cluster: "upstream", ...metadata })];
        const listener = listenerFor({ name: `${kind}: ${name}`, routes, [position ?? "downstream"]: [filter] });
        if (kind === "mapped") managerOfListener(listener).local_reply_config = shipped;
        return listener;
      }),
    );
    envoy = await startEnvoy(bootstrapFor(listeners, [clusterFor({ name: "upstream", port: upstream.port })]));
  });
  after(async () => {
    await envoy?.stop();
    await upstream?.close();
  });

  for (const [name, { plugin, request, status }] of Object.entries(refusals)) {
    it(`leaves the response of ${name} unchanged`, async () => {
      const ask = async (kind: string) => {
        const whole = { method: "GET", path: "/", authority: "gateway.example", headers: [], chunks: [], ...request };
        const port = envoy.listenerPorts[`${kind}: ${name}`];
        if (plugin === "key-rate-limit") await send(port, whole);
        const response = await send(port, whole);
        const headers = response.headers.filter(([header]) => !/^(date|x-envoy-upstream-service-time)$/.test(header));
        return { status: response.status, headers, body: response.body.toString() };
      };
      const plain = await ask("plain");
      assert.equal(plain.status, status, plain.body);
      assert.deepEqual(await ask("mapped"), plain);
    });
  }
});

function managerOfListener(listener: Record<string, unknown>): Record<string, unknown> {
  const [chain] = listener.filter_chains as { filters: { typed_config: Record<string, unknown> }[] }[];
  return chain.filters[0].typed_config;
}

describe("Envoy's own refusals in envoy/ai-gateway.yaml", () => {
  let envoy: EnvoyProcess;
  const silent = createServer();

  before(async () => {
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    const nobody = { socket_address: { address: "127.0.0.1", port_value: 1 } };
    const bootstrap = gatewayConfig({
      ...{ port: 0, defaultService: "qwen", keys: new Map() },
      mocks: new Map([["qwen", (silent.address() as AddressInfo).port], ["openai", 1]]), // prettier-ignore
    });
    const { clusters } = bootstrap.static_resources;
    const endpoints = [{ lb_endpoints: [{ endpoint: { address: nobody }, health_status: "UNHEALTHY" }] }];
    const load_assignment = { cluster_name: "sick", endpoints };
    clusters.push({
      ...clusters[0],
      ...{ name: "sick", load_assignment, common_lb_config: { healthy_panic_threshold: {} } },
    });
    const manager = managerOf(bootstrap);
    const [host] = (manager.route_config as { virtual_hosts: { domains: string[]; routes: object[] }[] }).virtual_hosts;
    host.domains = ["gateway.example"];
    host.routes.unshift(
      { match: { prefix: "/sick" }, route: { cluster: "sick" } },
      { match: { prefix: "/slow" }, route: { cluster: "qwen", timeout: "0.1s" } },
    );
    envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
  });
  after(async () => {
    await envoy?.stop();
    silent.close();
  });

  type Own = [name: string, status: number, code: string | null, message: RegExp, request: Partial<ClientRequest>];
  const big = Buffer.alloc(17 * 1024 * 1024, 0x20);
  const own: Own[] = [
    ["no route", 404, "route_not_found", /^$/, { authority: "other.example" }],
    ["an API that is not served", 404, "direct_response", /^This gateway does not serve that\.$/, { path: "/guarded/v1/files", headers: [["x-api-key", "YOUR_KEY_FOR_CHAT_APP"]] }],
    ["a page of elsewhere", 403, "direct_response", /^Pages of this origin may not ask here\.$/, { headers: [["origin", "https://evil.example"]] }],
    ["a body that is too large", 413, "request_payload_too_large", /^Payload Too Large$/, { ...chat, chunks: [big] }],
    ["headers that are too large", 431, "http1.headers_too_large", /^Request Header Fields Too Large$/, { headers: [["x-a", "y".repeat(70_000)]] }],
    ["an unknown upgrade", 403, "upgrade_failed", /^$/, { headers: [["connection", "upgrade"], ["upgrade", "foo"]] }],
    ["a provider that refuses the connection", 503, null, /^upstream connect error/, { path: "/openai/v1/models" }],
    ["a cluster without a healthy endpoint", 503, null, /^no healthy upstream$/, { path: "/sick" }],
    ["a provider that takes too long", 504, null, /^upstream request timeout$/, { path: "/slow" }],
  ]; // prettier-ignore
  for (const [name, status, code, message, request] of own) {
    it(`has OpenAI's shape for ${name}`, async () => {
      const whole = { method: "GET", path: "/", authority: "gateway.example", headers: [], chunks: [], ...request };
      const response = await send(envoy.listenerPorts.gateway, whole);
      assert.equal(response.status, status, response.body.toString());
      assertShape(
        Object.fromEntries(response.headers)["content-type"],
        response.body.toString(),
        status,
        code,
        message,
      );
    });
  }

  const messages: Partial<ClientRequest> = { ...chat, path: "/v1/messages?beta=true" };
  const asked: Partial<ClientRequest> = { ...messages, chunks: [Buffer.from(question)] };
  const ofMessages: [name: string, status: number, type: string, request: Partial<ClientRequest>][] = [
    ["no route", 404, "not_found_error", { ...messages, authority: "other.example" }],
    ["a page of elsewhere", 403, "permission_error", { ...messages, headers: [["origin", "https://evil.example"]] }],
    ["a body that is too large", 413, "request_too_large", { ...messages, chunks: [big] }],
    ["an unknown upgrade", 403, "permission_error", { ...messages, headers: [["connection", "upgrade"], ["upgrade", "foo"]] }],
    ["a provider that refuses the connection", 503, "api_error", { ...asked, path: "/openai/v1/messages" }],
    ["a provider that refuses the connection, for its tokens", 503, "api_error", { path: "/openai/v1/messages/count_tokens" }],
    ["a cluster without a healthy endpoint", 503, "api_error", { ...asked, path: "/sick/v1/messages" }],
    ["a provider that takes too long", 504, "timeout_error", { ...asked, path: "/slow/v1/messages" }],
  ]; // prettier-ignore
  for (const [name, status, type, request] of ofMessages) {
    it(`has the shape of Anthropic's Messages for ${name}`, async () => {
      const whole = { method: "GET", path: "/", authority: "gateway.example", headers: [], chunks: [], ...request };
      const response = await send(envoy.listenerPorts.gateway, whole);
      const body = response.body.toString();
      assert.equal(response.status, status, body);
      assert.equal(Object.fromEntries(response.headers)["content-type"], "application/json");
      const { message } = (JSON.parse(body) as { error: { message: string } }).error;
      const request_id = idOf(response.headers);
      assert.deepEqual(JSON.parse(body), { type: "error", error: { type, message }, request_id });
    });
  }

  it("names the request in a plugin's refusal of a request of Messages", async () => {
    const request = { ...messages, path: "/guarded/v1/messages", authority: "gateway.example", chunks: [] };
    const response = await send(envoy.listenerPorts.gateway, { ...request, method: "POST", headers: [] });
    assert.equal(response.status, 401, response.body.toString());
    idOf(response.headers);
  });

  /** The id of a request, where Anthropic's SDKs read it. */
  function idOf(headers: [string, string][]): string {
    const ids = headers.filter(([name]) => name === "request-id").map(([, value]) => value);
    assert.match(ids.join(), /^[0-9a-f-]{36}$/);
    return ids[0];
  }

  const raw: [name: string, status: number, code: string, text: string][] = [
    ["HTTP/1.0", 426, "low_version", "GET / HTTP/1.0\r\nhost: a\r\n\r\n"],
    ["a request that is none", 400, "http1.codec_error", "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n"],
  ];
  for (const [name, status, code, text] of raw) {
    it(`has OpenAI's shape for ${name}`, async () => {
      const socket = connect(envoy.listenerPorts.gateway, "127.0.0.1");
      socket.write(text);
      let said = "";
      for await (const piece of socket) said += String(piece);
      const [head, body] = said.split("\r\n\r\n");
      assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `));
      assertShape(/content-type: (.*)/.exec(head)?.[1].trim(), body, status, code, /^(Upgrade Required|Bad Request)$/);
    });
  }
});

function assertShape(
  type: string | undefined,
  body: string,
  status: number,
  code: string | null,
  message: RegExp,
): void {
  assert.equal(type, "application/json");
  const { error } = JSON.parse(body) as { error: Record<string, unknown> };
  assert.match(String(error.message), message);
  const due = { type: status >= 500 ? "server_error" : "invalid_request_error", param: null, code };
  assert.deepEqual({ ...error, message: undefined }, { ...due, message: undefined });
}
