// SPDX-License-Identifier: Apache-2.0
// Streams and WebSockets that are open while the plugin's configuration changes, on routes and as a whole.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket, WebSocketServer } from "ws";
import { bootstrapFor, clusterFor, listenerFor, routeFor, routesFor, wasmFilter } from "../harness/bootstrap.ts";
import type { EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { ssePayloads } from "../harness/expectation.ts";

const STREAMS = 200;
const SOCKETS = 10;
const FILTER = "ai-proxy";
const DISCOVERY = "type.googleapis.com/envoy.service.discovery.v3.DiscoveryResponse";

/** One stream of a client: the data so far, and its end. */
interface OpenStream {
  started: Promise<unknown>;
  ended: Promise<{ body: Buffer; complete: boolean }>;
}

for (const position of ["downstream", "upstream"])
  describe(`connections that outlive a configuration, ${position}`, () => {
    let envoy: EnvoyProcess;
    let server: Server;
    const folder = mkdtempSync(join(tmpdir(), "long-lived-"));
    const files = { routes: join(folder, "routes.json"), filter: join(folder, "filter.json") };
    /** Streams that the provider has begun and not yet ended. */
    const held: ServerResponse[] = [];
    /** The models in the provider's requests. */
    const models: string[] = [];
    const upgrades: IncomingMessage[] = [];

    before(async () => {
      server = createServer((incoming, outgoing) => void respond(incoming, outgoing));
      new WebSocketServer({ server }).on("connection", (socket, incoming) => {
        upgrades.push(incoming);
        socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
      });
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      const { port } = server.address() as AddressInfo;
      writeRoutes("route-before");
      writeFilter("filter-before");
      const filter = {
        name: FILTER,
        config_discovery: {
          config_source: { path_config_source: { path: files.filter } },
          type_urls: ["type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm"],
        },
      };
      const listener = listenerFor({
        name: "gateway",
        routes: [],
        routesFile: files.routes,
        [position]: [filter],
        upgrades: ["websocket"],
      });
      envoy = await startEnvoy({
        ...bootstrapFor([listener], [clusterFor({ name: "provider", port })]),
        node: { id: "gateway", cluster: "gateway" },
      });
    });
    after(async () => {
      await envoy?.stop();
      server?.closeAllConnections();
      server?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it(`keeps ${STREAMS} streams and ${SOCKETS} WebSockets complete`, async () => {
      const streams = Array.from({ length: STREAMS }, (_, i) => open(i % 2 ? "/route" : "/filter"));
      const sockets = Array.from({ length: SOCKETS }, () => {
        return new WebSocket(`ws://127.0.0.1:${envoy.listenerPorts.gateway}/openai/v1/realtime`);
      });
      await Promise.all([...streams.map(({ started }) => started), ...sockets.map((socket) => once(socket, "open"))]);
      assert.equal(held.length, STREAMS);
      assert.deepEqual([...new Set(models)].sort(), ["filter-before", "route-before"]);

      writeRoutes("route-after");
      writeFilter("filter-after");
      await untilServed("/route", "route-after");
      await untilServed("/filter", "filter-after");

      for (const response of held.splice(0)) response.end(event("second", "stop"));
      for (const { ended } of streams) {
        const { body, complete } = await ended;
        assert.ok(complete, `a stream was cut: ${body}`);
        const payloads = ssePayloads(body);
        assert.equal(payloads.at(-1), "[DONE]");
        const chunks = payloads.slice(0, -1) as { choices: { delta: { content?: string } }[] }[];
        assert.equal(chunks.map(({ choices }) => choices[0].delta.content ?? "").join(""), "first second");
      }
      for (const socket of sockets) {
        socket.send("still here");
        const [data] = (await once(socket, "message")) as [Buffer];
        assert.equal(data.toString(), "still here");
        assert.equal(upgrades.pop()!.headers.authorization, "Bearer sk-test-openai");
        socket.terminate();
      }
    });

    /** Begins every chat with one event, and leaves the rest to the test; other models get a whole response. */
    async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
      const pieces: Buffer[] = [];
      for await (const piece of incoming) pieces.push(piece as Buffer);
      const { model } = JSON.parse(Buffer.concat(pieces).toString()) as { model: string };
      models.push(model);
      outgoing.writeHead(200, { "content-type": "text/event-stream" });
      if (incoming.headers["x-probe"]) return void outgoing.end(event("only", "stop"));
      outgoing.write(event("first ", "null"));
      held.push(outgoing);
    }

    function open(prefix: string, headers: Record<string, string> = {}): OpenStream {
      const body = JSON.stringify({ model: "gpt-4", stream: true, messages: [{ role: "user", content: "hi" }] });
      const client = request({
        ...{ host: "127.0.0.1", port: envoy.listenerPorts.gateway, method: "POST" },
        path: `${prefix}/v1/chat/completions`,
        headers: { "content-type": "application/json", ...headers },
      });
      client.end(body);
      const arrived = once(client, "response").then(([response]) => response as IncomingMessage);
      const pieces: Buffer[] = [];
      const ended = arrived.then(async (response) => {
        response.on("data", (piece: Buffer) => pieces.push(piece));
        await once(response, "close");
        return { body: Buffer.concat(pieces), complete: response.complete };
      });
      const started = arrived.then((response) => (pieces.length > 0 ? undefined : once(response, "data")));
      return { started, ended };
    }

    /** Repeats a request until the new configuration serves it. */
    async function untilServed(prefix: string, model: string): Promise<void> {
      for (let attempt = 0; attempt < 250; attempt++) {
        await open(prefix, { "x-probe": "1" }).ended;
        if (models.at(-1) === model) return;
        await sleep(20);
      }
      assert.fail(`the configuration with ${model} did not arrive: ${envoy.logs().slice(-5).join("\n")}`);
    }

    function writeRoutes(model: string): void {
      const type = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
      const metadata = (config: object) => ({ [FILTER]: { config: JSON.stringify(config) } });
      const qwen = { type: "qwen", apiToken: "sk-test-qwen", qwenEnableCompatible: false };
      const onRoute = { provider: { ...qwen, modelMapping: { "*": model } } };
      const openai = { provider: { type: "openai", apiToken: "sk-test-openai", basePath: "/openai" } };
      const routes = [
        routeFor({ name: "route", match: { prefix: "/route" }, cluster: "provider", metadata: metadata(onRoute) }),
        routeFor({ name: "openai", match: { prefix: "/openai" }, cluster: "provider", metadata: metadata(openai) }),
        routeFor({ name: "filter", cluster: "provider" }),
      ];
      replace(files.routes, { "@type": type, ...routesFor("gateway", routes) });
    }

    function writeFilter(model: string): void {
      const qwen = { type: "qwen", apiToken: "sk-test-qwen", qwenEnableCompatible: false };
      const configuration = JSON.stringify({ provider: { ...qwen, modelMapping: { "*": model } } });
      const { name, typed_config } = wasmFilter({ plugin: FILTER, wasm: "build/ai-proxy.wasm", configuration });
      replace(files.filter, {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        ...{ name, typed_config },
      });
    }

    /** Envoy reads a file again when another file is moved to its path. */
    function replace(path: string, resource: EnvoyConfig): void {
      writeFileSync(`${path}.new`, JSON.stringify({ "@type": DISCOVERY, resources: [resource] }));
      renameSync(`${path}.new`, path);
    }
  });

/** An event of DashScope with one part of the text. */
function event(content: string, finish: string): string {
  const choices = [{ message: { role: "assistant", content }, finish_reason: finish }];
  return `data:${JSON.stringify({ output: { choices }, request_id: "r" })}\n\n`;
}
