// SPDX-License-Identifier: Apache-2.0
import type { ClientRequest } from "../../../harness/http-client.ts";
import type { HeaderPair, ProviderReply } from "../../../providers/types.ts";

/** One exchange through the probe: its script, what the client sends, what the provider answers. */
export interface Scenario {
  name: string;
  script: string;
  /** Both sides speak HTTP/2. */
  http2?: boolean;
  request?: Partial<ClientRequest>;
  reply: ProviderReply;
  bufferLimitBytes?: number;
}

/** An answer with a text as its body. */
export const text = (body: string, more: Partial<ProviderReply> = {}): ProviderReply => ({
  status: 200,
  chunks: [Buffer.from(body)],
  ...more,
  headers: [["content-type", "text/plain"], ...(more.headers ?? [])],
});

/** A body in pieces. */
export const pieces = (...parts: string[]): Buffer[] => parts.map((part) => Buffer.from(part));

const CALLBACKS =
  "configure request_headers request_headers_end request_body_end response_headers response_headers_end response_body_end log done delete";

/** Gives every callback of an exchange the same operations, and some of them their own after these, or alone. */
export function inAll(
  operations: string,
  own: Record<string, string> = {},
  alone: Record<string, string> = {},
): string {
  const lines = CALLBACKS.split(" ").map((callback) => {
    return `${callback}: ${[operations, own[callback]].filter(Boolean).join("; ")}`;
  });
  return [...lines, script(alone)].join("\n");
}

/** A script from callbacks and their operations. */
export function script(callbacks: Record<string, string>): string {
  return Object.entries(callbacks)
    .map(([callback, operations]) => `${callback}: ${operations}`)
    .join("\n");
}

/** What the client sends in a scenario. */
export function toRequest({ request = {} }: Pick<Scenario, "request">): ClientRequest {
  const chunks = request.chunks ?? [Buffer.from("hello")];
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const framing: HeaderPair[] = size > 0 && !request.trailers ? [["content-length", String(size)]] : [];
  return {
    method: "POST",
    path: "/start?a=b",
    authority: "gateway.example",
    ...request,
    headers: [["x-a", "one"], ["user-agent", "test"], ...framing, ...(request.headers ?? [])],
    chunks,
  };
}
