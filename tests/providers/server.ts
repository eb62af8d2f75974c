// SPDX-License-Identifier: Apache-2.0
import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { HeaderPair, ProviderReply, ProviderRequest } from "./types.ts";

/** How a mock provider listens: HTTP/1.1 by default, HTTP/2 (prior knowledge, or ALPN with TLS) on request. */
export interface ServeOptions {
  /** The default, 0, uses a free port. */
  port?: number;
  http2?: boolean;
  /** PEM texts; if both are set, the server uses TLS. */
  key?: string;
  cert?: string;
}

/** A running mock provider: its port, every complete request in the order of arrival, and a method that stops it. */
export interface RunningServer {
  port: number;
  requests: ProviderRequest[];
  /** Requests whose client disconnected before the response was complete. */
  abandoned: ProviderRequest[];
  close(): Promise<void>;
}

/** Returns the reply to one request. */
export type Handler = (request: ProviderRequest) => ProviderReply | Promise<ProviderReply>;

type Incoming = http.IncomingMessage | http2.Http2ServerRequest;
type Outgoing = http.ServerResponse | http2.Http2ServerResponse;

/** Serves `handle` on 127.0.0.1 until `close`. */
export async function serve(handle: Handler, options: ServeOptions = {}): Promise<RunningServer> {
  const requests: ProviderRequest[] = [];
  const abandoned: ProviderRequest[] = [];
  const sockets = new Set<Socket>();
  let closing = false;

  const respond = async (incoming: Incoming, outgoing: Outgoing): Promise<void> => {
    const request = await readRequest(incoming);
    requests.push(request);
    let breaksOff = false;
    outgoing.on("close", () => {
      if (!outgoing.writableEnded && !breaksOff && !closing) abandoned.push(request);
    });
    const reply = await handle(request);
    breaksOff = reply.end === "cut" || reply.end === "refuse";
    await writeReply(outgoing, reply);
  };
  const server = listenerFor(options, (incoming, outgoing) => {
    respond(incoming, outgoing).catch((error: unknown) => {
      // If a client disconnects while its request is read, the handler has not failed.
      if (!incoming.destroyed || incoming.complete) failLoudly(outgoing, error);
    });
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    requests,
    abandoned,
    close: () =>
      new Promise((resolve) => {
        closing = true;
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listenerFor(options: ServeOptions, respond: (incoming: Incoming, outgoing: Outgoing) => void): Server {
  const { key, cert } = options;
  if (key !== undefined && cert !== undefined) {
    return options.http2
      ? http2.createSecureServer({ key, cert, allowHTTP1: true }, respond)
      : https.createServer({ key, cert }, respond);
  }
  return options.http2 ? http2.createServer(respond) : http.createServer(respond);
}

async function readRequest(incoming: Incoming): Promise<ProviderRequest> {
  const headers: HeaderPair[] = [];
  let authority = "";
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    const name = incoming.rawHeaders[i].toLowerCase();
    const value = incoming.rawHeaders[i + 1];
    if (name === ":authority" || name === "host") authority = value;
    else if (!name.startsWith(":")) headers.push([name, value]);
  }
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return { method: incoming.method ?? "", path: incoming.url ?? "", authority, headers, body: Buffer.concat(pieces) };
}

async function writeReply(outgoing: Outgoing, reply: ProviderReply): Promise<void> {
  if (reply.end === "refuse") return reset(outgoing);
  if (reply.end === "silent") return;
  outgoing.statusCode = reply.status;
  for (const [name, values] of grouped(reply.headers)) outgoing.setHeader(name, values);
  const whole = reply.chunks.length <= 1 && reply.trailers === undefined && (reply.end ?? "clean") === "clean";
  if (whole && !isEventStream(reply) && bodyAllowed(reply.status) && !outgoing.hasHeader("content-length")) {
    outgoing.setHeader("content-length", reply.chunks[0]?.length ?? 0);
  }
  if (outgoing instanceof http.ServerResponse && reply.trailers) {
    outgoing.setHeader("trailer", reply.trailers.map(([name]) => name).join(", "));
  }

  (outgoing as http.ServerResponse).flushHeaders();
  for (const [index, chunk] of reply.chunks.entries()) {
    if (index > 0 && reply.delayMs) await sleep(reply.delayMs);
    if (outgoing.destroyed || outgoing.writableEnded) return;
    await flushed(outgoing, chunk);
  }
  if (reply.end === "hang") return;
  if (reply.end === "cut") return reset(outgoing);
  if (reply.trailers) outgoing.addTrailers(Object.fromEntries(reply.trailers));
  outgoing.end();
}

/** Resolves when the chunk has left the process, so that the peer reads the next chunk separately. */
async function flushed(outgoing: Outgoing, chunk: Buffer): Promise<void> {
  await new Promise<void>((resolve) => {
    outgoing.once("close", resolve);
    (outgoing as http.ServerResponse).write(chunk, () => {
      outgoing.off("close", resolve);
      resolve();
    });
  });
  await nextTurn();
}

function reset(outgoing: Outgoing): void {
  if (outgoing instanceof http.ServerResponse) outgoing.socket?.resetAndDestroy();
  else outgoing.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
}

function failLoudly(outgoing: Outgoing, error: unknown): void {
  console.error("mock provider: the handler failed:", error);
  if (outgoing.headersSent) return reset(outgoing);
  outgoing.statusCode = 500;
  outgoing.setHeader("content-type", "text/plain");
  outgoing.end(`mock provider: ${String(error)}\n`);
}

function grouped(pairs: HeaderPair[]): Map<string, string | string[]> {
  const byName = new Map<string, string | string[]>();
  for (const [name, value] of pairs) {
    const before = byName.get(name);
    byName.set(name, before === undefined ? value : [before, value].flat());
  }
  return byName;
}

const isEventStream = (reply: ProviderReply): boolean =>
  reply.headers.some(([name, value]) => name === "content-type" && value.startsWith("text/event-stream"));

const bodyAllowed = (status: number): boolean => status !== 204 && status !== 304;
