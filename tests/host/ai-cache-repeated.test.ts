// SPDX-License-Identifier: Apache-2.0
// An event that differs from the one before in nothing but its text is not parsed. What is stored is what parsing each event gives: a comment
// between two events makes them unequal.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Random, seed } from "../unit/random.ts";
import { ask, bodyOf, isAsked, start } from "./ai-cache-gateway.ts";

const STREAMS = 200;
const CHATS = "/v1/chat/completions";
const MESSAGES = "/v1/messages";
/** The contents of JSON strings, and what is none. */
const PIECES = [
  "a",
  " b",
  "Grüße",
  '\\"',
  "\\\\",
  "\\n",
  "\\ud83c",
  "\\udf0d",
  "🌍",
  "",
  '"}',
  "\\",
  "\\x",
  "\n",
  "\u0001",
];
const gateway = start({ cache: { type: "memory", places: 4096 }, wait_timeout: 0 });

const chunk = (delta: string, rest: string, finish = "null"): string =>
  `data: {"id":"c","created":1,"model":"m","choices":[{"index":0,"delta":{${delta}},"finish_reason":${finish}}]${rest}}\n\n`;
const delta = (type: string, name: string, piece: string, index: number): string =>
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${name}":"${piece}"}}\n\n`;
const ofMessage = (event: { type: string; [name: string]: unknown }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/** Most of them are whole characters. */
const pieceOf = (random: Random): string => random.pick(random.below(3) ? PIECES.slice(0, 9) : PIECES);

/** A chat: each event is a piece of reasoning or of the text, most of them alike, some with something else. */
function chatEvents(random: Random): string[] {
  const isPadded = random.below(2) === 0;
  const name = random.below(4) === 0 ? "reasoning_content" : "content";
  const events = Array.from({ length: 3 + random.below(6) }, () => {
    const padding = isPadded ? `,"obfuscation":"${"x".repeat(random.below(4))}"` : "";
    const piece = pieceOf(random);
    switch (random.below(24)) {
      case 0:
        return chunk(`"${name}":"${piece}","audio":{"id":"1"}`, padding);
      case 1:
        return chunk(`"${name}":"${piece}"`, padding, '"stop"');
      case 2:
        return chunk(
          `"content":"${piece}"`,
          `,"usage":{"prompt_tokens":${random.below(9)},"completion_tokens":1}${padding}`,
        );
      case 3:
        return chunk(`"content":"a","content":"${piece}"`, padding);
      default:
        return chunk(`"${name}":"${piece}"`, padding);
    }
  });
  return [...events, chunk("", "", '"stop"'), "data: [DONE]\n\n"];
}

/** A message, alike. */
function messageEvents(random: Random): string[] {
  const block = (index: number, type: string, name: string, kind: string): string[] => [
    ofMessage({ type: "content_block_start", index, content_block: { type, [name]: "" } }),
    ...Array.from({ length: 1 + random.below(6) }, () =>
      random.below(20) ? delta(kind, name, pieceOf(random), index) : ofMessage({ type: "ping" }),
    ),
    ofMessage({ type: "content_block_stop", index }),
  ];
  const thinks = random.below(2);
  return [
    ofMessage({ type: "message_start", message: { id: "msg_1", model: "c", usage: { input_tokens: 1 } } }),
    ...(thinks ? block(0, "thinking", "thinking", "thinking_delta") : []),
    ...block(thinks, "text", "text", "text_delta"),
    ofMessage({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } }),
    ofMessage({ type: "message_stop" }),
  ];
}

/** Replaces a byte of one event of some streams, but not the event's end. */
function spoiled(events: string[], random: Random): Buffer[] {
  const bytes = events.map((event) => Buffer.from(event));
  const event = bytes[random.below(bytes.length)];
  if (random.below(4) === 0) event[random.below(event.length - 2)] = random.below(256);
  return bytes;
}

/** What is stored of a stream that comes in these pieces: the response to the same question. */
function stored(path: string, question: string, pieces: Buffer[]): unknown {
  const body = { messages: [{ role: "user", content: `${path} ${question}` }] };
  const first = ask(gateway, [], { ...body, stream: true }, {}, path);
  assert.ok(isAsked(first));
  const headers: [string, string][] = [
    [":status", "200"],
    ["content-type", "text/event-stream"],
  ];
  first.responseHeaders(headers, false);
  for (const [n, piece] of pieces.entries()) first.responseBody(piece, n === pieces.length - 1);
  const second = ask(gateway, [], body, {}, path);
  if (!isAsked(second)) return JSON.parse(bodyOf(second));
  second.clientReset();
  return "nothing";
}

for (const [path, eventsOf] of [
  [CHATS, chatEvents],
  [MESSAGES, messageEvents],
] as const)
  it(`stores of ${STREAMS} streams what parsing each event gives (${path}, seed ${seed()})`, () => {
    const random = new Random(seed());
    let whole = 0;
    for (let n = 0; n < STREAMS; n++) {
      const events = spoiled(eventsOf(random), random);
      const expected = stored(
        path,
        `parsed ${n}`,
        events.flatMap((event) => [Buffer.from(": c\n\n"), event]),
      );
      if (expected !== "nothing") whole++;
      const all = Buffer.concat(events);
      const at = random.below(all.length);
      const cut = [all.subarray(0, at), all.subarray(at)];
      for (const [name, pieces] of Object.entries({ events, all: [all], cut })) {
        assert.deepEqual(stored(path, `${name} ${n}`, pieces), expected, `${name}: ${all.toString()}`);
      }
    }
    assert.ok(whole > STREAMS / 10 && whole < STREAMS, `${whole}`);
    gateway.host.check();
  });
