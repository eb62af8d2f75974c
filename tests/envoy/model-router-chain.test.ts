// SPDX-License-Identifier: Apache-2.0
// Behind model-router and a native filter, every plugin of the chain has the configuration of the route that the model
// has chosen, in the first pass of a request and in the next ones.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { cors } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { HeaderPair } from "../providers/types.ts";

const filter = (plugin: string, configuration: object, name = plugin): EnvoyConfig => ({
  ...wasmFilter({ plugin, wasm: `build/${plugin}.wasm`, configuration: JSON.stringify(configuration) }),
  name,
});
const aiProxy = filter("ai-proxy", {
  activeProviderId: "one",
  providers: ["one", "two"].map((id) => ({ id, type: "openai", apiTokens: [`sk-test-${id}`] })),
});
const list = {
  models: ["one", "two", "v/two"].map((id) => ({ id })),
  _rules_: [{ _match_route_: ["others"], modelNotFound: true }],
};
const guards = [
  cors,
  filter("key-auth", {
    keys: ["apikey"],
    consumers: [
      { name: "free", credential: "key-free" },
      { name: "bound", credential: "key-bound", models: ["one", "v/*"] },
    ],
  }),
  filter("model-router", list, "model-list"),
  filter("key-rate-limit", {
    _rules_: [{ _match_route_: ["elsewhere"], limit_by_header: "x", limit_keys: [{ key: "*", query_per_day: 1 }] }],
  }),
  filter("request-block", { block_urls: ["never"] }),
  filter("model-mapper", { _rules_: [{ _match_route_: ["elsewhere"], modelMapping: { "*": "x" } }] }),
];
const chain = [filter("model-router", { addProviderHeader: "x-higress-llm-provider" }), ...guards];

const redirect = { internal_redirect_policy: { redirect_response_codes: [307], max_internal_redirects: 1 } };
const byModel = (model: string, more: object = {}): EnvoyConfig => ({
  prefix: "/",
  ...more,
  headers: [{ name: "x-higress-llm-model", string_match: { exact: model } }],
});
const on = (configurations: Record<string, object>): Record<string, EnvoyConfig> =>
  Object.fromEntries(
    Object.entries(configurations).map(([name, config]) => [name, { config: JSON.stringify(config) }]),
  );
const routes = [
  routeFor({
    name: "again",
    match: byModel("v/two", { prefix: "/again" }),
    cluster: "provider",
    metadata: on({ "model-mapper": { modelMapping: { two: "two-again" } } }),
  }),
  routeFor({ name: "unmapped", match: byModel("v/two", { prefix: "/unmapped" }), cluster: "provider" }),
  routeFor({
    name: "two",
    match: byModel("two"),
    cluster: "provider",
    metadata: on({
      "key-auth": { allow: ["free"] },
      "key-rate-limit": { limit_by_header: "x-limited", limit_keys: [{ key: "*", query_per_day: 1 }] },
      "request-block": { block_bodies: ["forbidden"] },
      "model-mapper": { modelMapping: { "*": "two-mapped" } },
      "ai-proxy": { activeProviderId: "two" },
    }),
  }),
  routeFor({
    name: "redirecting",
    match: byModel("v/two"),
    cluster: "provider",
    metadata: on({ "model-mapper": { modelMapping: { two: "two-mapped" } } }),
    action: redirect,
  }),
  routeFor({
    name: "mapping",
    match: byModel("mapped"),
    cluster: "provider",
    metadata: on({ "model-mapper": { modelMapping: { mapped: "one", "*": "two" } } }),
    action: redirect,
  }),
  routeFor({ name: "one", match: byModel("one"), cluster: "provider", action: redirect }),
  routeFor({
    name: "inserting",
    match: { prefix: "/to/inserting" },
    cluster: "provider",
    metadata: on({ "model-mapper": { modelMapping: { "*": "two" } } }),
    action: redirect,
  }),
  routeFor({ name: "others", cluster: "provider" }),
];

describe("plugins behind model-router", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;

  before(async () => {
    provider = await serve(({ path }) => {
      const location = /^\/to(\/[a-z]+)/.exec(path)?.[1];
      if (location) {
        const headers: HeaderPair[] = [
          ["location", `http://gateway.example${location}/v1/completions`],
          ["content-length", "0"],
        ];
        return { status: 307, headers, chunks: [] };
      }
      const chat = {
        object: "chat.completion",
        choices: [],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      };
      return {
        status: 200,
        headers: [["content-type", "application/json"]],
        chunks: [Buffer.from(JSON.stringify(chat))],
      };
    });
    const listeners = [
      listenerFor({ name: "upstream", routes, downstream: chain, upstream: [aiProxy] }),
      listenerFor({ name: "downstream", routes, downstream: [...chain, aiProxy] }),
      listenerFor({ name: "plain", routes, downstream: chain }),
      listenerFor({ name: "unrouted", routes, downstream: guards }),
    ];
    envoy = await startEnvoy(bootstrapFor(listeners, [clusterFor({ name: "provider", port: provider.port })]));
  });
  beforeEach(() => provider.requests.splice(0));
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  function ask(
    listener: string,
    model: string,
    more: { key?: string; headers?: HeaderPair[]; path?: string; text?: string } = {},
  ): Promise<ClientResponse> {
    const body = Buffer.from(JSON.stringify({ messages: [{ role: "user", content: more.text ?? "hi" }], model }));
    const headers: HeaderPair[] = [
      ["apikey", more.key ?? "key-free"],
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
      ...(more.headers ?? []),
    ];
    const path = more.path ?? "/v1/chat/completions";
    return send(envoy.listenerPorts[listener], {
      method: "POST",
      path,
      authority: "gateway.example",
      headers,
      chunks: [body],
    });
  }
  function get(path: string, key: string): Promise<ClientResponse> {
    const headers: HeaderPair[] = [["apikey", key]];
    return send(envoy.listenerPorts.plain, { method: "GET", path, authority: "gateway.example", headers, chunks: [] });
  }
  const modelOf = (at: number): unknown =>
    (JSON.parse(provider.requests[at].body.toString()) as { model: unknown }).model;
  const seen = (at: number, wanted: string): string | undefined =>
    provider.requests[at].headers.find(([name]) => name === wanted)?.[1];

  for (const listener of ["upstream", "downstream"])
    it(`ai-proxy, in the ${listener} chain, has the provider of the route`, async () => {
      assert.equal((await ask(listener, "one")).status, 200);
      assert.equal((await ask(listener, "two")).status, 200);
      assert.deepEqual(
        [seen(0, "authorization"), seen(1, "authorization")],
        ["Bearer sk-test-one", "Bearer sk-test-two"],
      );
      assert.deepEqual([modelOf(0), modelOf(1)], ["one", "two-mapped"]);
    });

  it("key-auth has the consumers of the route", async () => {
    assert.equal((await ask("plain", "one", { key: "key-bound" })).status, 200);
    assert.equal((await ask("plain", "two", { key: "key-bound" })).status, 403);
    const forged: HeaderPair[] = [["x-higress-llm-model", "one"]];
    assert.equal((await ask("plain", "two", { key: "key-bound", headers: forged })).status, 403);
    assert.equal(provider.requests.length, 1);
  });

  it("key-rate-limit has the limits of the route", async () => {
    const headers: HeaderPair[] = [["x-limited", "somebody"]];
    const statuses: number[] = [];
    for (const model of ["two", "two", "one", "one"]) statuses.push((await ask("plain", model, { headers })).status);
    assert.deepEqual(statuses, [200, 429, 200, 200]);
  });

  it("request-block has the words of the route", async () => {
    assert.equal((await ask("plain", "one", { text: "forbidden" })).status, 200);
    assert.equal((await ask("plain", "two", { text: "forbidden" })).status, 403);
  });

  it("none of them has, without model-router: the header decides alone", async () => {
    assert.equal((await ask("unrouted", "two")).status, 400);
    assert.equal(provider.requests.length, 0);
  });

  it("a model without a route is not found, and needs a key before that", async () => {
    const response = await ask("plain", "nope");
    assert.equal(response.status, 404);
    assert.equal((JSON.parse(response.body.toString()) as { error: { code: string } }).error.code, "model_not_found");
    const blank = await ask("plain", "two ");
    assert.equal(blank.status, 404);
    assert.match(blank.body.toString(), /The model `two ` does not exist/);
    assert.equal((await ask("plain", "nope", { key: "key-of-nobody" })).status, 401);
    assert.equal(provider.requests.length, 0);
  });

  it("the list of models is that of the consumer", async () => {
    const ids = async (key: string): Promise<string[]> => {
      const { body } = await get("/v1/models", key);
      return (JSON.parse(body.toString()) as { data: { id: string }[] }).data.map(({ id }) => id);
    };
    assert.deepEqual(await ids("key-free"), ["one", "two", "v/two"]);
    assert.deepEqual(await ids("key-bound"), ["one", "v/two"]);
    assert.equal((await get("/v1/models/two", "key-free")).status, 200);
    assert.equal((await get("/v1/models/two", "key-bound")).status, 404);
    assert.equal((await get("/v1/models/v%2Ftwo", "key-bound")).status, 200);
    assert.equal((await get("/v1/models", "key-of-nobody")).status, 401);
  });

  it("an internal redirect keeps the model, and maps the client's again", async () => {
    assert.equal((await ask("plain", "v/two", { path: "/to/again/v1/completions" })).status, 200);
    assert.equal(provider.requests.length, 2);
    assert.deepEqual([modelOf(0), modelOf(1)], ["two-mapped", "two-again"]);
    for (const at of [0, 1]) {
      assert.equal(seen(at, "x-higress-llm-model"), "v/two");
      assert.equal(seen(at, "x-higress-llm-provider"), "v");
      assert.equal(seen(at, "content-length"), String(provider.requests[at].body.length));
    }
  });

  it("an internal redirect routes by the client's model where model-mapper alone has changed it", async () => {
    assert.equal((await ask("plain", "mapped", { path: "/to/x/v1/completions" })).status, 200);
    assert.deepEqual([modelOf(0), modelOf(1)], ["one", "one"]);
    for (const at of [0, 1]) assert.equal(seen(at, "x-higress-llm-model"), "mapped");
  });

  it("an internal redirect routes by the body that nobody has changed", async () => {
    assert.equal((await ask("plain", "one", { path: "/to/x/v1/completions" })).status, 200);
    for (const at of [0, 1]) {
      assert.equal(modelOf(at), "one");
      assert.equal(seen(at, "x-higress-llm-model"), "one");
    }
  });

  it("an internal redirect leaves a request without a model, into which model-mapper has put one, without a route", async () => {
    const body = Buffer.from('{"messages":[]}');
    const headers: HeaderPair[] = [
      ["apikey", "key-free"],
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
    ];
    const path = "/to/inserting/v1/completions";
    const listener = envoy.listenerPorts.plain;
    const request = { method: "POST", path, authority: "gateway.example", headers, chunks: [body] };
    const response = await send(listener, request);
    assert.equal(modelOf(0), "two");
    assert.equal(seen(0, "x-higress-llm-model"), undefined);
    assert.equal(response.status, 400);
    assert.match(response.body.toString(), /must name a model/);
    assert.equal(provider.requests.length, 1);
  });

  it("a client that pretends to be a later pass chooses no route", async () => {
    const headers: HeaderPair[] = [
      ["x-envoy-original-url", "http://gateway.example/"],
      ["x-higress-fallback-from", "one"],
      ["x-higress-llm-model", "one"],
      ["x-forwarded-for", "10.0.0.1"],
    ];
    assert.equal((await ask("plain", "two", { key: "key-bound", headers })).status, 403);
    assert.equal((await ask("plain", "nope", { headers })).status, 404);
    assert.equal(provider.requests.length, 0);
  });

  it("an internal redirect to a route without a mapping puts the client's model back", async () => {
    assert.equal((await ask("plain", "v/two", { path: "/to/unmapped/v1/completions" })).status, 200);
    assert.deepEqual([modelOf(0), modelOf(1)], ["two-mapped", "two"]);
  });
});
