// SPDX-License-Identifier: Apache-2.0
// Which uploads count in envoy/ai-gateway.yaml, and how long one may take: limits count when the headers arrive, before a body.
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "../harness/http-client.ts";
import { managerOf, startEdgeGateway, stat } from "./edge-gateway.ts";

const JSON_REPLY = { status: 200, headers: [["content-type", "application/json"]] as [string, string][] };
const body = JSON.stringify({ model: "gpt-3.5-turbo", messages: [{ role: "user", content: "x".repeat(1000) }] });

/** An upload over HTTP/1.1 without its last byte, and the response so far. */
interface Upload {
  socket: Socket;
  status(): number;
  finish(): void;
}

function begin(port: number, key: string): Upload {
  const socket = connect(port, "127.0.0.1");
  let said = "";
  socket.on("data", (data) => (said += data.toString()));
  socket.on("error", () => {});
  const head = [
    "POST /guarded/v1/chat/completions HTTP/1.1",
    ...["host: gateway.example", `authorization: Bearer ${key}`, "content-type: application/json"],
    `content-length: ${body.length}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body.slice(0, -1)}`);
  return {
    socket,
    status: () => Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1] ?? 0),
    finish: () => void socket.write(body.slice(-1)),
  };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}

const statuses = (uploads: Upload[], status: number): number =>
  uploads.filter((upload) => upload.status() === status).length;

describe("slow uploads to envoy/ai-gateway.yaml", { timeout: 60_000 }, () => {
  it("of one consumer are limited to its concurrent requests, and no more are buffered", async (t) => {
    const gateway = await startEdgeGateway(() => ({ ...JSON_REPLY, chunks: [Buffer.from("{}")] }));
    t.after(() => gateway.close());
    const uploads = Array.from({ length: 60 }, () => begin(gateway.port, "YOUR_KEY_FOR_CHAT_APP"));
    t.after(() => uploads.forEach(({ socket }) => socket.destroy()));
    // 32 at the same time, of which 20 begin within a second.
    await until(() => statuses(uploads, 429) >= 60 - 32);
    const open = uploads.filter((upload) => upload.status() === 0);
    assert.ok(open.length > 0 && open.length <= 32, `${open.length} are open`);
    assert.equal(gateway.provider.requests.length, 0, "no upload is whole");
    open.forEach((upload) => upload.finish());
    await until(() => statuses(open, 200) === open.length);
  });

  it("of a consumer with models are buffered before they count, up to the limit of its connections, and count when they are complete", async (t) => {
    const gateway = await startEdgeGateway(() => ({ ...JSON_REPLY, chunks: [Buffer.from("{}")] }));
    t.after(() => gateway.close());
    const uploads = Array.from({ length: 8 }, () => begin(gateway.port, "YOUR_KEY_FOR_BATCH_JOB"));
    t.after(() => uploads.forEach(({ socket }) => socket.destroy()));
    await until(async () => (await stat(gateway, "http.gateway.downstream_rq_active")) === 8);
    assert.equal(statuses(uploads, 0), 8);
    uploads.forEach((upload) => upload.finish());
    await until(() => statuses(uploads, 0) === 0);
    assert.deepEqual([statuses(uploads, 200), statuses(uploads, 429)], [3, 5]);
  });

  it("end after request_timeout, and a slow response does not", async (t) => {
    const slow = { ...JSON_REPLY, chunks: Array.from({ length: 30 }, () => Buffer.from(" ")), delayMs: 50 };
    const gateway = await startEdgeGateway(
      () => slow,
      (bootstrap) => {
        const manager = managerOf(bootstrap);
        assert.deepEqual(
          [manager.request_timeout, manager.request_headers_timeout, manager.stream_idle_timeout],
          ["300s", "10s", "600s"],
        );
        manager.request_timeout = "0.5s";
      },
    );
    t.after(() => gateway.close());
    const answered = send(gateway.port, {
      ...{ method: "GET", path: "/v1/models", authority: "gateway.example", headers: [], chunks: [] },
    });
    const upload = begin(gateway.port, "YOUR_KEY_FOR_CHAT_APP");
    t.after(() => upload.socket.destroy());
    await until(() => upload.status() !== 0);
    assert.equal(upload.status(), 408);
    const { status, end } = await answered;
    assert.deepEqual([status, end], [200, "clean"]);
  });
});
