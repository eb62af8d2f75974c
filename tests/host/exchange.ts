// SPDX-License-Identifier: Apache-2.0
import type { ClientRequest, ClientResponse } from "../harness/http-client.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";
import type { GrpcCallout, HttpCallout } from "./callouts.ts";
import type { Attempt } from "./attempt.ts";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import type { CalloutReply, ProxyHost } from "./proxy-host.ts";
import type { StreamOptions } from "./stream-options.ts";

/** Who answers what the plugin sends. */
export interface Peers {
  /** The provider behind a cluster: of an aggregate, behind the member to which the attempt goes. */
  answer(request: ProviderRequest, cluster: string): ProviderReply;
  /** Services that the plugin calls out to; without it a callout waits for ever. */
  callout?(call: HttpCallout): CalloutReply;
  /** Redis behind gRPC streams: passes on what was sent, and returns whether there was anything. */
  redis?(host: ProxyHost): boolean;
  /** gRPC services: a message, or an error. */
  grpc?(call: GrpcCallout): Buffer | { code: number; message: string };
}

/** What went over the wire on both sides. */
export interface Outcome {
  response: ClientResponse;
  /** What the provider received, of several attempts in the last one; null when it was not asked. */
  received: ProviderRequest | null;
  /** What it received in every attempt, in order. */
  attempts: ProviderRequest[];
  /** Envoy's response code details. */
  details: string;
  /** Filter state at the end of the stream, without the prefix of Wasm filters. */
  filterState: Record<string, string>;
}

/** Runs one whole exchange through a plugin, in the order in which Envoy would see it. */
export function runExchange(
  host: ProxyHost,
  context: RootContext,
  request: ClientRequest,
  peers: Peers,
  options: StreamOptions = {},
  idle?: () => void,
): Outcome {
  return runStream(host, host.stream(context, options), request, peers, idle);
}

/**
 * Drives a stream from the request to its end, through every attempt of the router. Callouts are answered once all of
 * the message that they hold has arrived. `idle` is called when the request has arrived, before it is given up.
 */
export function runStream(
  host: ProxyHost,
  stream: HttpStream,
  request: ClientRequest,
  peers: Peers,
  idle: () => void = () => undefined,
): Outcome {
  sendRequest(stream, request);
  answerCallouts(host, peers);
  idle();
  const attempts: ProviderRequest[] = [];
  let last: Attempt | null = null;
  for (let next = stream.attempt; next && next !== last && !stream.isOver; next = stream.attempt) {
    last = next;
    if (next.connect() && next.upstream.end === "clean") {
      attempts.push(upstreamRequest(next));
      sendReply(next, peers.answer(attempts[attempts.length - 1], next.target.cluster));
    }
    answerCallouts(host, peers);
  }
  const hung = !stream.isOver;
  if (hung) stream.clientReset();
  // What a plugin settles after the stream's end.
  answerCallouts(host, peers);
  host.check();
  const { client, details } = stream;
  const pairs = client.headers?.pairs() ?? [];
  if (needsLength(stream)) pairs.push(["content-length", "0"]);
  const response: ClientResponse = {
    status: Number(client.headers?.get(":status") ?? 0),
    headers: pairs.filter(([name]) => !name.startsWith(":")),
    body: client.bodyBytes,
    trailers: client.trailers?.pairs() ?? [],
    end: hung ? "left" : client.end === "reset" ? "reset" : "clean",
  };
  // The client's connection breaks instead of carrying such a header.
  if (client.headers?.unsendable)
    Object.assign(response, { status: 0, headers: [], body: Buffer.alloc(0), end: "reset" });
  const filterState = Object.fromEntries([...stream.filterState].map(([name, { value }]) => [name, value.toString()]));
  return { response, received: attempts.at(-1) ?? null, attempts, details, filterState };
}

// On HTTP/1.1 an answer without a body says so.
function needsLength({ client, options }: HttpStream): boolean {
  const { headers, headersOnly } = client;
  const bodyless = ["204", "304"].includes(headers?.get(":status") ?? "");
  const framed = headers?.get("content-length") !== undefined || headers?.get("transfer-encoding") !== undefined;
  return headersOnly && !bodyless && !framed && !options.downstreamHttp2;
}

/** Sends the request of a client, until the stream is over. */
export function sendRequest(stream: HttpStream, request: ClientRequest): void {
  const { method, path, authority, chunks, trailers } = request;
  const pseudo: HeaderPair[] = [
    [":method", method],
    [":path", path],
    [":authority", authority],
  ];
  stream.requestHeaders([...pseudo, ...request.headers], chunks.length === 0 && !trailers);
  for (const [index, chunk] of chunks.entries()) {
    if (stream.isOver) return;
    stream.requestBody(chunk, index === chunks.length - 1 && !trailers);
  }
  if (trailers && !stream.isOver) stream.requestTrailers(trailers);
}

function upstreamRequest(attempt: Attempt): ProviderRequest {
  const { headers, bodyBytes } = attempt.upstream;
  const pairs = headers?.pairs() ?? [];
  const pseudo = (name: string): string => headers?.get(name) ?? "";
  return {
    method: pseudo(":method"),
    path: pseudo(":path"),
    authority: pseudo(":authority"),
    headers: pairs.filter(([name]) => !name.startsWith(":")),
    body: bodyBytes,
  };
}

function sendReply(attempt: Attempt, reply: ProviderReply): void {
  const end = reply.end ?? "clean";
  if (end === "refuse") {
    return attempt.upstreamReset();
  }
  const headers = replyHeaders(reply, attempt.options.upstreamHttp2);
  const bodyless =
    reply.status === 204 || reply.status === 304 || (attempt.options.upstreamHttp2 && !reply.chunks.length);
  const headersOnly =
    (bodyless && !reply.trailers) || headers.some(([name, value]) => name === "content-length" && value === "0");
  attempt.responseHeaders(headers, headersOnly && end === "clean");
  for (const chunk of reply.chunks) {
    if (attempt.isOver) return;
    attempt.responseBody(chunk, false);
  }
  if (attempt.isOver || end === "hang") return;
  // An answer that stops within its framing is no HTTP/1.1.
  if (end === "cut") attempt.upstreamReset(attempt.options.upstreamHttp2 ? "remote_reset" : "protocol_error");
  else if (reply.trailers) attempt.responseTrailers(reply.trailers);
  else if (!headersOnly) attempt.responseBody(Buffer.alloc(0), true);
}

// As the mock provider's server writes them: a length for one whole chunk, else chunked on HTTP/1.1.
function replyHeaders(reply: ProviderReply, http2: boolean): HeaderPair[] {
  const headers: HeaderPair[] = [[":status", String(reply.status)], ...reply.headers];
  const has = (name: string, start = ""): boolean =>
    reply.headers.some(([other, value]) => other === name && value.startsWith(start));
  const whole = reply.chunks.length <= 1 && !reply.trailers && (reply.end ?? "clean") === "clean";
  const bodyAllowed = reply.status !== 204 && reply.status !== 304;
  if (!bodyAllowed || has("content-length")) return headers;
  if (whole && !has("content-type", "text/event-stream")) {
    headers.push(["content-length", String(reply.chunks[0]?.length ?? 0)]);
  } else if (!http2) headers.push(["transfer-encoding", "chunked"]);
  return headers;
}

function answerCallouts(host: ProxyHost, peers: Peers): void {
  // A plugin that calls out from every answer would never end.
  for (let round = 0; round < 100; round++) {
    const moved = peers.redis?.(host) ?? false;
    if (!moved && host.callouts.length === 0) return;
    for (const call of host.callouts) {
      if (call.kind === "http") {
        if (peers.callout) host.answer(call, peers.callout(call));
      } else if (peers.grpc) {
        const reply = peers.grpc(call);
        if (Buffer.isBuffer(reply)) host.answerGrpc(call, reply);
        else host.failGrpc(call, reply.code, reply.message);
      }
    }
  }
}
