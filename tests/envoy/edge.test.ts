// SPDX-License-Identifier: Apache-2.0
// envoy/ai-gateway.yaml and untrusted clients: no client header controls Envoy, and no provider gets client addresses.
// The names are those of https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter and
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/header_sanitizing.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { gatewayConfig } from "../../tools/gateway/config.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { dialects } from "../providers/index.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { HeaderPair } from "../providers/types.ts";

const CHAT_APP: HeaderPair = ["authorization", "Bearer YOUR_KEY_FOR_CHAT_APP"];
const STEERING: HeaderPair[] = [
  ["x-envoy-upstream-rq-timeout-ms", "1"],
  ["x-envoy-upstream-rq-per-try-timeout-ms", "1"],
  ["x-envoy-upstream-rq-timeout-alt-response", "1"],
  ["x-envoy-upstream-stream-duration-ms", "1"],
  ["x-envoy-expected-rq-timeout-ms", "1"],
  ["x-envoy-retry-on", "5xx,retriable-4xx,retriable-status-codes"],
  ["x-envoy-retry-grpc-on", "unavailable"],
  ["x-envoy-retriable-status-codes", "503"],
  ["x-envoy-retriable-header-names", "content-type"],
  ["x-envoy-max-retries", "3"],
  ["x-envoy-hedge-on-per-try-timeout", "true"],
  ["x-envoy-upstream-alt-stat-name", "of-the-client"],
  ["x-envoy-original-path", "/v1/of-the-client"],
  ["x-envoy-original-host", "of-the-client.example"],
  ["x-envoy-original-url", "http://of-the-client.example/"],
  ["x-envoy-decorator-operation", "of-the-client"],
  ["x-envoy-downstream-service-cluster", "of-the-client"],
  ["x-envoy-downstream-service-node", "of-the-client"],
  ["x-envoy-force-trace", "true"],
  ["x-envoy-ip-tags", "of-the-client"],
  ["x-envoy-internal", "true"],
  ["x-envoy-attempt-count", "7"],
  ["x-envoy-external-address", "192.0.2.7"],
  ["x-forwarded-client-cert", "Subject=of-the-client"],
];
const ADDRESSES: HeaderPair[] = [
  ["x-forwarded-for", "192.0.2.7"],
  ["x-real-ip", "192.0.2.7"],
  ["forwarded", "for=192.0.2.7;proto=http"],
  ["x-forwarded-proto", "http"],
  ["origin", "http://localhost:3000"],
  ["referer", "http://localhost:3000/of-the-client"],
];

/** A zstd frame of one block as it is, of 256 bytes to 64 KB. https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
function zstdOf(body: Buffer): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x60, 0, 0, 0, 0, 0]);
  head.writeUInt16LE(body.length - 256, 5);
  head.writeUIntLE((body.length << 3) | 1, 7, 3);
  return Buffer.concat([head, body]);
}

describe("envoy/ai-gateway.yaml and untrusted clients", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;

  before(async () => {
    provider = await serve((request) =>
      request.body.includes("overloaded")
        ? { status: 503, headers: [["content-type", "application/json"]], chunks: [Buffer.from("{}")] }
        : request.authority === "api.openai.com"
          ? { status: 200, headers: [["content-type", "application/json"]], chunks: [Buffer.from("{}")] }
          : { ...dialects.dashscope.handle(request), delayMs: 20 },
    );
    const mocks = new Map(["qwen", "openai"].map((id) => [id, provider.port]));
    const keys = new Map([["qwen", "sk-test-dashscope"]]);
    const bootstrap = gatewayConfig({ port: 0, defaultService: "qwen", keys, mocks });
    const { routes } =
      bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0];
    const guarded = routes.find(({ name }) => name === "guarded")!;
    const limited = structuredClone(guarded);
    const limit = { limit_by_per_ip: "from-remote-addr", limit_keys: [{ key: "*", query_per_hour: 2 }] };
    limited.route = { ...limited.route!, ...{ regex_rewrite: undefined, prefix_rewrite: "/" } };
    limited.metadata!.filter_metadata["key-rate-limit"] = { config: JSON.stringify(limit) };
    // A host that must match in any spelling.
    const other = { name: "other", domains: ["other.example"], routes: [{ name: "other", match: { prefix: "/" } }] };
    Object.assign(other.routes[0], { direct_response: { status: 204 } });
    bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts.push(
      other,
    );
    routes.unshift(Object.assign(limited, { name: "by-address", match: { prefix: "/by-address/" } }));
    // The consumer sends more requests than its limit.
    const text = JSON.stringify(bootstrap).replace('\\"query_per_second\\": 20', '\\"query_per_second\\": 1000');
    assert.notEqual(text, JSON.stringify(bootstrap));
    envoy = await startEnvoy(JSON.parse(text) as Record<string, unknown>);
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  function chat(path: string, headers: HeaderPair[], options: SendOptions = {}, text = "Hi"): Promise<ClientResponse> {
    const question = { model: "gpt-4-turbo", stream: true, messages: [{ role: "user", content: text }] };
    const body = Buffer.from(JSON.stringify(question));
    const all: HeaderPair[] = [["content-type", "application/json"], ["content-length", `${body.length}`], ...headers];
    const request = { method: "POST", path, authority: "gateway.example", headers: all, chunks: [body] };
    return send(envoy.listenerPorts.gateway, request, options);
  }

  function encoded(encoding: string, body: Buffer): Promise<ClientResponse> {
    const headers: HeaderPair[] = [["content-type", "application/json"], ["content-encoding", encoding], CHAT_APP];
    const path = "/openai/v1/chat/completions";
    return send(envoy.listenerPorts.gateway, { method: "POST", path, authority: "a", headers, chunks: [body] });
  }

  for (const version of ["HTTP/1.1", "HTTP/2"]) {
    const options = { http2: version === "HTTP/2" };
    for (const path of ["/v1/chat/completions", "/guarded/v1/chat/completions"]) {
      it(`gives a provider no information about the client of ${path} in ${version}, or about this gateway`, async () => {
        const own: HeaderPair[] = [
          CHAT_APP,
          ["user-agent", "test"],
          ["x-mse-consumer", "forged"],
          ["x_mse_consumer", "forged"],
        ];
        const { status, body } = await chat(path, [...own, ...STEERING, ...ADDRESSES], options);
        assert.equal(status, 200, body.toString());
        assert.match(body.toString(), /data: \[DONE\]\n\n$/);
        const { path: asked, authority, headers } = provider.requests.at(-1)!;
        assert.deepEqual([asked, authority], ["/compatible-mode/v1/chat/completions", "dashscope.aliyuncs.com"]);
        const due = ["authorization", "content-length", "content-type", "user-agent", "x-request-id"];
        assert.deepEqual(headers.map(([name]) => name).sort(), due.sort());
        assert.doesNotMatch(
          JSON.stringify(headers),
          /192\.0\.2\.7|127\.0\.0\.1|of-the-client|forged|YOUR_KEY|chat-app/,
        );
      });
    }
  }

  for (const from of [undefined, "10.0.0.1", "127.0.0.1"]) {
    it(`lets no client set retries or names in statistics, with x-forwarded-for: ${from ?? "none"}`, async () => {
      const asked = provider.requests.length;
      const headers: HeaderPair[] = from ? [...STEERING, ["x-forwarded-for", from]] : STEERING;
      const { status } = await chat("/v1/chat/completions", headers, {}, "overloaded");
      assert.equal(status, 503);
      assert.equal(provider.requests.length - asked, 1);
      assert.deepEqual(await envoy.stats("of-the-client"), {});
    });
  }

  it("counts by the address of the connection, not by one from the client", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) {
      const named: HeaderPair[] = ["x-forwarded-for", "x-real-ip"].map((name) => [name, `192.0.2.${i}`]);
      statuses.push((await chat("/by-address/v1/chat/completions", [CHAT_APP, ...named])).status);
    }
    assert.deepEqual(statuses, [200, 200, 429]);
  });

  const encodings = { gzip: gzipSync, zstd: zstdOf } as const;
  for (const [encoding, encode] of Object.entries(encodings)) {
    it(`decodes a chat that is encoded with ${encoding}`, async () => {
      const body = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi".repeat(999) }] }));
      const response = await encoded(encoding, encode(body));
      assert.equal(response.status, 200, response.body.toString());
      const { headers, body: received } = provider.requests.at(-1)!;
      assert.deepEqual(JSON.parse(String(received)), JSON.parse(String(body)));
      assert.ok(!headers.some(([name]) => name === "content-encoding"));
    });
  }

  it("refuses a chat with another encoding, and one that it cannot decode", async () => {
    const count = provider.requests.length;
    const response = await encoded("br", Buffer.from("{}"));
    assert.equal(response.status, 415);
    assert.match(response.body.toString(), /content-encoding/);
    assert.notEqual((await encoded("gzip", Buffer.from("no gzip"))).status, 200);
    assert.equal(provider.requests.length, count);
  });

  it("treats a host with a dot at its end as the one without", async () => {
    const request = {
      method: "GET",
      path: "/openai/v1/models",
      authority: "gateway.example.",
      headers: [],
      chunks: [],
    };
    assert.equal((await send(envoy.listenerPorts.gateway, request)).status, 200);
    assert.equal((await send(envoy.listenerPorts.gateway, { ...request, authority: "other.example." })).status, 204);
  });

  const paths: [title: string, path: string, status: number, asked?: string][] = [
    ["dot segments before a guarded route", "/x/../guarded/v1/models", 401],
    ["escaped ones", "/x/%2e%2e/guarded/v1/models", 401],
    ["backslashes", "/x\\..\\guarded/v1/models", 401],
    ["slashes too many", "//guarded/v1/models", 401],
    ["an API that is not for consumers", "/guarded/v1/files", 404],
    ["it with slashes too many", "/guarded/v1//files", 404],
    ["it with an escaped slash", "/guarded/v1%2Ffiles", 404],
    ["it behind escaped dot segments", "/guarded/v1/models/..%2Ffiles", 404],
    ["it behind more of them", "/guarded/v1/models/x%2F..%2F..%2Ffiles", 404],
    ["it with a parameter", "/guarded/v1/models;x/../files", 404],
    ["it in capitals", "/guarded/v1/FILES", 404],
    ["it behind an escaped letter", "/%67uarded/v1/files", 404],
    ["uploads", "/guarded/v1/uploads", 404],
    ["vector stores", "/guarded/v1/vector_stores", 404],
    ["a response of someone", "/guarded/v1/responses/resp_1", 404],
    ["a conversation of someone", "/guarded/v1/conversations/conv_1", 404],
    ["the chats that are stored", "/guarded/v1/chat/completions", 404],
    ["the organization", "/guarded/v1/organization/users", 404],
    ["DashScope's own fine-tunes", "/guarded/api/v1/fine-tunes", 404],
    ["no API at all", "/guarded/", 404],
    ["the prefix alone", "/guarded", 404],
    ["the prefix in capitals", "/GUARDED/v1/models", 404],
    ["the prefix with a parameter", "/guarded;x/v1/models", 404],
    ["the prefix with an escaped slash", "/guarded%2Fv1/models", 404],
    ["models", "/guarded/v1/models", 200, "/compatible-mode/v1/models"],
    ["one model", "/guarded/v1/models/qwen-max?x=/files", 200, "/compatible-mode/v1/models/qwen-max?x=/files"],
    [
      "one with a slash, which the provider does not have",
      "/guarded/v1/models/org%2Fqwen:1",
      404,
      "/compatible-mode/v1/models/org%2Fqwen:1",
    ],
    ["a base URL that ends in a slash", "/openai/v1//models", 200, "/v1/models"],
    ["a model with a slash", "/openai/v1/models/org%2Fmodel", 200, "/v1/models/org%2Fmodel"],
    ["slashes in a query", "/openai/v1/models?after=a//b", 200, "/v1/models?after=a//b"],
  ];
  for (const [title, path, due, asked] of paths) {
    it(`sends ${due} for ${title}`, async () => {
      const before = provider.requests.length;
      const headers = due === 401 ? [] : [CHAT_APP];
      const request = { method: "GET", path, authority: "gateway.example", headers, chunks: [] };
      const { status, body } = await send(envoy.listenerPorts.gateway, request);
      assert.equal(status, due, body.toString());
      assert.deepEqual(
        provider.requests.slice(before).map(({ path }) => path),
        asked ? [asked] : [],
      );
    });
  }
});
