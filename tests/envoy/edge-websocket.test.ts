// SPDX-License-Identifier: Apache-2.0
// The realtime API through envoy/ai-gateway.yaml: https://platform.openai.com/docs/guides/realtime-websocket
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket, WebSocketServer } from "ws";
import { gatewayConfig } from "../../tools/gateway/config.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { managerOf } from "./edge-gateway.ts";

const PATH = "/v1/realtime?model=gpt-realtime";

describe("a WebSocket through envoy/ai-gateway.yaml", () => {
  let envoy: EnvoyProcess;
  let server: Server;
  const handshakes: IncomingMessage[] = [];

  before(async () => {
    server = createServer();
    new WebSocketServer({ server }).on("connection", (socket, request) => {
      handshakes.push(request);
      socket.on("message", (data) => socket.send(data));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const mocks = new Map(["qwen", "openai"].map((id) => [id, port]));
    const keys = new Map([["openai", "sk-test-openai"]]);
    const bootstrap = gatewayConfig({ port: 0, defaultService: "openai", keys, mocks });
    managerOf(bootstrap).request_timeout = "0.5s";
    envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
  });
  after(async () => {
    await envoy?.stop();
    server?.closeAllConnections();
    server?.close();
  });

  const open = (path: string): WebSocket => {
    const headers = { authorization: "Bearer YOUR_KEY_FOR_CHAT_APP", "x-forwarded-for": "192.0.2.7" };
    return new WebSocket(`ws://127.0.0.1:${envoy.listenerPorts.gateway}${path}`, { headers });
  };

  it("passes with the provider's API key, and without information about the client", async () => {
    const client = open(`/openai${PATH}`);
    await once(client, "open");
    client.send("hello");
    assert.equal(String((await once(client, "message"))[0]), "hello");
    const { url, headers } = handshakes.at(-1)!;
    assert.deepEqual([url, headers.authorization], [PATH, "Bearer sk-test-openai"]);
    assert.doesNotMatch(JSON.stringify(headers), /192\.0\.2\.7|127\.0\.0\.1|x-envoy|x-forwarded/);
    client.terminate();
  });

  it("lasts longer than a request may take to arrive", async () => {
    const client = open(`/openai${PATH}`);
    await once(client, "open");
    await sleep(1000);
    client.send("still here");
    assert.equal(String((await once(client, "message"))[0]), "still here");
    client.terminate();
  });

  for (const [path, status] of [
    [`/guarded${PATH}`, 404],
    ["/guarded/v1/models", 403],
  ] as const) {
    it(`is refused if words are blocked, at ${path}`, async () => {
      const asked = handshakes.length;
      const [, response] = (await once(open(path), "unexpected-response")) as [unknown, IncomingMessage];
      assert.equal(response.statusCode, status);
      response.destroy();
      assert.equal(handshakes.length, asked);
    });
  }
});
