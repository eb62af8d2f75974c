// SPDX-License-Identifier: Apache-2.0
// Two thousand streams of a real Envoy wait for their checks at the same time.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";

const STREAMS = 2000;
/** Envoy's default limits of a cluster are 1,024 each. */
const LIMITS = { max_connections: 10_000, max_pending_requests: 10_000, max_requests: 10_000 };
const text = "w".repeat(50);
const event = (content: string): string =>
  `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const END = "data: [DONE]\n\n";

describe(`${STREAMS} streams that wait for their checks`, () => {
  let envoy: EnvoyProcess;
  const servers: Server[] = [];
  const provided: ServerResponse[] = [];
  const calls: { input: string; response: ServerResponse }[] = [];

  before(async () => {
    const provider = await listen((_incoming, outgoing) => {
      outgoing.writeHead(200, { "content-type": "text/event-stream" });
      outgoing.write(event(`${provided.push(outgoing)} ${text}`));
    });
    const checker = await listen((incoming, response) => {
      const pieces: Buffer[] = [];
      incoming.on("data", (piece: Buffer) => pieces.push(piece));
      incoming.on("end", () =>
        calls.push({ ...(JSON.parse(Buffer.concat(pieces).toString()) as { input: string }), response }),
      );
    });
    const configuration = {
      bufferLimit: 40,
      checks: [
        {
          ...{ name: "moderation", on: ["response"], on_error: "block", timeout: 60_000 },
          provider: { type: "openai", cluster: "checker", apiKey: "sk-of-the-checker" },
        },
      ],
    };
    const filter = wasmFilter({
      ...{ plugin: "ai-security-guard", wasm: "build/ai-security-guard.wasm" },
      configuration: JSON.stringify(configuration),
    });
    const clusters = [clusterFor({ name: "provider", port: provider }), clusterFor({ name: "checker", port: checker })];
    const routes = [routeFor({ name: "default", cluster: "provider" })];
    envoy = await startEnvoy(
      bootstrapFor(
        [listenerFor({ name: "gateway", routes, downstream: [filter] })],
        clusters.map((cluster) => ({ ...cluster, circuit_breakers: { thresholds: [LIMITS] } })),
      ),
    );
  });
  after(async () => {
    await envoy?.stop();
    for (const server of servers) server.closeAllConnections();
    for (const server of servers) server.close();
  });

  it("pass when they are checked, and not before", async () => {
    const streams = Array.from({ length: STREAMS }, open);
    for (const stream of streams) stream.start();
    await until(() => calls.length === STREAMS);
    assert.ok(streams.every(({ body }) => body() === ""));
    // Every fourth is refused.
    for (const { input, response } of calls) {
      const flagged = Number(input.split(" ")[0]) % 4 === 0;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ results: [{ flagged, categories: { violence: flagged }, category_scores: {} }] }));
    }
    await until(() => streams.every(({ body }) => body() !== ""));
    for (const outgoing of provided) outgoing.end(END);
    await until(() => streams.every(({ isWhole }) => isWhole()));
    const refused = streams.filter(({ body }) => !body().includes(text));
    assert.equal(refused.length, STREAMS / 4);
    assert.ok(refused.every(({ body }) => body().includes("blockedDetails")));
    assert.ok(streams.every(({ body }) => body().endsWith(END)));
    assert.equal(new Set(streams.map(({ body }) => /"(\d+) w/.exec(body())?.[1])).size, (STREAMS * 3) / 4 + 1);
  });

  async function listen(onRequest: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Promise<number> {
    const server = createServer(onRequest);
    servers.push(server);
    server.listen({ port: 0, host: "127.0.0.1", backlog: STREAMS });
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  function open() {
    let body = "";
    let whole = false;
    const start = (): void => {
      const client = request({
        ...{ host: "127.0.0.1", port: envoy.listenerPorts.gateway, method: "POST", agent: false },
        ...{ path: "/v1/chat/completions", headers: { "content-type": "application/json" } },
      });
      client.on("response", (response) => {
        response.on("data", (piece: Buffer) => (body += piece.toString()));
        response.on("end", () => (whole = response.complete));
      });
      client.end('{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}');
    };
    return { start, body: () => body, isWhole: () => whole };
  }
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 1200 && !isTrue(); attempt++) await sleep(50);
  assert.ok(isTrue());
}
