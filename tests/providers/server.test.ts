// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import * as http2 from "node:http2";
import { after, before, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type RunningServer, serve } from "./server.ts";
import type { ProviderReply, ProviderRequest } from "./types.ts";

interface Received {
  status: number;
  headers: Record<string, unknown>;
  pieces: string[];
  trailers: Record<string, unknown>;
  failed: boolean;
}

const replies: Record<string, Partial<ProviderReply>> = {
  "/stream": { headers: [["content-type", "text/event-stream"]], chunks: ["a", "b", "c"].map((c) => Buffer.from(c)) },
  // prettier-ignore
  "/repeated": { headers: [["x-a", "1"], ["x-a", "2"]] },
  "/trailers": { chunks: [Buffer.from("body")], trailers: [["grpc-status", "0"]] },
  "/cut": { chunks: [Buffer.from("half")], end: "cut" },
  "/refuse": { end: "refuse" },
};

const handle = ({ path }: ProviderRequest): ProviderReply => ({
  ...{ status: 200, headers: [], chunks: [] },
  ...replies[path.split("?")[0]],
});

async function overHttp1(port: number, path: string, body: string): Promise<Received> {
  const request = http.request({ port, host: "127.0.0.1", method: "POST", path, headers: { "X-Case": "Kept" } });
  const received: Received = { status: 0, headers: {}, pieces: [], trailers: {}, failed: false };
  request.end(body);
  try {
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    received.status = response.statusCode!;
    received.headers = response.headers;
    for await (const piece of response) received.pieces.push(String(piece));
    received.trailers = response.trailers;
  } catch {
    received.failed = true;
  }
  return received;
}

async function overHttp2(port: number, path: string, body: string): Promise<Received> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const received: Received = { status: 0, headers: {}, pieces: [], trailers: {}, failed: false };
  try {
    const stream = session.request({ ":method": "POST", ":path": path, "x-case": "Kept" });
    stream.on("trailers", (trailers) => (received.trailers = trailers));
    stream.end(body);
    const [headers] = (await once(stream, "response")) as [http2.IncomingHttpHeaders & { ":status": number }];
    received.status = headers[":status"];
    received.headers = headers;
    for await (const piece of stream) received.pieces.push(String(piece));
    received.failed = stream.rstCode !== 0;
  } catch {
    received.failed = true;
  } finally {
    session.close();
  }
  return received;
}

// prettier-ignore
for (const [protocol, ask] of [["HTTP/1.1", overHttp1], ["HTTP/2", overHttp2]] as const) {
  describe(`mock server over ${protocol}`, () => {
    let server: RunningServer;
    before(async () => (server = await serve(handle, { http2: protocol === "HTTP/2" })));
    after(() => server.close());

    it("records the request with lower-case names and without pseudo headers", async () => {
      await ask(server.port, "/stream?q=1", "text");
      const { method, path, authority, headers, body } = server.requests.at(-1)!;
      assert.deepEqual([method, path, body.toString()], ["POST", "/stream?q=1", "text"]);
      assert.equal(authority, `127.0.0.1:${server.port}`);
      assert.ok(headers.some(([name, value]) => name === "x-case" && value === "Kept"));
      assert.ok(headers.every(([name]) => name !== "host" && !name.startsWith(":")));
    });

    it("writes every chunk separately", async () => {
      const { status, pieces } = await ask(server.port, "/stream", "");
      assert.equal(status, 200);
      assert.equal(pieces.join(""), "abc");
      assert.ok(pieces.length > 1);
    });

    it("sends repeated headers and trailers", async () => {
      assert.equal(String((await ask(server.port, "/repeated", "")).headers["x-a"]), "1, 2");
      assert.equal((await ask(server.port, "/trailers", "")).trailers["grpc-status"], "0");
    });

    it("resets a connection, with and without a response", async () => {
      const cut = await ask(server.port, "/cut", "");
      assert.deepEqual([cut.pieces.join(""), cut.failed], ["half", true]);
      const refused = await ask(server.port, "/refuse", "");
      assert.deepEqual([refused.status, refused.failed], [0, true]);
      assert.deepEqual(server.abandoned, []);
    });
  });
}

describe("mock server", () => {
  it("hangs until the client disconnects, and reports it", async () => {
    const server = await serve(() => ({ status: 200, headers: [], chunks: [Buffer.from("x")], end: "hang" }));
    const request = http.request({ port: server.port, host: "127.0.0.1" }).end();
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    await once(response, "data");
    response.on("error", () => {});
    request.destroy();
    for (let turn = 0; server.abandoned.length === 0 && turn < 10_000; turn++) await nextTurn();
    assert.deepEqual(server.abandoned, server.requests);
    await server.close();
  });

  it("is closed while a response hangs", async () => {
    const server = await serve(() => ({ status: 200, headers: [], chunks: [Buffer.from("x")], end: "hang" }));
    const request = http.request({ port: server.port, host: "127.0.0.1" }).end();
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    const failed = once(response, "error");
    await server.close();
    await failed;
    assert.deepEqual(server.abandoned, []);
  });

  it("sends 500 if its handler throws", async (t) => {
    t.mock.method(console, "error", () => {});
    const server = await serve(() => {
      throw new Error("on purpose");
    });
    const { status, pieces } = await overHttp1(server.port, "/", "");
    await server.close();
    assert.equal(status, 500);
    assert.match(pieces.join(""), /on purpose/);
  });
});
