// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from "node:zlib";
import type { ProviderReply } from "./types.ts";

/**
 * How a mock provider fails on purpose. The model's name ends with the fault: `gpt-rate-limited`, `qwen-cut`.
 *
 * The first group is spelled by each dialect, the second is the same for every HTTP server.
 */
const faults = [
  "rate-limited", // 429 with retry-after
  "quota-exceeded", // 429, no use in retrying
  "server-error", // 500 in the provider's error shape
  "overloaded", // 503 in the provider's error shape
  "content-filtered", // 400, the provider does not like what the prompt says
  "stream-error", // 200, two events, then an error event
  "stream-refused", // 200, the first event is an error

  "html-error", // 502 with a web page, as a proxy in between sends it
  "empty-error", // 500 without a body
  "cut", // connection reset after half of the answer
  "hang", // half of the answer, then silence
  "refused", // connection reset, no answer at all
  "gzip", // a compressed answer although nobody asked for one
  "crlf", // event stream with CRLF line ends
  "dribble", // every byte of the answer is a write of its own
  "slow", // 20 ms between events
] as const;

/** The name of a deliberate failure. */
export type Fault = (typeof faults)[number];

/** The fault that a model's name asks for, if any. */
export const faultOf = (model: string): Fault | undefined => faults.find((fault) => model.endsWith(`-${fault}`));

/** The reply as it is after a fault of the transport; a fault that a dialect spells leaves it as it is. */
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
