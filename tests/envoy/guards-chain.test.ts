// SPDX-License-Identifier: Apache-2.0
// key-auth before request-block: a client without a key does not learn what is blocked.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const configurations = {
  "key-auth": {
    keys: ["apikey"],
    consumers: [
      { credential: "xxxxxx", name: "consumer1" },
      { credential: "yyyyyy", name: "consumer2" },
    ],
    _rules_: [{ _match_route_: ["default"], allow: ["consumer1"] }],
  },
  "request-block": {
    blocked_code: 404,
    block_urls: ["password", "pw"],
    block_bodies: ["password"],
    case_sensitive: false,
  },
};

describe("key-auth before request-block", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;

  before(async () => {
    provider = await serve(() => ({ status: 200, headers: [["content-length", "0"]], chunks: [] }));
    const downstream = Object.entries(configurations).map(([plugin, configuration]) =>
      wasmFilter({ plugin, wasm: `build/${plugin}.wasm`, configuration: JSON.stringify(configuration) }),
    );
    const routes = [routeFor({ name: "default", cluster: "provider" })];
    const listener = listenerFor({ name: "gateway", routes, downstream });
    envoy = await startEnvoy(bootstrapFor([listener], [clusterFor({ name: "provider", port: provider.port })]));
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  const calls: [title: string, path: string, key: string | null, body: string, status: number][] = [
    ["no key", "/?text=Say,hello", null, "", 401],
    ["no key and a blocked word", "/?text=Mypassword=xxxxxx", null, "", 401],
    ["a consumer that may not", "/?text=Mypassword=xxxxxx", "yyyyyy", "", 403],
    ["a blocked word", "/?text=Mypassword=xxxxxx", "xxxxxx", "", 404],
    ["another blocked word", "/?text=pw=xxxxxx", "xxxxxx", "", 404],
    ["a blocked word in the body", "/", "xxxxxx", "my PassWord", 404],
    ["a blocked word in the body without a key", "/", null, "my PassWord", 401],
    ["nothing of that", "/?text=Say,hello", "xxxxxx", "hello", 200],
  ];
  for (const [title, path, key, body, status] of calls) {
    it(`sends ${status} for ${title}`, async () => {
      const asked = provider.requests.length;
      const headers: [string, string][] = [["content-length", String(body.length)]];
      if (key) headers.push(["apikey", key]);
      const chunks = body ? [Buffer.from(body.slice(0, 5)), Buffer.from(body.slice(5))] : [];
      const request = { method: "POST", path, authority: "gateway.example", headers, chunks };
      assert.equal((await send(envoy.listenerPorts.gateway, request)).status, status);
      assert.equal(provider.requests.length - asked, status === 200 ? 1 : 0);
    });
  }
});
