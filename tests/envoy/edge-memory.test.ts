// SPDX-License-Identifier: Apache-2.0
// The memory of unfinished bodies with envoy/ai-gateway.yaml. One connection: its streams times the limit of a body, for any
// connection window. In total: the heap limit, above which new requests are refused and running streams continue.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { send, type ClientResponse } from "../harness/http-client.ts";
import type { ProviderReply } from "../providers/types.ts";
import { allocated, type EdgeGateway, startEdgeGateway, stat } from "./edge-gateway.ts";

const MEGABYTE = 1024 * 1024;
const BODY = 15 * MEGABYTE;
const EVENTS = 100;
const reply: ProviderReply = {
  status: 200,
  headers: [["content-type", "application/json"]],
  chunks: [Buffer.from("{}")],
};
const stream: ProviderReply = {
  ...{ status: 200, headers: [["content-type", "text/event-stream"]], delayMs: 50 },
  chunks: Array.from({ length: EVENTS }, (_, i) => Buffer.from(`data: {"n":${i}}\n\n`)),
};
const authorization = "Bearer YOUR_KEY_FOR_CHAT_APP";

/** Waits until a condition is true; the test's own time limit ends it if it never is. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}

/** Starts uploads over one HTTP/2 connection that never end. */
async function beginUploads(port: number, path: string, count: number): Promise<ClientHttp2Session> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  await new Promise<void>((done) => session.once("remoteSettings", () => done()));
  for (let i = 0; i < count; i++) {
    const headers = { ":method": "POST", ":path": path, "content-type": "application/json", authorization };
    const upload = session.request(headers).on("error", () => {});
    upload.write(Buffer.alloc(BODY, 0x20));
  }
  return session;
}

const get = (port: number): Promise<ClientResponse> =>
  send(port, { method: "GET", path: "/v1/models", authority: "gateway.example", headers: [], chunks: [] });

const active = (gateway: EdgeGateway) => stat(gateway, "http.gateway.downstream_rq_active");
const received = (gateway: EdgeGateway) => stat(gateway, "http.gateway.downstream_cx_rx_bytes_total");

describe("unfinished bodies in envoy/ai-gateway.yaml", { timeout: 120_000 }, () => {
  for (const path of ["/v1/chat/completions", "/guarded/v1/chat/completions"]) {
    it(`use at most 64 MiB for one connection to ${path}`, async (t) => {
      const gateway = await startEdgeGateway(() => reply);
      t.after(() => gateway.close());
      const before = await allocated(gateway);
      const session = await beginUploads(gateway.port, path, 12);
      assert.equal(session.remoteSettings.maxConcurrentStreams, 4);
      await until(async () => (await received(gateway)) >= 4 * BODY);
      assert.equal(await active(gateway), 4);
      const held = (await allocated(gateway)) - before;
      assert.ok(held > 3 * BODY, `the bodies are held: ${held}`);
      assert.ok(held < 72 * MEGABYTE, `one connection holds ${held} bytes`);
      assert.equal(gateway.provider.requests.length, 0);
      session.destroy();
      // And no memory is used after it is closed.
      await until(async () => (await allocated(gateway)) - before < 8 * MEGABYTE);
    });
  }

  for (const version of ["HTTP/1.1", "HTTP/2"]) {
    it(`give new requests 503 at the heap limit while a stream continues, over ${version}`, async (t) => {
      const gateway = await startEdgeGateway(
        ({ path }) => (path.startsWith("/v1/models/") ? stream : reply),
        (bootstrap) => {
          const monitor = /"max_heap_size_bytes":\d+/;
          const text = JSON.stringify(bootstrap);
          assert.match(text, monitor);
          Object.assign(bootstrap, JSON.parse(text.replace(monitor, `"max_heap_size_bytes":${96 * MEGABYTE}`)));
        },
      );
      t.after(() => gateway.close());
      const { port } = gateway;
      const running = send(port, {
        ...{ method: "GET", path: "/v1/models/slow", authority: "gateway.example", headers: [], chunks: [] },
      });
      await until(async () => (await active(gateway)) === 1);
      assert.equal((await get(port)).status, 200);
      const overload = (name: string) => stat(gateway, `overload.envoy.overload_actions.${name}.active`);
      if (version === "HTTP/2") {
        // Uploads are reset, the largest first, so that memory is free again although no client disconnects.
        const sessions = await Promise.all([1, 2, 3].map(() => beginUploads(port, "/v1/chat/completions", 4)));
        t.after(() => sessions.forEach((session) => session.destroy()));
        await until(
          async () => gateway.envoy.logs().filter((line) => line.includes('"details":"overload"')).length >= 8,
        );
      } else {
        const sockets = Array.from({ length: 10 }, () => slowUpload(port));
        await until(async () => (await overload("stop_accepting_requests")) === 1);
        const refused = await get(port);
        assert.equal(refused.status, 503);
        const { error } = JSON.parse(refused.body.toString()) as { error: unknown };
        assert.deepEqual(error, { code: null, message: "envoy overloaded", param: null, type: "server_error" });
        sockets.forEach((socket) => socket.destroy());
      }
      await until(async () => (await overload("stop_accepting_requests")) === 0 && (await get(port)).status === 200);
      const { status, end, body } = await running;
      assert.deepEqual([status, end, body.toString().split("data: ").length - 1], [200, "clean", EVENTS]);
    });
  }

  it("use at most the allowed number of connections", async (t) => {
    const gateway = await startEdgeGateway(
      () => reply,
      (bootstrap) => {
        const text = JSON.stringify(bootstrap);
        const shipped = '"max_active_downstream_connections":50000';
        assert.ok(text.includes(shipped));
        Object.assign(bootstrap, JSON.parse(text.replace(shipped, '"max_active_downstream_connections":3')));
      },
    );
    t.after(() => gateway.close());
    // The admin's connections count too; this test does not keep them open.
    const sockets = Array.from({ length: 3 }, () => connect(gateway.port, "127.0.0.1"));
    t.after(() => sockets.forEach((socket) => socket.destroy()));
    for (const socket of sockets) {
      socket.write("GET /v1/models HTTP/1.1\r\nhost: gateway.example\r\n\r\n");
      assert.match(String((await once(socket, "data"))[0]), /^HTTP\/1\.1 200 /);
    }
    assert.equal((await get(gateway.port)).status, 0, "the fourth is closed");
    sockets[0].destroy();
    await until(async () => (await get(gateway.port)).status === 200);
  });
});

/** An upload over HTTP/1.1 that never ends. */
function slowUpload(port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const head = ["POST /v1/chat/completions HTTP/1.1", "host: gateway.example", "content-type: application/json"];
  socket.write(`${[...head, `content-length: ${BODY + 1}`].join("\r\n")}\r\n\r\n`);
  socket.write(Buffer.alloc(BODY, 0x20));
  return socket;
}
