// SPDX-License-Identifier: Apache-2.0
// Rare forms of HTTP/1.1 (https://www.rfc-editor.org/rfc/rfc9112), as bytes: their meaning must not change in the gateway.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";

const chat = JSON.stringify({ model: "gpt-4", messages: [{ role: "user", content: "hi" }] });
const mapped = chat.replace("gpt-4", "gpt-4o");
const completion = '{"choices":[]}';

interface Received {
  url?: string;
  headers: IncomingHttpHeaders;
  body: string;
}

for (const position of ["downstream", "upstream"])
  describe(`rare forms of HTTP/1.1, ${position}`, () => {
    let envoy: EnvoyProcess;
    let provider: Server;
    let received: Received[];
    let before200: (response: ServerResponse) => void;

    before(async () => {
      provider = createServer(async (request, response) => {
        const pieces: Buffer[] = [];
        for await (const piece of request) pieces.push(piece as Buffer);
        received.push({ url: request.url, headers: request.headers, body: Buffer.concat(pieces).toString() });
        before200(response);
        response.writeHead(200, { "content-type": "application/json" }).end(completion);
      });
      provider.listen(0, "127.0.0.1");
      await once(provider, "listening");
      const configuration = { provider: { type: "openai", apiToken: "sk-test", modelMapping: { "*": "gpt-4o" } } };
      const filter = wasmFilter({
        ...{ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm" },
        configuration: JSON.stringify(configuration),
      });
      const routes = [routeFor({ name: "provider", cluster: "provider" })];
      const { port } = provider.address() as AddressInfo;
      const listener = listenerFor({ name: "gateway", routes, [position]: [filter] });
      envoy = await startEnvoy(bootstrapFor([listener], [clusterFor({ name: "provider", port })]));
    });
    after(async () => {
      await envoy?.stop();
      provider?.closeAllConnections();
      provider?.close();
    });
    beforeEach(() => {
      received = [];
      before200 = () => {};
    });

    /** Sends the lines and, once the response contains `awaited`, the rest; returns all data until the connection ends. */
    const talk = async (head: string[], body: string, awaited = ""): Promise<string> => {
      const socket = connect(envoy.listenerPorts.gateway, "127.0.0.1");
      let text = "";
      let isSent = false;
      const sendBody = (): void => {
        if (isSent || !text.includes(awaited)) return;
        isSent = true;
        socket.write(body);
      };
      socket.on("data", (piece: Buffer) => {
        text += piece.toString();
        sendBody();
      });
      socket.write(
        ["POST /v1/chat/completions HTTP/1.1", "host: g", "connection: close", ...head, "", ""].join("\r\n"),
      );
      sendBody();
      await once(socket, "end");
      socket.destroy();
      return text;
    };

    it("a client that waits for 100 gets it, and its body is forwarded", async () => {
      const head = ["expect: 100-continue", `content-length: ${chat.length}`];
      const text = await talk(head, chat, "100 Continue\r\n\r\n");
      assert.match(text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
      assert.ok(text.includes(completion));
      assert.equal(received[0].body, mapped);
      assert.equal(received[0].headers["content-length"], String(mapped.length));
    });

    it("a body in chunks, with extensions and trailers, is forwarded", async () => {
      const [first, rest] = [chat.slice(0, 7), chat.slice(7)];
      const chunks = `${first.length};a=b\r\n${first}\r\n${rest.length.toString(16)}\r\n${rest}\r\n0\r\nx-sum: 1\r\n\r\n`;
      const text = await talk(["transfer-encoding: chunked", "content-type: application/json"], chunks);
      assert.match(text, /^HTTP\/1\.1 200 /);
      assert.equal(received[0].body, mapped);
    });

    it("an empty body in chunks is not a chat", async () => {
      const text = await talk(["transfer-encoding: chunked"], "0\r\n\r\n");
      assert.match(text, /^HTTP\/1\.1 400 /);
      assert.equal(received.length, 0);
    });

    it("a provider may send 1xx before its response", async () => {
      before200 = (response) => {
        response.writeProcessing();
        response.writeEarlyHints({ link: "</a>; rel=preload" });
      };
      const text = await talk([`content-length: ${chat.length}`], chat);
      assert.match(text, /HTTP\/1\.1 200 OK\r\n/);
      assert.ok(text.includes("x-ai-provider: openai"));
      assert.ok(text.includes(completion));
    });

    it("a client that sends less than its content-length reaches no provider", async () => {
      const socket = connect(envoy.listenerPorts.gateway, "127.0.0.1");
      socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\ncontent-length: 999\r\n\r\n${chat}`);
      socket.end();
      socket.resume();
      await once(socket, "close");
      assert.equal(received.length, 0);
    });
  });
