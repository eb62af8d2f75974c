// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from "node:zlib";
import type { ProviderReply } from "./types.ts";

/**
 * Deliberate failures of a mock provider. The model name ends with the name of the failure: `gpt-rate-limited`, `qwen-cut`.
 *
 * Each dialect has its own form of the first group; the second group is the same for every HTTP server.
 */
const faults = [
  "rate-limited", // 429 with retry-after
  "quota-exceeded", // 429, a retry is useless
  "server-error", // 500 in the provider's error shape
  "overloaded", // 503 in the provider's error shape
  "content-filtered", // 400, the content filter refuses the prompt
  "stream-error", // 200, two events, then an error event
  "stream-refused", // 200, the first event is an error

  "html-error", // 502 with an HTML page, as from a proxy
  "empty-error", // 500 without a body
  "cut", // connection reset after half of the response
  "hang", // half of the response, then nothing
  "refused", // connection reset, no response
  "gzip", // a compressed response that was not requested
  "crlf", // event stream with CRLF line ends
  "dribble", // every byte of the response in a separate write
  "slow", // 20 ms between events
] as const;

/** The name of a deliberate failure. */
export type Fault = (typeof faults)[number];

/** The failure that a model name selects, if any. */
export const faultOf = (model: string): Fault | undefined => faults.find((fault) => model.endsWith(`-${fault}`));

/** Applies a transport failure to a reply; the failures of a dialect leave the reply unchanged. */
export function withTransportFault(fault: Fault | undefined, reply: ProviderReply): ProviderReply {
  const half = reply.chunks.length > 1 ? reply.chunks.slice(0, reply.chunks.length / 2) : halfOf(reply.chunks);
  switch (fault) {
    case "html-error":
      return {
        status: 502,
        headers: [["content-type", "text/html"]],
        chunks: [Buffer.from("<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\r\n")],
      };
    case "empty-error":
      return { status: 500, headers: [], chunks: [] };
    case "cut":
      return { ...reply, chunks: half, end: "cut" };
    case "hang":
      return { ...reply, chunks: half, end: "hang" };
    case "refused":
      return { ...reply, chunks: [], end: "refuse" };
    case "gzip":
      return {
        ...reply,
        headers: [...reply.headers, ["content-encoding", "gzip"]],
        chunks: [gzipSync(Buffer.concat(reply.chunks))],
      };
    case "crlf":
      return { ...reply, chunks: reply.chunks.map((chunk) => Buffer.from(String(chunk).replaceAll("\n", "\r\n"))) };
    case "dribble":
      return { ...reply, chunks: reply.chunks.flatMap((chunk) => Array.from(chunk, (byte) => Buffer.of(byte))) };
    case "slow":
      return { ...reply, delayMs: 20 };
    default:
      return reply;
  }
}

const halfOf = (chunks: Buffer[]): Buffer[] => chunks.map((chunk) => chunk.subarray(0, chunk.length / 2));
