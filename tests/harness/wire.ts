// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { dialects } from "../providers/index.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";
import type { BodySource, Case, CaseReply, CaseRequest, Exchange } from "./case.ts";
import { KEY_HEADER, keyOf } from "./case-consumers.ts";
import type { ClientRequest } from "./http-client.ts";

const root = resolve(import.meta.dirname, "../..");

/** The bytes of a body that a case gives as JSON, text or file; undefined where it gives none. */
export function bodyBytes(source: BodySource): Buffer | undefined {
  if (source.json !== undefined) return Buffer.from(JSON.stringify(source.json));
  if (source.body !== undefined) return Buffer.from(source.body);
  return source.bodyFile === undefined ? undefined : readFileSync(resolve(root, source.bodyFile));
}

/** The request of an exchange as a client sends it. */
export function toClientRequest(request: CaseRequest): ClientRequest {
  const body = bodyBytes(request) ?? Buffer.alloc(0);
  const headers = headerPairs(request.headers);
  if (request.consumer) headers.push([KEY_HEADER, keyOf(request.consumer)]);
  const names = new Set(headers.map(([name]) => name));
  if (request.json !== undefined && !names.has("content-type")) headers.push(["content-type", "application/json"]);
  if (body.length > 0 && !request.trailers && !names.has("content-length") && !names.has("transfer-encoding")) {
    headers.push(["content-length", String(body.length)]);
  }
  return {
    method: request.method ?? (body.length > 0 ? "POST" : "GET"),
    path: request.path ?? "/v1/chat/completions",
    authority: request.authority ?? "gateway.example",
    headers,
    chunks: split(body, request.everyByte ? 1 : undefined, request.chunks),
    ...(request.trailers ? { trailers: headerPairs(request.trailers) } : {}),
  };
}

/** Answers a request as the exchange's `reply` says, else as the case's dialect does, else with a plain 200. */
export function answer(testCase: Case, exchange: Exchange, request: ProviderRequest): ProviderReply {
  if (exchange.reply) return toReply(exchange.reply);
  if (testCase.dialect === undefined) {
    return { status: 200, headers: [["content-type", "text/plain"]], chunks: [Buffer.from("upstream")] };
  }
  const dialect = dialects[testCase.dialect];
  if (!dialect) throw new Error(`no dialect "${testCase.dialect}"; there is ${Object.keys(dialects).join(", ")}`);
  return dialect.handle(request);
}

/** The reply that a case describes. */
export function toReply(reply: CaseReply): ProviderReply {
  const headers = headerPairs(reply.headers);
  const type = reply.sse ? "text/event-stream" : reply.json !== undefined ? "application/json" : undefined;
  if (type && !headers.some(([name]) => name === "content-type")) headers.push(["content-type", type]);
  const events = reply.sse?.map(encodeEvent);
  const whole = events ? Buffer.concat(events) : (bodyBytes(reply) ?? Buffer.alloc(0));
  const chunks = events && reply.chunkSize === undefined ? events : split(whole, reply.chunkSize);
  const trailers = reply.trailers ? { trailers: headerPairs(reply.trailers) } : {};
  return { status: reply.status ?? 200, headers, chunks, ...trailers, end: reply.end, delayMs: reply.delayMs };
}

/** One event of a stream: JSON and `[DONE]` become a `data:` line, any other text is sent as it is. */
function encodeEvent(event: unknown): Buffer {
  if (typeof event === "string" && event !== "[DONE]") return Buffer.from(event);
  return Buffer.from(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
}

/** Cuts a body into pieces of `size`, or of the given sizes with the rest as the last piece. */
export function split(body: Buffer, size?: number, sizes: number[] = []): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const length = size ?? sizes[pieces.length] ?? body.length;
    pieces.push(body.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function headerPairs(headers: Record<string, string | string[]> = {}): HeaderPair[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value): HeaderPair => [name.toLowerCase(), value]),
  );
}
