// SPDX-License-Identifier: Apache-2.0
// OpenAI's realtime API is a WebSocket: https://platform.openai.com/docs/guides/realtime-websocket
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";

const PATH = "/v1/realtime?model=gpt-realtime";
const provider = { type: "openai", apiToken: "sk-test-openai" };
const wasm = "build/ai-proxy.wasm";

for (const position of ["downstream", "upstream"])
  describe(`a WebSocket through ai-proxy, ${position}`, () => {
    let envoy: EnvoyProcess;
    let server: Server;
    /** The handshakes that the provider received, in order. */
    const handshakes: IncomingMessage[] = [];

    before(async () => {
      server = createServer();
      const sockets = new WebSocketServer({ server });
      sockets.on("connection", (socket, request) => {
        handshakes.push(request);
        socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
      });
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      const { port } = server.address() as AddressInfo;
      const listeners = Object.entries({
        openai: { provider },
        base: { provider: { ...provider, basePath: "/openai", providerDomain: "realtime.example" } },
        original: { provider: { ...provider, protocol: "original" } },
        chats: { provider: { type: "nvidia", apiToken: "nvapi-test-nvidia" } },
        lacking: { provider: { type: "deepseek", apiToken: "sk-test-deepseek" } },
      }).map(([name, configuration]) =>
        listenerFor({
          name,
          routes: [routeFor({ name, cluster: "provider" })],
          [position]: [wasmFilter({ plugin: "ai-proxy", wasm, configuration: JSON.stringify(configuration) })],
          upgrades: ["websocket"],
        }),
      );
      envoy = await startEnvoy(bootstrapFor(listeners, [clusterFor({ name: "provider", port })]));
    });
    after(async () => {
      await envoy?.stop();
      server?.closeAllConnections();
      server?.close();
    });

    const open = (listener: string, path = PATH, headers: Record<string, string> = {}): WebSocket =>
      new WebSocket(`ws://127.0.0.1:${envoy.listenerPorts[listener]}${path}`, { headers });

    it("opens with the provider's host, path and API key, and without the client's", async () => {
      const client = open("openai", PATH, { authorization: "Bearer unused", "api-key": "unused", "openai-beta": "x" });
      await once(client, "open");
      const { headers, url } = handshakes.at(-1)!;
      assert.equal(url, PATH);
      assert.equal(headers.host, "api.openai.com");
      assert.equal(headers.authorization, "Bearer sk-test-openai");
      assert.equal(headers["api-key"], undefined);
      assert.equal(headers["openai-beta"], "x");
      assert.equal(headers.upgrade, "websocket");
      client.terminate();
    });

    it("does not forward a key that a browser sends as a subprotocol", async () => {
      const offered = ["realtime", "openai-insecure-api-key.sk-of-the-client", "openai-beta.realtime-v1"];
      const client = new WebSocket(`ws://127.0.0.1:${envoy.listenerPorts.openai}${PATH}`, offered);
      await once(client, "open");
      assert.equal(handshakes.at(-1)!.headers["sec-websocket-protocol"], "realtime, openai-beta.realtime-v1");
      assert.equal(client.protocol, "realtime");
      client.terminate();
    });

    it("does not forward a key in the query", async () => {
      const client = open("openai", `${PATH}&api-key=sk-of-the-client`);
      await once(client, "open");
      assert.equal(handshakes.at(-1)!.url, PATH);
      client.terminate();
    });

    it("passes frames unchanged in both directions, and the reason of the end", async () => {
      const client = open("openai");
      await once(client, "open");
      const binary = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
      const texts = ['{"type":"response.create","model":"gpt-4"}', "data: [DONE]\n\n", "", "👋 你好"];
      for (const text of texts) {
        client.send(text);
        const [data, isBinary] = (await once(client, "message")) as [Buffer, boolean];
        assert.deepEqual([data.toString(), isBinary], [text, false]);
      }
      client.send(binary);
      const [data, isBinary] = (await once(client, "message")) as [Buffer, boolean];
      assert.ok(isBinary && data.equals(binary));
      client.ping("are you there");
      const [pong] = (await once(client, "pong")) as [Buffer];
      assert.equal(pong.toString(), "are you there");
      client.close(4001, "enough");
      const [code, reason] = (await once(client, "close")) as [number, Buffer];
      assert.deepEqual([code, reason.toString()], [4001, "enough"]);
    });

    it("takes the prefix from the path and the host from the configuration", async () => {
      const client = open("base", `/openai${PATH}`);
      await once(client, "open");
      assert.equal(handshakes.at(-1)!.url, PATH);
      assert.equal(handshakes.at(-1)!.headers.host, "realtime.example");
      client.terminate();
    });

    it("opens if the client uses the provider's own protocol", async () => {
      const client = open("original", "/any/path?a=b");
      await once(client, "open");
      assert.equal(handshakes.at(-1)!.url, "/any/path?a=b");
      assert.equal(handshakes.at(-1)!.headers.authorization, "Bearer sk-test-openai");
      client.terminate();
    });

    it("is refused before it opens if the provider has no such API", async () => {
      const before = handshakes.length;
      const client = open("lacking");
      const [, response] = (await once(client, "unexpected-response")) as [unknown, IncomingMessage];
      assert.equal(response.statusCode, 404);
      assert.equal(handshakes.length, before);
      client.on("error", () => {});
      client.terminate();
    });

    it("is refused with 426 for Responses that are translated, so that the client sends them by POST", async () => {
      const before = handshakes.length;
      const client = open("chats", "/v1/responses");
      const [, response] = (await once(client, "unexpected-response")) as [unknown, IncomingMessage];
      let body = "";
      for await (const chunk of response) body += chunk;
      assert.equal(response.statusCode, 426);
      assert.match(body, /"code":"unsupported_upgrade"/);
      assert.equal(handshakes.length, before);
      client.on("error", () => {});
      client.terminate();
      const native = open("openai", "/v1/responses");
      await once(native, "open");
      native.terminate();
    });

    it("leaves no key in the log", () => {
      assert.deepEqual(
        envoy.logs().filter((line) => /sk-test/.test(line)),
        [],
      );
    });
  });
