// SPDX-License-Identifier: Apache-2.0
// A hook replaces a held body by one above the buffer limit: Envoy replies and ends the stream within that callback. Nothing of the
// stream may be used again before the hook returns, and a reply that it sends would crash Envoy.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { compileStreamEnd, STREAM_END_WASM } from "../host/stream-end/compile.ts";
import { serve, type RunningServer } from "../providers/server.ts";

describe("a stream that ends within a callback", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;
  before(async () => {
    await compileStreamEnd();
    provider = await serve(() => ({ status: 200, headers: [], chunks: [Buffer.from("response")] }));
    const filter = wasmFilter({ plugin: "stream-end", wasm: STREAM_END_WASM, configuration: "{}" });
    const routes = [routeFor({ name: "default", cluster: "upstream" })];
    const listener = listenerFor({ name: "gateway", bufferLimitBytes: 65_536, routes, downstream: [filter] });
    const clusters = ["upstream", "side"].map((name) => clusterFor({ name, port: provider.port }));
    envoy = await startEnvoy(bootstrapFor([listener], clusters));
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
  });

  const ask = (path: string): Promise<ClientResponse> =>
    send(envoy.listenerPorts.gateway, {
      ...{ method: "POST", path, authority: "gateway.example", headers: [] },
      chunks: [Buffer.from("request")],
    });

  for (const [path, status] of [
    ["/request", 413],
    ["/response", 500],
    ["/response/callout", 500],
  ] as const)
    it(`of ${path} leaves the next ones alone`, async () => {
      const from = envoy.logs().length;
      assert.equal((await ask(path)).status, status);
      const marker = "stream-end: ";
      const lines = envoy
        .logs()
        .slice(from)
        .filter((line) => line.includes(marker));
      const texts = lines.map((line) => line.slice(line.indexOf(marker) + marker.length));
      assert.deepEqual(texts, ["grow", "log", "done", `grown ${path}`, "free"]);
      const { requests } = provider;
      const before = requests.length;
      for (let count = 0; count < 4; count++) assert.equal((await ask("/plain")).status, 200);
      for (const { headers } of requests.slice(before)) {
        assert.ok(headers.some(([name]) => name === "x-filtered"));
      }
    });
});
