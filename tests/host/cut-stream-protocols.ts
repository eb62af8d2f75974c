// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";

type Json = Record<string, unknown>;

/** A stream of one protocol, and what makes a stream of it whole. */
export interface StreamedProtocol {
  name: string;
  path: string;
  request: Json;
  /** The events of a stream that ends by itself; a text is sent unchanged. */
  events: (Json | string)[];
  /** Fails unless these events are a whole stream. Returns why it has ended. */
  ending(events: (Json | string)[]): unknown;
}

const WORDS = ["The ", "committee ", "will ", "meet ", "again ", "on ", "Thursday ", "to ", "decide."];
const REQUEST = { model: "m", stream: true, messages: [{ role: "user", content: "hi" }] };

/** Events of choices, of which each ends once. */
function choicesEnding(events: (Json | string)[]): unknown {
  const reasons = new Map<number, unknown>();
  assert.equal(events.at(-1), "[DONE]");
  for (const event of events.slice(0, -1) as { id: string; choices: { index: number; finish_reason?: unknown }[] }[]) {
    assert.equal(event.id, "c");
    for (const { index, finish_reason: reason } of event.choices) {
      assert.ok(!reasons.get(index), "a choice ends once");
      reasons.set(index, reason);
    }
  }
  const [first, ...others] = reasons.values();
  for (const reason of others) assert.equal(reason, first);
  return first;
}

const choices = (piece: (text: string) => Json): (Json | string)[] => {
  const chunk = (...list: Json[]): Json => ({ id: "c", choices: list });
  const pieces = WORDS.map((word, i) => chunk({ index: i % 2, ...piece(word) }));
  const ends = [0, 1].map((index) => chunk({ index, ...piece(""), finish_reason: "stop" }));
  return [...pieces, ...ends, "[DONE]"];
};

/** https://docs.claude.com/en/docs/build-with-claude/streaming */
function messageEnding(events: (Json | string)[]): unknown {
  let open: unknown = null;
  let reason: unknown;
  for (const [i, event] of (events as Json[]).entries()) {
    const isLast = i === events.length - 1;
    assert.equal(event.type === "message_start", i === 0);
    assert.equal(event.type === "message_stop", isLast);
    if (reason) assert.ok(isLast, "nothing but message_stop is behind message_delta");
    if (event.type === "content_block_start") {
      assert.equal(open, null);
      open = event.index;
    } else if (event.type === "content_block_delta") assert.equal(event.index, open);
    else if (event.type === "content_block_stop") {
      assert.equal(event.index, open);
      open = null;
    } else if (event.type === "message_delta") {
      assert.equal(open, null);
      reason = (event.delta as Json).stop_reason;
    }
  }
  return reason;
}

const block = (index: number): Json[] => [
  { type: "content_block_start", index, content_block: { type: "text", text: "" } },
  ...WORDS.map((text) => ({ type: "content_block_delta", index, delta: { type: "text_delta", text } })),
  { type: "content_block_stop", index },
];

/** https://platform.openai.com/docs/api-reference/responses-streaming */
function responseEnding(events: (Json | string)[]): unknown {
  for (const [i, event] of (events as Json[]).entries()) {
    assert.equal(event.sequence_number, i);
    const isEnd = event.type === "response.completed" || event.type === "response.incomplete";
    assert.equal(isEnd, i === events.length - 1);
  }
  const { status, incomplete_details: details } = (events.at(-1) as Json).response as Json;
  return (details as Json | undefined)?.reason ?? status;
}

const response = { id: "r", object: "response", created_at: 7, model: "m" };

export const PROTOCOLS: StreamedProtocol[] = [
  {
    name: "chat completions",
    path: "/v1/chat/completions",
    request: REQUEST,
    events: choices((content) => ({ delta: content ? { content } : {} })),
    ending: choicesEnding,
  },
  {
    name: "completions",
    path: "/v1/completions",
    request: { model: "m", stream: true, prompt: "hi" },
    events: choices((text) => ({ text })),
    ending: choicesEnding,
  },
  {
    name: "Messages",
    path: "/v1/messages",
    request: { ...REQUEST, max_tokens: 90 },
    events: [
      { type: "message_start", message: { id: "msg", usage: { input_tokens: 9, output_tokens: 1 } } },
      { type: "ping" },
      ...block(0),
      ...block(1),
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 18 } },
      { type: "message_stop" },
    ],
    ending: messageEnding,
  },
  {
    name: "Responses",
    path: "/v1/responses",
    request: { model: "m", stream: true, input: "hi" },
    events: [
      { type: "response.created", response: { ...response, status: "queued" } },
      { type: "response.queued", response: { ...response, status: "queued" } },
      { type: "response.in_progress", response: { ...response, status: "in_progress" } },
      ...WORDS.map((delta) => ({ type: "response.output_text.delta", item_id: "i", output_index: 0, delta })),
      { type: "response.completed", response: { ...response, status: "completed" } },
    ].map((event, i) => ({ ...event, sequence_number: i })),
    ending: responseEnding,
  },
];

/** The events as they are sent. */
export const sseOf = (events: (Json | string)[], lineEnd: string): string =>
  events
    .map((event) => {
      const data = typeof event === "string" ? event : JSON.stringify(event);
      const type = typeof event === "string" || !event.type ? "" : `event: ${event.type as string}${lineEnd}`;
      return `${type}data: ${data}${lineEnd}${lineEnd}`;
    })
    .join("");

/** The events of a body, of which each is whole. */
export function eventsIn(body: string): (Json | string)[] {
  const text = body.replaceAll(/\r\n?/g, "\n");
  assert.ok(text.endsWith("\n\n"), "the last event is whole");
  return text
    .split(/\n\n+/)
    .slice(0, -1)
    .map((event) => {
      const [, type, data] = /^(?:event: (.*)\n)?data: (.*)$/.exec(event)!;
      const value = data === "[DONE]" ? data : (JSON.parse(data) as Json);
      assert.equal(type, typeof value === "string" ? undefined : value.type);
      return value;
    });
}
