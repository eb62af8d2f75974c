// SPDX-License-Identifier: Apache-2.0
// Without `allow_on_headers_stop_iteration` Envoy calls no plugin for the body of a request whose headers it holds. Such a
// request gets an error that names the option; a request of a slow client continues to wait.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { isBefore137, needs137 } from "../harness/oldest.ts";
import { serve, type RunningServer } from "../providers/server.ts";

interface Held {
  plugin: string;
  position: "downstream" | "upstream";
  configuration: object;
}

const provider = { type: "openai", apiToken: "sk-test-openai" };
const models = [{ name: "c", credential: "client-key", models: ["m"] }];
const keyAuth = { consumers: models, keys: ["x-key"], in_header: true, global_auth: true };
const held: Record<string, Held> = {
  "ai-proxy": { plugin: "ai-proxy", position: "downstream", configuration: { provider } },
  "ai-proxy-upstream": { plugin: "ai-proxy", position: "upstream", configuration: { provider } },
  "key-auth": { plugin: "key-auth", position: "downstream", configuration: keyAuth },
  "request-block": { plugin: "request-block", position: "downstream", configuration: { block_bodies: ["forbidden"] } },
};

const cases = Object.entries(held).flatMap(([name, filter]) =>
  [true, false].flatMap((holdsHeaders) =>
    [true, false].map((http2) => ({
      ...filter,
      listener: `${name}, ${holdsHeaders ? "with" : "without"} the option, over HTTP/${http2 ? 2 : 1}`,
      holdsHeaders,
      passesBody: holdsHeaders || isBefore137(),
      http2,
    })),
  ),
);
const onlyNewer = needs137("an earlier Envoy passes bodies without the option");
const option = "allow_on_headers_stop_iteration";

describe("headers that are held for a body", () => {
  let envoy: EnvoyProcess;
  let upstream: RunningServer;

  before(async () => {
    upstream = await serve(({ path }) =>
      path.startsWith("/v1/models")
        ? { status: 404, headers: [["content-type", "text/plain"]], chunks: [Buffer.from("no"), Buffer.from("thing")] }
        : { status: 200, headers: [["content-type", "application/json"]], chunks: [Buffer.from("{}")] },
    );
    // A listener for each test: the proof of one request applies to its whole configuration.
    const listeners = cases.map(({ listener, holdsHeaders, plugin, position, configuration }) =>
      listenerFor({
        name: listener,
        routes: [routeFor({ name: "default", cluster: "upstream" })],
        accessLog: { path: "%TMP%/access.log", fields: { listener, details: "%RESPONSE_CODE_DETAILS%" } },
        [position]: [
          wasmFilter({
            ...{ plugin, wasm: `build/${plugin}.wasm`, configuration: JSON.stringify(configuration) },
            holdsHeaders,
          }),
        ],
      }),
    );
    envoy = await startEnvoy(bootstrapFor(listeners, [clusterFor({ name: "upstream", port: upstream.port })]));
  });
  after(async () => {
    await envoy?.stop();
    await upstream?.close();
  });

  const body = (size: number): Buffer =>
    Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: "x".repeat(size) }] }));

  function ask(listener: string, chunks: Buffer[], options: SendOptions = {}): Promise<ClientResponse> {
    const headers: [string, string][] = [
      ["content-type", "application/json"],
      ["x-key", "client-key"],
    ];
    const request = { method: chunks.length ? "POST" : "GET", path: "/v1/chat/completions", authority: "g", headers };
    if (!chunks.length) request.path = "/v1/models/m";
    return send(envoy.listenerPorts[listener], { ...request, chunks }, options);
  }

  const isRefused = ({ status, body: text }: ClientResponse, plugin: string): void => {
    assert.equal(status, 500, text.toString());
    const sentence = `${option}: true must be set in the configuration of the Wasm filter ${plugin}`;
    assert.ok(text.toString().includes(sentence), text.toString());
  };

  describe("by", { concurrency: true }, () => {
    for (const { listener, plugin, passesBody, http2 } of cases)
      if (passesBody)
        it(`${listener} continue, although the client is slow`, async () => {
          const chat = body(10);
          const chunks = [chat.subarray(0, 20), chat.subarray(20, 30), chat.subarray(30)];
          const beforeChunk = (): Promise<unknown> => sleep(3_000);
          assert.equal((await ask(listener, chunks, { http2, beforeChunk })).status, 200);
          assert.equal((await ask(listener, [body(800_000)], { http2 })).status, 200);
        });
      else
        it(`${listener} get an error, once a part of the body has arrived`, async () => {
          let isSent = false;
          const late = async (): Promise<void> => {
            await sleep(3_000);
            isSent = true;
          };
          isRefused(await ask(listener, [body(10)], { http2, beforeChunk: late }), plugin);
          assert.ok(isSent, "it waits for a client that is slow to begin");
          const pieces = Array.from({ length: 10 }, () => Buffer.alloc(5_000, "x"));
          const all = [
            ask(listener, [body(10)], { http2 }),
            ask(listener, [body(800_000)], { http2 }),
            ask(listener, pieces, { http2, beforeChunk: () => sleep(50) }),
          ];
          for (const response of await Promise.all(all)) isRefused(response, plugin);
        });
  });

  for (const { listener, plugin, passesBody, http2 } of cases)
    if (plugin === "ai-proxy")
      it(`of a response (${listener})`, async () => {
        const response = await ask(listener, [], { http2 });
        if (passesBody) assert.equal(response.status, 404);
        else isRefused(response, plugin);
      });

  it("get an error, even hundreds of them", onlyNewer, async () => {
    const { listener, plugin } = cases.find(({ holdsHeaders }) => !holdsHeaders)!;
    const responses = await Promise.all(Array.from({ length: 300 }, () => ask(listener, [body(10)])));
    for (const response of responses) isRefused(response, plugin);
  });

  it("are logged once for each configuration, and are in the access log", onlyNewer, async () => {
    const without = cases.filter(({ holdsHeaders }) => !holdsHeaders);
    const logged = envoy.logs().filter((line) => line.includes("without it every body is held"));
    // Listeners with equal filters share a root context.
    const configurations = new Set(without.map(({ plugin }) => plugin));
    assert.equal(logged.length, configurations.size, logged.join("\n"));
    for (const { listener, plugin } of without) {
      const details = await eventually(() => accessLog(envoy).find((line) => line.listener === listener)?.details);
      assert.equal(details, `${plugin}.missing_${option}`);
    }
  });
});

function accessLog({ folder }: EnvoyProcess): Record<string, string>[] {
  const lines = readFileSync(join(folder, "access.log"), "utf8").split("\n");
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Record<string, string>);
}

/** Envoy writes its access log every ten seconds. */
async function eventually<T>(look: () => T | undefined): Promise<T | undefined> {
  for (let attempt = 0; attempt < 150 && look() === undefined; attempt++) await sleep(100);
  return look();
}
