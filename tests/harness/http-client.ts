// SPDX-License-Identifier: Apache-2.0
import * as http from "node:http";
import * as http2 from "node:http2";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { HeaderPair } from "../providers/types.ts";

/** One request as a client sends it: every chunk is a write of its own. */
export interface ClientRequest {
  method: string;
  path: string;
  authority: string;
  headers: HeaderPair[];
  chunks: Buffer[];
  trailers?: HeaderPair[];
}

/** What the client received. */
export interface ClientResponse {
  /** 0 when the connection ended before any answer. */
  status: number;
  headers: HeaderPair[];
  body: Buffer;
  trailers: HeaderPair[];
  /** `left`: the client went away itself, because it had what it waited for. */
  end: "clean" | "reset" | "left";
}

/** How a request is sent. */
export interface SendOptions {
  http2?: boolean;
  /** The client leaves as soon as this is true of the body so far. */
  leaveWhen?: (body: Buffer) => boolean;
  /** The client leaves after this time, default 20 s. */
  timeoutMs?: number;
  /** What the client waits for before each of its chunks; the headers go out before. */
  beforeChunk?: (index: number) => Promise<unknown>;
}

/** Sends one request to 127.0.0.1 and resolves with what came back, however it ended. */
export function send(port: number, request: ClientRequest, options: SendOptions = {}): Promise<ClientResponse> {
  return options.http2 ? sendHttp2(port, request, options) : sendHttp1(port, request, options);
}

interface Collector {
  response: ClientResponse;
  take(piece: Buffer): void;
  finish(end: ClientResponse["end"]): void;
}

function collect(options: SendOptions, leave: () => void, resolve: (response: ClientResponse) => void): Collector {
  const pieces: Buffer[] = [];
  const response: ClientResponse = { status: 0, headers: [], body: Buffer.alloc(0), trailers: [], end: "clean" };
  const finish = (end: ClientResponse["end"]): void => {
    clearTimeout(timer);
    resolve(Object.assign(response, { body: Buffer.concat(pieces), end }));
  };
  const left = (): void => {
    finish("left");
    leave();
  };
  const timer = setTimeout(left, options.timeoutMs ?? 20_000);
  const take = (piece: Buffer): void => {
    pieces.push(piece);
    if (options.leaveWhen?.(Buffer.concat(pieces))) left();
  };
  return { response, take, finish };
}

function sendHttp1(port: number, request: ClientRequest, options: SendOptions): Promise<ClientResponse> {
  return new Promise((resolve) => {
    const { method, path, authority } = request;
    // The connection stays open, idle: a client that closes it once it has all of a body can be faster than the end of
    // the stream inside the proxy, which then takes it for a client that went away.
    const agent = new http.Agent({ keepAlive: true });
    const out = http.request({ host: "127.0.0.1", port, method, path, agent, setHost: false });
    const collector = collect(options, () => out.destroy(), resolve);
    out.setNoDelay(true);
    out.setHeader("host", authority);
    for (const [name, values] of grouped(request.headers)) out.setHeader(name, values);
    out.on("response", (incoming) => {
      collector.response.status = incoming.statusCode ?? 0;
      collector.response.headers = pairsOf(incoming.rawHeaders);
      incoming.on("data", (piece: Buffer) => collector.take(piece));
      incoming.on("end", () => {
        collector.response.trailers = pairsOf(incoming.rawTrailers);
        collector.finish(incoming.complete ? "clean" : "reset");
      });
      incoming.on("error", () => collector.finish("reset"));
    });
    out.on("error", () => {
      if (collector.response.status === 0) collector.finish("reset");
    });
    void write(out, request, options);
  });
}

function sendHttp2(port: number, request: ClientRequest, options: SendOptions): Promise<ClientResponse> {
  return new Promise((resolve) => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const collector = collect(
      options,
      () => session.destroy(),
      (response) => {
        session.destroy();
        resolve(response);
      },
    );
    session.on("error", () => collector.finish("reset"));
    const headers: http2.OutgoingHttpHeaders = {
      ":method": request.method,
      ":path": request.path,
      ":authority": request.authority,
      ...Object.fromEntries(grouped(request.headers)),
    };
    const out = session.request(headers, {
      endStream: request.chunks.length === 0,
      waitForTrailers: !!request.trailers,
    });
    out.on("wantTrailers", () => out.sendTrailers(Object.fromEntries(request.trailers ?? [])));
    out.on("response", (_headers, _flags, raw?: string[]) => {
      const pairs = pairsOf(raw ?? []);
      collector.response.status = Number(pairs.find(([name]) => name === ":status")?.[1] ?? 0);
      collector.response.headers = pairs.filter(([name]) => !name.startsWith(":"));
    });
    out.on("trailers", (_trailers, _flags, raw?: string[]) => {
      collector.response.trailers = pairsOf(raw ?? []);
    });
    out.on("data", (piece: Buffer) => collector.take(piece));
    out.on("error", () => collector.finish("reset"));
    out.on("end", () => collector.finish(out.rstCode === 0 ? "clean" : "reset"));
    if (request.chunks.length > 0) void write(out, request, options);
  });
}

async function write(
  out: http.ClientRequest | http2.ClientHttp2Stream,
  request: ClientRequest,
  { beforeChunk }: SendOptions,
): Promise<void> {
  const last = request.trailers || out instanceof http.ClientRequest ? undefined : request.chunks.at(-1);
  if (beforeChunk && out instanceof http.ClientRequest) out.flushHeaders();
  for (const [index, chunk] of (last ? request.chunks.slice(0, -1) : request.chunks).entries()) {
    await beforeChunk?.(index);
    if (out.destroyed) return;
    await new Promise<void>((done) => (out as http.ClientRequest).write(chunk, () => done()));
    await nextTurn();
  }
  if (last) await beforeChunk?.(request.chunks.length - 1);
  if (out instanceof http.ClientRequest && request.trailers) out.addTrailers(Object.fromEntries(request.trailers));
  // On HTTP/2 the last piece of a body carries the end of the stream.
  if (!out.destroyed) out.end(last);
}

function pairsOf(raw: string[]): HeaderPair[] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index].toLowerCase(), raw[2 * index + 1]]);
}

function grouped(pairs: HeaderPair[]): Map<string, string | string[]> {
  const byName = new Map<string, string | string[]>();
  for (const [name, value] of pairs) {
    const before = byName.get(name);
    byName.set(name, before === undefined ? value : [before, value].flat());
  }
  return byName;
}
