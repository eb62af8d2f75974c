// SPDX-License-Identifier: Apache-2.0
// One provider with several API keys, for both hosts: what it replies is scripted for each key.
import { createHash } from "node:crypto";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";
import type { ClientRequest } from "./http-client.ts";

/** The API keys of the provider. */
export const KEYS = ["sk-test-key-one", "sk-test-key-two", "sk-test-key-three"];

/** The name of a key in metrics and logs. */
export const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex").slice(0, 8);

/** A configuration of ai-proxy with these keys. */
export const configurationOf = (options: object, keys = KEYS): string =>
  JSON.stringify({ provider: { type: "openai", id: "pool", apiTokens: keys, ...options } });

/** The retry policy of README.md. */
export const retry_policy = {
  retry_on: "retriable-headers",
  retriable_headers: [{ name: "x-ai-next-key", present_match: true }],
  num_retries: 5,
  retry_back_off: { base_interval: "0.001s" },
};

/** Routes with and without that policy. */
export const routes = [
  { name: "alone", match: { prefix: "/alone" }, cluster: "upstream" },
  { name: "retried", match: { prefix: "/" }, cluster: "upstream", action: { retry_policy } },
];

/** A whole response, or a stream of two events. */
export function served(request: ProviderRequest): ProviderReply {
  const { stream } = JSON.parse(request.body.toString() || "{}") as { stream?: boolean };
  if (!stream) return json(200, { object: "chat.completion", choices: [], usage: { total_tokens: 1 } });
  const event = (delta: object, end: string | null): Buffer =>
    Buffer.from(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: end }] })}\n\n`);
  const chunks = [event({ content: "hi" }, null), event({}, "stop"), Buffer.from("data: [DONE]\n\n")];
  return { status: 200, headers: [["content-type", "text/event-stream"]], chunks };
}

/** A reply with a JSON body. */
export function json(status: number, value: object, headers: HeaderPair[] = []): ProviderReply {
  return {
    status,
    headers: [["content-type", "application/json"], ...headers],
    chunks: [Buffer.from(JSON.stringify(value))],
  };
}

/** An error as OpenAI writes it. */
export const failed = (
  status: number,
  code = "some_code",
  headers: HeaderPair[] = [],
  message = "No.",
): ProviderReply => json(status, { error: { message, type: "error", param: null, code } }, headers);

/** What the provider replies, by API key, and which keys it received, in order. */
export class KeyScript {
  readonly sent: string[] = [];
  readonly bodies: string[] = [];
  private replies: Record<string, ProviderReply> = {};

  /** These keys get these replies from now on, the others are served. */
  set(replies: Record<string, ProviderReply>): void {
    this.replies = replies;
  }

  readonly answer = (request: ProviderRequest): ProviderReply => {
    const bearer = request.headers.find(([name]) => name === "authorization")?.[1] ?? "";
    const key = bearer.replace("Bearer ", "");
    this.sent.push(key);
    this.bodies.push(request.body.toString());
    return this.replies[key] ?? served(request);
  };

  /** The keys that were received since the last call. */
  taken(): string[] {
    return this.sent.splice(0);
  }
}

/** A chat, of a consumer if one is named. */
export function chatOf(
  options: { stream?: boolean; consumer?: string; prefix?: string; path?: string } = {},
): ClientRequest {
  const { stream = false, consumer, prefix = "", path = "/v1/chat/completions" } = options;
  const body = Buffer.from(JSON.stringify({ model: "m", stream, messages: [{ role: "user", content: "hello" }] }));
  return {
    method: "POST",
    path: `${prefix}${path}`,
    authority: "gateway.example",
    headers: [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
      ...(consumer ? ([["x-mse-consumer", consumer]] as HeaderPair[]) : []),
    ],
    chunks: [body],
  };
}
