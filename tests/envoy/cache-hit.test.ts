// SPDX-License-Identifier: Apache-2.0
// A hit of Envoy's cache filter after ai-proxy is not the provider's response: it passes unchanged, and without ai-proxy's headers.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { type RunningServer, serve } from "../providers/server.ts";

const MODELS = '{"object":"list","data":[{"id":"m","object":"model"}]}';

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/cache_filter */
const cache: EnvoyConfig = {
  name: "envoy.filters.http.cache",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.cache.v3.CacheConfig",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.http.cache.simple_http_cache.v3.SimpleHttpCacheConfig",
    },
  },
};

describe("a cache hit after ai-proxy", () => {
  let upstream: RunningServer;
  let envoy: EnvoyProcess;

  before(async () => {
    upstream = await serve(() => ({
      status: 200,
      headers: [
        ["content-type", "application/json"],
        ["cache-control", "max-age=3600"],
        ["date", new Date().toUTCString()],
      ],
      chunks: [Buffer.from(MODELS)],
    }));
    // Without an API key: Envoy stores no response to a request with `authorization`.
    const provider = { type: "openai", openaiCustomUrl: "http://models.example/v1" };
    const configuration = JSON.stringify({ provider });
    const plugin = wasmFilter({ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm", configuration });
    const listener = listenerFor({
      name: "gateway",
      routes: [routeFor({ name: "r", cluster: "upstream" })],
      downstream: [plugin, cache],
    });
    envoy = await startEnvoy(bootstrapFor([listener], [clusterFor({ name: "upstream", port: upstream.port })]));
  });
  after(async () => {
    await envoy?.stop();
    await upstream?.close();
  });

  const ask = (): Promise<ClientResponse> =>
    send(envoy.listenerPorts.gateway, {
      method: "GET",
      path: "/v1/models",
      authority: "gateway",
      headers: [],
      chunks: [],
    });
  const ours = ({ headers }: ClientResponse): string[] =>
    headers.map(([name]) => name).filter((name) => name.startsWith("x-ai-"));

  it("passes unchanged, without the headers that say who served", async () => {
    const served = await ask();
    assert.deepEqual([served.status, served.body.toString(), ours(served)], [200, MODELS, ["x-ai-provider"]]);
    // The response is stored when it has ended.
    let hit = await ask();
    for (let attempt = 0; attempt < 100 && upstream.requests.length > attempt + 1; attempt++) hit = await ask();
    const asked = upstream.requests.length;
    assert.deepEqual([hit.status, hit.body.toString(), ours(hit)], [200, MODELS, []]);
    assert.ok(
      hit.headers.some(([name]) => name === "age"),
      JSON.stringify(hit.headers),
    );
    await ask();
    assert.equal(upstream.requests.length, asked);
  });
});
