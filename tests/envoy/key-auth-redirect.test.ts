// SPDX-License-Identifier: Apache-2.0
// An internal redirect runs key-auth a second time, on a request whose key the first pass has removed.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const configuration = {
  keys: ["apikey"],
  hide_credentials: true,
  consumers: [
    { name: "one", credential: "key-of-one" },
    { name: "two", credential: "key-of-two" },
  ],
};
const redirect = { internal_redirect_policy: { redirect_response_codes: [307], max_internal_redirects: 1 } };

describe("key-auth after an internal redirect", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;

  before(async () => {
    // The path names the redirect; the second pass gets a response.
    provider = await serve(({ path }) => {
      const to = /^\/to(\/[a-z]+)/.exec(path)?.[1];
      if (!to) return { status: 200, headers: [["content-length", "0"]], chunks: [] };
      const location: [string, string] = ["location", `http://gateway.example${to}`];
      return { status: 307, headers: [location, ["content-length", "0"]], chunks: [] };
    });
    const allow = (name: string) => ({ "key-auth": { config: JSON.stringify({ allow: [name] }) } });
    const routes = [
      routeFor({ name: "one", match: { prefix: "/one" }, cluster: "provider", metadata: allow("one") }),
      routeFor({ name: "two", match: { prefix: "/two" }, cluster: "provider", metadata: allow("two") }),
      routeFor({ name: "all", cluster: "provider", action: redirect }),
    ];
    const filter = wasmFilter({
      plugin: "key-auth",
      wasm: "build/key-auth.wasm",
      configuration: JSON.stringify(configuration),
    });
    const listener = listenerFor({ name: "gateway", routes, downstream: [filter] });
    envoy = await startEnvoy(bootstrapFor([listener], [clusterFor({ name: "provider", port: provider.port })]));
  });
  beforeEach(() => provider.requests.splice(0));
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  function get(path: string, headers: [string, string][]): Promise<ClientResponse> {
    const request = { method: "GET", path, authority: "gateway.example", headers, chunks: [] };
    return send(envoy.listenerPorts.gateway, request);
  }
  const seen = (name: string): (string | undefined)[] =>
    provider.requests.map(({ headers }) => headers.find(([other]) => other === name)?.[1]);

  it("knows the consumer of the first pass on the second pass", async () => {
    const response = await get("/to/anywhere", [["apikey", "key-of-one"]]);
    assert.equal(response.status, 200);
    assert.deepEqual(seen("x-mse-consumer"), ["one", "one"]);
    assert.deepEqual(seen("apikey"), [undefined, undefined]);
  });

  it("knows it for a key in the query, too", async () => {
    const response = await get("/to/one?apikey=key-of-one", []);
    assert.equal(response.status, 200);
    assert.deepEqual(seen("x-mse-consumer"), ["one", "one"]);
    assert.deepEqual(
      provider.requests.map(({ path }) => path),
      ["/to/one", "/one"],
    );
  });

  it("checks again which consumers may pass", async () => {
    const response = await get("/to/two", [["apikey", "key-of-one"]]);
    assert.equal(response.status, 403);
    assert.equal(provider.requests.length, 1);
  });

  it("trusts no header of a client, and no other request", async () => {
    const forged: [string, string][] = [
      ["x-mse-consumer", "one"],
      ["ai_consumer", "one"],
      ["x-envoy-original-url", "http://gateway.example/to/one"],
    ];
    for (const path of ["/to/one", "/one", "/?x-mse-consumer=one"]) assert.equal((await get(path, forged)).status, 401);
    assert.equal(provider.requests.length, 0);
  });
});
