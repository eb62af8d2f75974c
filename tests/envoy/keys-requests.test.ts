// SPDX-License-Identifier: Apache-2.0
// API keys that fail over, in a real Envoy: requests without a body, chats and uploads, over HTTP/1.1 and HTTP/2.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientRequest } from "../harness/http-client.ts";
import { chatOf, configurationOf, failed, json, KEYS, KeyScript, routes } from "../harness/keys.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const file = "x".repeat(300_000);
const form = (name: string, value: string): string =>
  `--cut\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const upload = Buffer.from(`${form("model", "whisper-1")}${form("file", file)}--cut--\r\n`);

const requests: [name: string, request: ClientRequest][] = [
  ["GET", { method: "GET", path: "/v1/models", authority: "gateway.example", headers: [], chunks: [] }],
  ["DELETE", { method: "DELETE", path: "/v1/models/m", authority: "gateway.example", headers: [], chunks: [] }],
  ["a chat", chatOf()],
  [
    "an upload",
    {
      method: "POST",
      path: "/v1/audio/transcriptions",
      authority: "gateway.example",
      headers: [
        ["content-type", "multipart/form-data; boundary=cut"],
        ["content-length", String(upload.length)],
      ],
      chunks: [upload.subarray(0, 40), upload.subarray(40, 200_000), upload.subarray(200_000)],
    },
  ],
];

describe("requests whose API key fails, in Envoy", () => {
  const script = new KeyScript();
  let mock: RunningServer;
  let envoy: EnvoyProcess;

  before(async () => {
    mock = await serve((request) => script.answer(request));
    const [wasm, configuration] = ["build/ai-proxy.wasm", configurationOf({ failover: { enabled: true } })];
    const gatewayRoutes = routes.map((route) => ({
      ...routeFor(route),
      response_headers_to_remove: ["x-ai-next-key"],
    }));
    const upstream = [wasmFilter({ plugin: "ai-proxy", wasm, configuration })];
    const listeners = [listenerFor({ name: "gateway", routes: gatewayRoutes, upstream })];
    const cluster = {
      ...clusterFor({ name: "upstream", port: mock.port }),
      circuit_breakers: { thresholds: [{ max_retries: 1000 }] },
    };
    envoy = await startEnvoy(bootstrapFor(listeners, [cluster]), { concurrency: 2 });
  });
  after(async () => {
    await envoy.stop();
    await mock.close();
  });

  for (const http2 of [false, true])
    for (const [name, request] of requests)
      for (const [status, code] of [
        [429, "x"],
        [400, "invalid_api_key"],
        [403, "x"],
      ] as const)
        it(`${name}, ${http2 ? "HTTP/2" : "HTTP/1.1"}, ${status}: another key serves it`, async () => {
          // The keys wait no longer than the next request needs.
          const out = failed(status, code, [["retry-after-ms", "1"]]);
          let bad = 0;
          const seen: string[] = [];
          const served = json(200, { object: "list", data: [] });
          const bodies: number[] = [];
          const answer = (asked: Parameters<typeof script.answer>[0]): ReturnType<typeof script.answer> => {
            seen.push(asked.headers.find(([key]) => key === "authorization")?.[1] ?? "");
            bodies.push(asked.body.length);
            return bad++ ? served : out;
          };
          Object.assign(script, { answer });
          const response = await send(envoy.listenerPorts.gateway, request, { http2 });
          assert.equal(response.status, 200, response.body.toString());
          assert.deepEqual(JSON.parse(response.body.toString()), { object: "list", data: [] });
          assert.equal(new Set(seen).size, 2);
          assert.equal(new Set(bodies).size, 1);
          assert.ok(seen.every((key) => KEYS.includes(key.replace("Bearer ", ""))));
        });
});
