// SPDX-License-Identifier: Apache-2.0
import type { HttpStream } from "../host/http-stream.ts";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";
import type { Attack } from "./messages.ts";

/**
 * Runs an exchange event by event, and yields after each, so that other exchanges run in between. The provider responds
 * only if the request arrives.
 */
export function* drive(
  stream: HttpStream,
  attack: Attack,
  reply: (streams: boolean) => ProviderReply,
): Generator<void, void> {
  let left = attack.leavesAfter;
  for (const step of clientSteps(stream, attack)) {
    if (stream.isOver) return;
    if (left-- <= 0) stream.clientReset();
    else step();
    yield;
  }
  if (stream.upstream.end !== "clean") {
    stream.clientReset();
    return;
  }
  const answer = reply(isStreaming(stream));
  for (const step of providerSteps(stream, answer)) {
    if (stream.isOver) break;
    if (left-- <= 0) stream.clientReset();
    else step();
    yield;
  }
  stream.clientReset();
}

function isStreaming(stream: HttpStream): boolean {
  const asked = /"(stream|incremental_output)"\s*:\s*true/.test(stream.upstream.bodyBytes.toString("latin1"));
  return asked || stream.upstream.headers?.get("x-dashscope-sse") === "enable";
}

function clientSteps(stream: HttpStream, { method, path, headers, chunks, trailers }: Attack): (() => void)[] {
  const pseudo: HeaderPair[] = [
    [":method", method],
    [":path", path],
    [":authority", "gateway.example"],
  ];
  const steps = [() => stream.requestHeaders([...pseudo, ...headers], chunks.length === 0 && !trailers)];
  chunks.forEach((chunk, at) => steps.push(() => stream.requestBody(chunk, at === chunks.length - 1 && !trailers)));
  if (trailers) steps.push(() => stream.requestTrailers(trailers));
  return steps;
}

function providerSteps(stream: HttpStream, reply: ProviderReply): (() => void)[] {
  const { status, headers, chunks, trailers, end } = reply;
  if (end === "refuse") return [() => stream.upstreamReset()];
  const headersOnly = chunks.length === 0 && !trailers && end === "clean";
  const steps = [() => stream.responseHeaders([[":status", String(status)], ...headers], headersOnly)];
  for (const chunk of chunks) steps.push(() => stream.responseBody(chunk, false));
  if (end === "cut") steps.push(() => stream.upstreamReset("protocol_error"));
  else if (end === "clean" && trailers) steps.push(() => stream.responseTrailers(trailers));
  else if (end === "clean" && !headersOnly) steps.push(() => stream.responseBody(Buffer.alloc(0), true));
  return steps;
}
