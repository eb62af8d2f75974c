// SPDX-License-Identifier: Apache-2.0
// A forged consumer in the trailers of a request does not pass a real Envoy.
import assert from "node:assert/strict";
import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";

it("key-auth removes a forged consumer from trailers", async (t) => {
  const seen: unknown[] = [];
  const provider = http2.createServer();
  provider.on("stream", (stream) => {
    stream.on("trailers", (trailers) => seen.push(Object.entries(trailers)));
    stream.on("end", () => {
      stream.respond({ ":status": 200 });
      stream.end();
    });
    stream.resume();
  });
  await new Promise<void>((done) => provider.listen(0, "127.0.0.1", done));
  t.after(() => provider.close());
  const { port } = provider.address() as AddressInfo;
  const configuration = { keys: ["apikey"], consumers: [{ name: "one", credential: "key-of-one" }] };
  const filter = wasmFilter({
    plugin: "key-auth",
    wasm: "build/key-auth.wasm",
    configuration: JSON.stringify(configuration),
  });
  const listener = listenerFor({
    name: "gateway",
    routes: [routeFor({ name: "default", cluster: "provider" })],
    downstream: [filter],
  });
  const envoy = await startEnvoy(bootstrapFor([listener], [clusterFor({ name: "provider", port, http2: true })]));
  t.after(() => envoy.stop());
  const trailers: [string, string][] = [
    ["x-mse-consumer", "forged"],
    ["x-t", "v"],
  ];
  const request = {
    method: "POST",
    path: "/",
    authority: "gateway.example",
    headers: [["apikey", "key-of-one"]] as [string, string][],
    chunks: [Buffer.from("hello")],
    trailers,
  };
  assert.equal((await send(envoy.listenerPorts.gateway, request, { http2: true })).status, 200);
  assert.deepEqual(seen, [[["x-t", "v"]]]);
});
