// SPDX-License-Identifier: Apache-2.0
// One gateway for both hosts: a filter that stands in for fallback, and ai-proxy behind it, in the router's chain. What the first
// provider sends is a scenario's; the second one serves.
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import { dialects } from "../providers/index.ts";
import type { ClientRequest } from "./http-client.ts";

/** Where a failed request goes. */
export const SECOND = "/second/v1/chat/completions";

/** How the stand-in is configured in each listener. */
export const filters = {
  /** Redirects what failed. */
  armed: { pass: "1", redirectTo: SECOND },
  /** Says that another target is left, and redirects nothing. */
  declining: { pass: "1", redirectTo: SECOND, declines: true },
  /** The last target: nothing is left. */
  last: { pass: "1" },
  /** No fallback set. */
  none: {},
} as const;
export type Listener = keyof typeof filters;

/** The configuration of ai-proxy. */
export const aiProxy = JSON.stringify({
  providers: [
    { id: "native", type: "qwen", apiToken: "sk-test-native", qwenEnableCompatible: false },
    {
      ...{ id: "openai", type: "openai", apiToken: "sk-test-openai" },
      capabilities: { "anthropic/v1/messages": "/v1/messages" },
    },
    { id: "second", type: "openai", apiToken: "sk-test-second", modelMapping: { "*": "gpt-4o" } },
  ],
});

/** The clusters: each leads to the provider of its name. */
export const clusters = ["native", "openai", "second"].map((name) => ({
  name,
  metadata: { "ai-proxy": { provider: name } } as Record<string, { [key: string]: string }>,
}));
const internal_redirect_policy = { redirect_response_codes: [307], max_internal_redirects: 3 };
/** The routes, each by the prefix that is its name. */
export const routes = clusters.map(({ name }) => ({
  ...{ name, match: { prefix: `/${name}` }, cluster: name },
  action: { internal_redirect_policy },
}));

/** A chat to one of the providers. */
export function chatTo(provider: string, stream: boolean, more: { api?: string; body?: string } = {}): ClientRequest {
  const messages = [{ role: "user", content: "hello" }];
  const value = more.api === "responses" ? { input: "hello" } : { messages, max_tokens: 50 };
  const body = Buffer.from(more.body ?? JSON.stringify({ model: "gpt-4o", stream, ...value }));
  return {
    ...{ method: "POST", path: `/${provider}/v1/${more.api ?? "chat/completions"}`, authority: "gateway.example" },
    headers: [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
    ],
    chunks: [body],
  };
}

/** What the second provider sends. */
export const second = (request: ProviderRequest): ProviderReply =>
  dialects.openai.handle({ ...request, path: request.path.replace("/second", "") });
