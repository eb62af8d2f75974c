// SPDX-License-Identifier: Apache-2.0
// The gRPC service of the tests over Node's HTTP/2, its frames by hand: five bytes (not compressed, size) before each message.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { react, type Action, type Event } from "./service.ts";

const PREFIX = 5;

/** A running service. */
export interface GrpcServer {
  port: number;
  /** Every message of a client, as `<method> <text>`, and how streams ended: `<method> closed <HTTP/2 error code>`. */
  seen: string[];
  /** Breaks off every connection. */
  breakOff(): void;
  close(): Promise<void>;
}

/** Serves on 127.0.0.1 and a free port until `close`. */
export async function serveGrpc(): Promise<GrpcServer> {
  const seen: string[] = [];
  const sessions = new Set<http2.ServerHttp2Session>();
  const server = http2.createServer();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => undefined);
  });
  server.on("stream", (stream, headers) => {
    const method = String(headers[":path"]).split("/").at(-1) ?? "";
    const client = String(headers["x-client"] ?? "nobody");
    const answer = (event: Event): void => react(method, event, client).forEach((action) => perform(stream, action));
    let rest = Buffer.alloc(0);
    stream.on("data", (data: Buffer) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= PREFIX && rest.length >= PREFIX + rest.readUInt32BE(1)) {
        const size = PREFIX + rest.readUInt32BE(1);
        const message = rest.subarray(PREFIX, size);
        rest = rest.subarray(size);
        seen.push(`${method} ${message.toString()}`);
        answer(message);
      }
    });
    stream.on("end", () => answer("end"));
    stream.on("error", () => undefined);
    stream.on("close", () => seen.push(`${method} closed ${stream.rstCode}`));
    answer("open");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    breakOff: () => sessions.forEach((session) => session.destroy()),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const session of sessions) session.destroy();
      }),
  };
}

function perform(stream: http2.ServerHttp2Stream, action: Action): void {
  if (stream.closed || stream.destroyed) return;
  switch (action.kind) {
    case "headers":
      return stream.respond({ "content-type": "application/grpc", ...action.metadata }, { waitForTrailers: true });
    case "message":
      return void stream.write(framed(action.message));
    case "end":
      return end(stream, { "grpc-status": action.status, "grpc-message": encodeURI(action.text), ...action.metadata });
    case "reset":
      return stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    case "http":
      stream.respond({ ":status": action.status, "content-type": "text/html" });
      return void stream.end("<html>not here</html>");
  }
}

function end(stream: http2.ServerHttp2Stream, trailers: http2.OutgoingHttpHeaders): void {
  // Without headers before it, the status comes in the headers ("trailers only").
  if (!stream.headersSent)
    return stream.respond({ "content-type": "application/grpc", ...trailers }, { endStream: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end();
}

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
