// SPDX-License-Identifier: Apache-2.0
// ai-history on the Node host, alone.
import assert from "node:assert/strict";
import type { HeaderPair } from "../providers/types.ts";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import type { StreamOptions } from "./stream-options.ts";

/** ai-history, configured. */
export interface Gateway {
  host: ProxyHost;
  context: RootContext;
}

/** What is sent beside the messages. */
export interface Question {
  consumer?: string;
  path?: string;
  headers?: HeaderPair[];
  options?: StreamOptions;
}

export const CHATS = "/v1/chat/completions";
export const MESSAGES = "/v1/messages";

/** Starts ai-history. */
export function start(configuration: object = {}): Gateway {
  const host = new ProxyHost("build/ai-history.wasm", { logLevel: "warn", clusters: ["upstream", "redis"] });
  const context = host.configure("ai-history", JSON.stringify(configuration));
  assert.ok(context);
  return { host, context };
}

function open(
  { host, context }: Gateway,
  method: string,
  path: string,
  question: Question,
  isEnd: boolean,
): HttpStream {
  const { consumer = "ann", headers = [], options = {} } = question;
  const stream = host.stream(context, options);
  if (consumer) stream.filterState.set("ai_consumer", { value: Buffer.from(consumer), readonly: false, span: 1 });
  const pseudo: HeaderPair[] = [
    [":method", method],
    [":path", path],
    [":authority", "gateway.example"],
  ];
  stream.requestHeaders([...pseudo, ["content-type", "application/json"], ...headers], isEnd);
  return stream;
}

/** Sends messages; a text is a question. */
export function ask(gateway: Gateway, messages: string | object[], question: Question = {}): HttpStream {
  const stream = open(gateway, "POST", question.path ?? CHATS, question, false);
  const list = typeof messages === "string" ? [{ role: "user", content: messages }] : messages;
  stream.requestBody(Buffer.from(JSON.stringify({ model: "m", messages: list })), true);
  return stream;
}

/** The messages that the provider has got. */
export const asked = (stream: HttpStream): object[] =>
  (JSON.parse(Buffer.concat(stream.upstream.body).toString()) as { messages: object[] }).messages;

/** Responds as the provider, in pieces. */
export function respond(
  stream: HttpStream,
  pieces: (Buffer | string)[],
  type = "application/json",
  { status = "200", ends = true, headers = [] as HeaderPair[] } = {},
): void {
  stream.responseHeaders([[":status", status], ["content-type", type], ...headers], false);
  for (const [n, piece] of pieces.entries()) stream.responseBody(Buffer.from(piece), ends && n === pieces.length - 1);
}

/** A whole chat. */
export const whole = (message: object | string, finish = "stop"): string => {
  const said = typeof message === "string" ? { content: message } : message;
  return JSON.stringify({
    choices: [{ index: 0, message: { role: "assistant", ...said }, finish_reason: finish }],
  });
};

/** The history of a consumer. */
export function historyOf(gateway: Gateway, question: Question = {}): object[] {
  const stream = open(gateway, "GET", "/ai-history/query", question, true);
  assert.equal(stream.client.headers?.get(":status"), "200");
  assert.equal(stream.client.headers?.get("cache-control"), "no-store");
  return JSON.parse(Buffer.concat(stream.client.body).toString()) as object[];
}

/** Removes the history of a consumer. */
export function forget(gateway: Gateway, question: Question = {}): void {
  const stream = open(gateway, "DELETE", "/ai-history/query", question, true);
  assert.equal(stream.client.headers?.get(":status"), "204");
}
