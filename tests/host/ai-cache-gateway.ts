// SPDX-License-Identifier: Apache-2.0
// ai-cache on the Node host, alone.
import assert from "node:assert/strict";
import type { HeaderPair } from "../providers/types.ts";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import type { StreamOptions } from "./stream-options.ts";

/** A whole chat. */
export const completion = (message: object, finish = "stop"): string =>
  JSON.stringify({
    ...{ id: "c1", object: "chat.completion", created: 1, model: "m" },
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish }],
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  });
/** One that is stored. */
export const hello = completion({ content: "hello" });

/** ai-cache, configured. */
export interface Gateway {
  host: ProxyHost;
  context: RootContext;
}

/** Starts ai-cache, which stores responses for every client of a route unless the configuration says otherwise. */
export function start(configuration: object = {}): Gateway {
  const host = new ProxyHost("build/ai-cache.wasm", { logLevel: "warn", clusters: ["upstream", "redis"] });
  const context = host.configure("ai-cache", JSON.stringify({ share: "route", ...configuration }));
  assert.ok(context);
  return { host, context };
}

/** Sends a request with more headers, and more members than a model and a message; a chat unless the path says otherwise. */
export function ask(
  { host, context }: Gateway,
  more: HeaderPair[] = [],
  body: object = {},
  options: StreamOptions = {},
  path = "/v1/chat/completions",
): HttpStream {
  const stream = host.stream(context, options);
  const headers: HeaderPair[] = [
    [":method", "POST"],
    [":path", path],
    [":authority", "gateway.example"],
    ["content-type", "application/json"],
    ...more,
  ];
  stream.requestHeaders(headers, false);
  stream.requestBody(
    Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }], ...body })),
    true,
  );
  return stream;
}

/** Whether the provider was asked. */
export const isAsked = (stream: HttpStream): boolean => stream.upstream.body.length > 0;
/** What the client has got. */
export const bodyOf = (stream: HttpStream): string => Buffer.concat(stream.client.body).toString();

/** Responds as the provider. */
export function respond(stream: HttpStream, body: string, status = "200", isEnded = true): void {
  stream.responseHeaders(
    [
      [":status", status],
      ["content-type", "application/json"],
    ],
    false,
  );
  stream.responseBody(Buffer.from(body), isEnded);
}
