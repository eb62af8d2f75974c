// SPDX-License-Identifier: Apache-2.0
// Every way in which a stream ends in a real Envoy releases its slot: otherwise one stream of a key would be the last one.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply } from "../providers/types.ts";

const part = [Buffer.from("part")];
const replies: Record<string, ProviderReply> = {
  "/response": { status: 200, headers: [], chunks: part },
  "/trailers": { status: 200, headers: [], chunks: part, trailers: [["x-t", "v"]] },
  "/cut": { status: 200, headers: [["content-length", "10"]], chunks: part, end: "cut" },
  "/refuse": { status: 200, headers: [], chunks: [], end: "refuse" },
  "/hang": { status: 200, headers: [], chunks: part, end: "hang" },
  "/redirect": { status: 307, headers: [["location", "http://gateway.example/response"]], chunks: [] },
  "/redirect?x=y": { status: 307, headers: [["location", "http://gateway.example/response?x=y"]], chunks: [] },
};
const redirects = { internal_redirect_policy: { redirect_response_codes: [307], max_internal_redirects: 1 } };
const leaveWhen = (body: Buffer): boolean => body.length > 0;

describe("a stream of key-rate-limit in a real Envoy", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;

  before(async () => {
    provider = await serve(async ({ path }) => {
      if (path === "/silent") await sleep(300);
      return replies[path] ?? replies["/response"]!;
    });
    const filter = (plugin: string, configuration: object) =>
      wasmFilter({ plugin, wasm: `build/${plugin}.wasm`, configuration: JSON.stringify(configuration) });
    const limits = [
      { key: "regexp:^one-", concurrent: 1 },
      { key: "regexp:^rate-", query_per_day: 3 },
      { key: "regexp:^both-", query_per_day: 3, concurrent: 1 },
    ];
    const routes = [
      routeFor({ name: "redirect", match: { path: "/redirect" }, cluster: "provider", action: redirects }),
      routeFor({
        name: "late",
        match: { path: "/silent" },
        cluster: "provider",
        action: { timeout: "0.1s" },
      }),
      routeFor({ name: "nobody", match: { path: "/nobody" }, cluster: "nobody" }),
      routeFor({ name: "default", cluster: "provider" }),
    ];
    const listener = listenerFor({
      name: "gateway",
      routes,
      downstream: [
        filter("key-rate-limit", { limit_by_header: "x-key", limit_keys: limits }),
        filter("key-rate-limit", { limit_by_param: "x", limit_keys: [{ key: "*", query_per_day: 2 }] }),
        filter("request-block", { block_urls: ["/blocked"], block_bodies: ["blocked"] }),
      ],
    });
    const nobody = await serve(() => replies["/response"]!);
    const clusters = [
      clusterFor({ name: "provider", port: provider.port }),
      clusterFor({ name: "nobody", port: nobody.port }),
    ];
    envoy = await startEnvoy(bootstrapFor([listener], clusters), { concurrency: 2 });
    // Not earlier: Envoy might get the same port.
    await nobody.close();
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  function ask(key: string, path: string, body = "", options?: SendOptions): Promise<ClientResponse> {
    const headers: [string, string][] = [["x-key", key]];
    const chunks = body ? [Buffer.from(body)] : [];
    const method = body ? "POST" : "GET";
    return send(envoy.listenerPorts.gateway, { method, path, authority: "gateway.example", headers, chunks }, options);
  }

  const endings: [name: string, path: string, status: number, body?: string, options?: SendOptions][] = [
    ["a response", "/response", 200],
    ["a response over HTTP/2", "/response", 200, "", { http2: true }],
    ["a response with trailers", "/trailers", 200],
    ["a response that is cut", "/cut", 200],
    ["a provider that hangs up", "/refuse", 503],
    ["a provider that is not there", "/nobody", 503],
    ["a route's time running out", "/silent", 504],
    ["a refusal by a later filter", "/blocked", 403],
    ["a refusal of the body by a later filter", "/response", 403, "blocked"],
    ["a client that leaves", "/hang", 200, "", { leaveWhen }],
    ["a client that leaves over HTTP/2", "/hang", 200, "", { leaveWhen, http2: true }],
    ["an internal redirect", "/redirect", 200],
  ];
  for (const [name, path, status, body, options] of endings) {
    it(`is released by ${name}`, async () => {
      const key = `one-${name}`;
      for (let round = 0; round < 3; round++) {
        let response = await ask(key, path, body, options);
        // Envoy ends a stream a moment after the client has its response.
        for (let attempt = 0; response.status === 429 && round > 0 && attempt < 200; attempt++) {
          await sleep(10);
          response = await ask(key, path, body, options);
        }
        assert.equal(response.status, status, `round ${round}`);
      }
    });
  }

  for (const key of ["rate-", "both-"]) {
    it(`is counted once, also after an internal redirect (${key})`, async () => {
      for (let round = 0; round < 3; round++) {
        const asked = provider.requests.length;
        assert.equal((await ask(key, "/redirect")).status, 200, `round ${round}`);
        assert.equal(provider.requests.length - asked, 2, "it was redirected");
      }
      assert.equal((await ask(key, "/redirect")).status, 429);
      assert.equal((await ask(key, "/response")).status, 429);
    });
  }

  it("is counted once by each of two filters", async () => {
    for (let round = 0; round < 2; round++) assert.equal((await ask("rate-two", "/redirect?x=y")).status, 200);
    assert.equal((await ask("rate-two", "/redirect?x=y")).status, 429);
  });
});
