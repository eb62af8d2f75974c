// SPDX-License-Identifier: Apache-2.0
// chatgpt-proxy and a provider with OpenAI's older completions API.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { openAiDialect } from "../providers/openai.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply } from "../providers/types.ts";

const KEY = "sk-test-of-the-provider";
const config = { apiKey: KEY, model: "curie", promptParam: "text" };
const onRoute = (more: object) => ({ "chatgpt-proxy": { config: JSON.stringify(more) } });

describe("chatgpt-proxy", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;

  before(async () => {
    const dialect = openAiDialect({ models: /^curie$/ });
    provider = await serve((request) => replyTo(request.authority) ?? dialect.handle(request));
    const clusters = [
      clusterFor({ name: "provider", port: provider.port }),
      clusterFor({ name: "closed", port: 1 }),
      { name: "nobody", type: "STATIC", load_assignment: { cluster_name: "nobody" } },
    ];
    const uri = (host: string) => onRoute({ chatgptUri: `https://${host}/v1/completions` });
    const route = (path: string, metadata?: Record<string, object>, cluster = "provider") =>
      routeFor({ name: path.slice(1), match: { path }, cluster, metadata: metadata as never });
    const routes = [
      route("/limited", uri("limited.example")),
      route("/cut", uri("cut.example")),
      route("/silent", uri("silent.example")),
      route("/named", onRoute({ cluster: "provider" }), "nobody"),
      route("/missing", onRoute({ cluster: "missing" })),
      route("/nobody", undefined, "nobody"),
      route("/closed", undefined, "closed"),
      routeFor({ name: "default", cluster: "provider" }),
    ];
    const wasm = "build/chatgpt-proxy.wasm";
    const filter = wasmFilter({ plugin: "chatgpt-proxy", wasm, configuration: JSON.stringify(config) });
    const listener = listenerFor({ name: "gateway", routes, downstream: [filter] });
    envoy = await startEnvoy(bootstrapFor([listener], clusters));
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  function get(path: string, options: SendOptions = {}): Promise<ClientResponse> {
    const headers: [string, string][] = [["authorization", "Bearer of-the-client"]];
    const request = { method: "GET", path, authority: "gateway.example", headers, chunks: [] };
    return send(envoy.listenerPorts.gateway, request, options);
  }
  const valueOf = (headers: [string, string][], wanted: string): string | undefined =>
    headers.find(([name]) => name === wanted)?.[1];

  for (const http2 of [false, true]) {
    it(`returns a completion over HTTP/${http2 ? 2 : 1}`, async () => {
      const response = await get("/?text=Say,hello", { http2 });
      assert.equal(response.status, 200, response.body.toString());
      assert.match(valueOf(response.headers, "content-type") ?? "", /^application\/json/);
      assert.ok(valueOf(response.headers, "x-request-id"), "the provider's own headers arrive");
      const completion = JSON.parse(response.body.toString()) as { object: string; choices: { text: string }[] };
      assert.equal(completion.object, "text_completion");
      assert.notEqual(completion.choices[0].text, "");
      const { method, path, authority, headers, body } = provider.requests.at(-1)!;
      assert.deepEqual([method, path, authority], ["POST", "/v1/completions", "api.openai.com"]);
      assert.equal(valueOf(headers, "authorization"), `Bearer ${KEY}`);
      assert.equal(valueOf(headers, "content-length"), String(body.length));
      assert.equal((JSON.parse(body.toString()) as { prompt: string }).prompt, "Say,hello");
    });
  }

  it("sends any prompt as valid JSON", async () => {
    const response = await get("/?text=a%22b%5C%0A%00&text=%E4%BD%A0");
    assert.equal(response.status, 200, response.body.toString());
    const { body } = provider.requests.at(-1)!;
    assert.equal((JSON.parse(body.toString()) as { prompt: string }).prompt, 'a"b\\\n\0');
  });

  it("forwards an error", async () => {
    const response = await get("/limited?text=hi");
    assert.equal(response.status, 429);
    assert.equal(valueOf(response.headers, "retry-after"), "7");
    assert.equal(response.body.toString(), '{"error":"limited"}');
  });

  const asked: [title: string, path: string, status: number, calls: number][] = [
    ["no provider without a prompt", "/", 400, 0],
    ["the cluster that is named", "/named?text=hi", 200, 1],
    ["no provider if the cluster is unknown", "/missing?text=hi", 500, 0],
    ["no provider if the cluster has no endpoint", "/nobody?text=hi", 500, 0],
    ["no provider if the connection is refused", "/closed?text=hi", 503, 0],
    ["a provider that breaks off", "/cut?text=hi", 502, 1],
  ];
  for (const [title, path, status, calls] of asked) {
    it(`calls ${title}`, async () => {
      const before = provider.requests.length;
      assert.equal((await get(path)).status, status);
      assert.equal(provider.requests.length - before, calls);
    });
  }

  it("sends 504 for a silent provider, and works after a client has disconnected", async () => {
    const [waited] = await Promise.all([get("/silent?text=hi"), get("/silent?text=bye", { timeoutMs: 200 })]);
    assert.equal(waited.status, 504);
    assert.equal((await get("/?text=Say,hello")).status, 200);
    assert.doesNotMatch(envoy.logs().join("\n"), /sk-test|of-the-client|trap|abort/i);
  });
});

/** The provider's behavior, by the name of the model. */
function replyTo(authority: string): ProviderReply | null {
  const headers: [string, string][] = [["content-type", "application/json"]];
  switch (authority) {
    case "limited.example":
      return { status: 429, headers: [...headers, ["retry-after", "7"]], chunks: [Buffer.from('{"error":"limited"}')] };
    case "cut.example":
      return { status: 200, headers, chunks: [Buffer.from('{"half'), Buffer.from(":")], end: "cut" };
    case "silent.example":
      return { status: 200, headers, chunks: [], end: "hang" };
    default:
      return null;
  }
}
