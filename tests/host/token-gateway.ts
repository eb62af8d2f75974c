// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost, type HostOptions } from "./proxy-host.ts";

const PLUGIN = "ai-token-ratelimit";
/** The budget of each user. */
export const BUDGET = 10_000;
/** Per user and hour, prompt and output reserved. */
export const PER_USER = {
  rule_items: [{ limit_by_per_param: "user", limit_keys: [{ key: "*", token_per_hour: BUDGET }] }],
  reserve: "prompt_and_max",
};

const chat = (more: object): Buffer =>
  Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }], ...more }));

/** The last event of a stream, with this many tokens of input and output together. */
export const usageEvent = (tokens: number): Buffer =>
  Buffer.from(`data: {"choices":[],"usage":{"prompt_tokens":${tokens - 1},"completion_tokens":1}}\n\n`);

/** ai-token-ratelimit in one VM on the Node host. */
export class TokenGateway {
  readonly host: ProxyHost;
  readonly context: RootContext;

  constructor(config: object = PER_USER, options: HostOptions = {}, wasm = `build/${PLUGIN}.wasm`) {
    this.host = new ProxyHost(wasm, { logLevel: "warn", clusters: ["upstream", "redis"], ...options });
    const context = this.host.configure(PLUGIN, JSON.stringify({ rule_name: "test", ...config }));
    assert.ok(context);
    this.context = context;
  }

  /** Begins a request, up to its headers. */
  open(user: string, hasBody = true): HttpStream {
    const stream = this.host.stream(this.context);
    stream.requestHeaders(
      [
        [":method", hasBody ? "POST" : "GET"],
        [":path", `/v1/chat/completions?user=${user}`],
        [":authority", "gateway.example"],
      ],
      !hasBody,
    );
    return stream;
  }

  /** Begins a chat that states a maximum, up to the end of its request. */
  begin(user: string, maxTokens: number): HttpStream {
    const stream = this.open(user);
    stream.requestBody(chat({ max_tokens: maxTokens }), true);
    return stream;
  }

  /** The tokens that are used or reserved by a user. */
  used(user: string): number {
    const stream = this.open(user, false);
    this.answer(stream, 0);
    return BUDGET - remaining(stream);
  }

  /** Sends the response of a stream whose request has passed; without tokens it has no usage, and no success. */
  answer(stream: HttpStream, tokens: number): void {
    const status = tokens ? "200" : "404";
    stream.responseHeaders(
      [
        [":status", status],
        ["content-type", "text/event-stream"],
      ],
      !tokens,
    );
    if (tokens) stream.responseBody(usageEvent(tokens), true);
    this.host.check();
  }
}

/** What a response says is left. */
export const remaining = (stream: HttpStream): number =>
  Number(stream.client.headers?.get("x-ratelimit-remaining-tokens"));

/** The status of a response; 0 before it. */
export const statusOf = (stream: HttpStream): number => Number(stream.client.headers?.get(":status") ?? 0);
