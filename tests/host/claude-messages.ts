// SPDX-License-Identifier: Apache-2.0
// Messages of Claude for a client of chats, whole and as the events that Anthropic sends.
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

/** A JSON object. */
export type Json = Record<string, unknown>;

const ASKED = {
  ...{ model: "claude-opus-4-6", messages: [{ role: "user", content: "hi" }] },
  stream_options: { include_usage: true },
};

/** A host with the provider, responses that have begun, and the bytes that are held. */
export function setup(): { host: ProxyHost; begin: (isStream?: boolean) => HttpStream; held: () => number } {
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
  const context = host.configure("ai-proxy", JSON.stringify({ provider: { type: "claude", apiTokens: ["sk-test"] } }))!;
  const begin = (isStream = true): HttpStream => {
    const stream = host.stream(context);
    stream.requestHeaders(
      [
        [":method", "POST"],
        [":path", "/v1/chat/completions"],
        [":authority", "gateway.example"],
        ["content-type", "application/json"],
      ],
      false,
    );
    stream.requestBody(Buffer.from(JSON.stringify({ ...ASKED, stream: isStream })), true);
    const type = isStream ? "text/event-stream" : "application/json";
    stream.responseHeaders(
      [
        [":status", "200"],
        ["content-type", type],
      ],
      false,
    );
    return stream;
  };
  const held = (): number => {
    host.collectGarbage();
    host.check();
    return host.vm.heapUse()!.bytes;
  };
  return { host, begin, held };
}

/** One event. */
export const event = (data: Json): string => `event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`;
/** What the client has received since the last call. */
export const received = (stream: HttpStream): string => String(Buffer.concat(stream.client.body.splice(0)));
/** Sends a piece of the response; returns what the client receives of it. */
export const send = (stream: HttpStream, text: string): string => {
  stream.responseBody(Buffer.from(text), false);
  return received(stream);
};

/** The tokens of the prompt. */
export const USAGE = { input_tokens: 20, cache_creation_input_tokens: 5, cache_read_input_tokens: 7 };
/** What all messages have. */
export const head = { id: "msg_1", type: "message", role: "assistant", model: "claude-opus-4-6" };
/** The first event. */
export const start = event({
  type: "message_start",
  message: { ...head, content: [], usage: { ...USAGE, output_tokens: 1 } },
});
/** The last event. */
export const stop = event({ type: "message_stop" });
/** The event with the reason for the end. */
export const ending = (reason: string): string =>
  event({ type: "message_delta", delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 9 } });
/** An event without meaning. */
export const ping = event({ type: "ping" });
/** A piece of the text that `opening` begins. */
export const piece = event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "piece" } });
/** The first events of a text. */
export const opening =
  start + event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });

/** A block of text. */
export const text = (value: string): Json => ({ type: "text", text: value });
/** A block of reasoning. */
export const thinking = (value: string, signature: string): Json => ({ type: "thinking", thinking: value, signature });
/** A block that calls a tool. */
export const call = (id: string, name: string, input: Json): Json => ({ type: "tool_use", id, name, input });

/** Pieces of a text, of some characters each. */
const pieces = (value: string): string[] => value.match(/.{1,3}/gsu) ?? [];

/** The events of one block, as Anthropic sends them. */
export function eventsOf(block: Json, index: number): string {
  const empty: Record<string, Json> = {
    ...{ text: { text: "" }, thinking: { thinking: "", signature: "" }, tool_use: { input: {} } },
    redacted_thinking: {},
  };
  const deltas: Json[] = [];
  if (block.type === "text")
    for (const part of pieces(String(block.text))) deltas.push({ type: "text_delta", text: part });
  if (block.type === "thinking") {
    for (const part of pieces(String(block.thinking))) deltas.push({ type: "thinking_delta", thinking: part });
    deltas.push({ type: "signature_delta", signature: block.signature });
  }
  if (block.type === "tool_use" && Object.keys(block.input as Json).length > 0) {
    const parts = ["", ...pieces(JSON.stringify(block.input))];
    for (const part of parts) deltas.push({ type: "input_json_delta", partial_json: part });
  }
  return [
    event({ type: "content_block_start", index, content_block: { ...block, ...empty[String(block.type)] } }),
    ...deltas.map((delta) => event({ type: "content_block_delta", index, delta })),
    event({ type: "content_block_stop", index }),
  ].join("");
}

/** The contents of whole messages, and why they end. */
export const MESSAGES: Record<string, { content: Json[]; reason: string }> = {
  text: { content: [text('Hello 👩‍💻\n"quoted\\path" 你好')], reason: "end_turn" },
  "reasoning with its signature, and what only Anthropic can read": {
    content: [thinking("Let me é think", "c2ln"), { type: "redacted_thinking", data: "cmVk" }, text("So.")],
    reason: "end_turn",
  },
  "reasoning whose text is left out": { content: [thinking("", "c2ln"), text("So.")], reason: "end_turn" },
  "parallel tools with reasoning between them": {
    content: [
      ...[thinking("a", "MQ=="), text("I read."), call("t1", "read", { path: 'a "b"', n: [1, { x: null }] })],
      ...[thinking("b", "Mg=="), call("t2", "now", {}), call("t3", "读", { 城: "杭州\n" })],
    ],
    reason: "tool_use",
  },
  "blocks of other types": {
    content: [
      ...[text("I search. "), { type: "server_tool_use", id: "s1", name: "web_search", input: {} }],
      ...[{ type: "web_search_tool_result", tool_use_id: "s1", content: [] }, text("Found.")],
    ],
    reason: "stop_sequence",
  },
  "a refusal": { content: [text("I can")], reason: "refusal" },
  "a refusal without a word": { content: [], reason: "refusal" },
  "a text that the limit cuts": { content: [text("Once upon")], reason: "max_tokens" },
};
