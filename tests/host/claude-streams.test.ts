// SPDX-License-Identifier: Apache-2.0
// Streams of Claude for clients of chats that last, end early, or are not what the page promises.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random, seed } from "../unit/random.ts";
import {
  call,
  ending,
  event,
  eventsOf,
  type Json,
  MESSAGES,
  opening,
  piece,
  ping,
  received,
  send,
  setup,
  start,
  stop,
  thinking,
} from "./claude-messages.ts";
import type { HttpStream } from "./http-stream.ts";

/** The most bytes that an open stream may hold. */
const MOST_HELD = 1_500;
const OPEN_STREAMS = 500;

/** Every stream ends with one of these, and with nothing behind it. */
function assertEnds(body: string, what: string): void {
  const events = body.split("\n\n").filter(Boolean);
  assert.equal(events.at(-1), "data: [DONE]", what);
  assert.equal(events.filter((data) => data === "data: [DONE]").length, 1, what);
  for (const data of events.slice(0, -1)) JSON.parse(data.slice("data: ".length));
}

describe("streams of Claude that are not what its page promises", () => {
  const full = start + ping + MESSAGES["parallel tools with reasoning between them"].content.map(eventsOf).join("");
  const body = full + ending("tool_use") + stop;

  test("a stream that ends anywhere ends in an error, unless the message has ended", () => {
    const { host, begin } = setup();
    // Behind the reason, the message has ended.
    const last = body.length - stop.length;
    for (let end = 1; end < body.length; end += end < last - 300 ? 7 : 1) {
      const stream = begin();
      stream.responseBody(Buffer.from(body).subarray(0, end), true);
      assert.ok(stream.isOver);
      const result = received(stream);
      if (!result.startsWith("data: ")) {
        assert.ok((JSON.parse(result) as Json).error, result);
        continue;
      }
      assertEnds(result, `${end}`);
      const failed = result.includes('"error":{');
      assert.equal(failed, !result.includes('"finish_reason":"tool_calls"'), `${end}: ${result.slice(-300)}`);
    }
    host.check();
  });

  test("an error within a stream is its end", () => {
    const { begin } = setup();
    const failure = { type: "error", error: { type: "overloaded_error", message: 'Over"loaded' } };
    const stream = begin();
    send(stream, opening + piece);
    const end = send(stream, event(failure) + piece + ending("end_turn") + stop);
    assert.match(end, /^data: \{"error":\{"message":"Over\\"loaded"[^\n]*\n\ndata: \[DONE\]\n\n$/);
    stream.responseBody(Buffer.from(stop), true);
    assert.equal(received(stream), "");
  });

  test("events that are lost, doubled, swapped or damaged end in an event, never in a trap", () => {
    const { host, begin } = setup();
    const random = new Random(seed());
    const events = body.split("\n\n").filter(Boolean);
    const damage: ((list: string[]) => void)[] = [
      (list) => list.splice(random.below(list.length), 1),
      (list) => list.splice(random.below(list.length), 0, random.pick(list)),
      (list) => list.reverse(),
      (list) => {
        const at = random.below(list.length);
        list[at] = list[at].slice(0, random.below(list[at].length));
      },
      (list) => {
        const at = random.below(list.length);
        const from = random.below(list[at].length);
        list[at] =
          list[at].slice(0, from) +
          random.pick(['"', "{", "}", "\\", "\ud83d", "0", "[", "\0"]) +
          list[at].slice(from + 1);
      },
      (list) => {
        const at = random.below(list.length);
        list[at] = list[at].replace(/"index":\d+/, `"index":${random.pick(["-1", "1e99", "null", "7", "2147483648"])}`);
      },
    ];
    for (let round = 0; round < 1500; round++) {
      const list = [...events];
      for (let n = 0; n <= random.below(3); n++) if (list.length > 1) random.pick(damage)(list);
      const bytes = Buffer.from(`${list.join("\n\n")}\n\n`);
      const stream = begin();
      const at = random.below(bytes.length);
      stream.responseBody(bytes.subarray(0, at), false);
      stream.responseBody(bytes.subarray(at), true);
      assert.ok(stream.isOver);
      const result = received(stream);
      if (result.startsWith("data: ")) assertEnds(result, list.join("\n"));
      else assert.ok((JSON.parse(result) as Json).error, result);
    }
    host.check();
  });

  test("values of other kinds in any place end in an event, never in a trap", () => {
    const { begin, host } = setup();
    const odd = [null, 7, "x", true, [], {}, [[]], "\ud83d", "x".repeat(5000)];
    const block = (content_block: unknown): Json => ({ type: "content_block_start", index: 1, content_block });
    const delta = (value: unknown): Json => ({ type: "content_block_delta", index: 0, delta: value });
    const places: ((value: unknown) => Json)[] = [
      (value) => ({ type: value }),
      (value) => ({ type: "message_start", message: value }),
      (value) => ({ type: "message_start", message: { id: value, usage: value } }),
      block,
      (value) => block({ type: value }),
      (value) => block({ type: "text", text: value }),
      (value) => block({ type: "thinking", thinking: value, signature: value }),
      (value) => block({ type: "redacted_thinking", data: value }),
      (value) => block({ type: "tool_use", id: value, name: value, input: value }),
      delta,
      (value) => delta({ type: "text_delta", text: value }),
      (value) => delta({ type: "thinking_delta", thinking: value }),
      (value) => delta({ type: "signature_delta", signature: value }),
      (value) => delta({ type: "input_json_delta", partial_json: value }),
      (value) => ({ type: "content_block_stop", index: value }),
      (value) => ({ type: "message_delta", delta: value, usage: value }),
      (value) => ({ type: "message_delta", delta: { stop_reason: value }, usage: { output_tokens: value } }),
      (value) => ({ type: "error", error: value }),
      (value) => ({ type: "error", error: { type: value, message: value } }),
    ];
    for (const place of places) {
      for (const value of odd) {
        for (const before of ["", opening]) {
          const stream = begin();
          stream.responseBody(Buffer.from(before + event(place(value))), false);
          stream.responseBody(Buffer.from(piece + ending("end_turn") + stop), true);
          assert.ok(stream.isOver);
          const result = received(stream);
          if (result.startsWith("data: ")) assertEnds(result, JSON.stringify(place(value)));
          else assert.ok((JSON.parse(result) as Json).error, result);
          host.check();
        }
      }
    }
  });
});

describe("streams of Claude that last", () => {
  test("a million events hold no more than a thousand", () => {
    const { begin, held } = setup();
    const stream = begin();
    send(stream, opening);
    const many = piece.repeat(999) + ping;
    assert.match(send(stream, many), /piece/);
    const first = held();
    for (let n = 1; n < 1_000; n++) send(stream, many);
    assert.equal(held(), first);
    assertEnds(send(stream, ending("end_turn") + stop), "the end");
    stream.clientReset();
  });

  test(`${OPEN_STREAMS} open streams hold little, and leave nothing`, (t) => {
    const { begin, held } = setup();
    const idle = held();
    const open = (): HttpStream[] => {
      const streams = Array.from({ length: OPEN_STREAMS }, () => begin());
      for (const stream of streams) send(stream, opening + piece + piece.slice(0, piece.length / 2));
      return streams;
    };
    const streams = open();
    const each = Math.round((held() - idle) / OPEN_STREAMS);
    t.diagnostic(`${each} bytes for each open stream`);
    assert.ok(each <= MOST_HELD, `${each} bytes for each open stream`);
    for (const stream of streams) stream.clientReset();
    const closed = held();
    for (const stream of open()) stream.clientReset();
    assert.ok(held() - closed < 1024, `${held() - closed} bytes are left`);
  });

  test("calls, reasoning and messages without end take a bounded memory", () => {
    const { begin, held } = setup();
    const before = held();
    const stream = begin();
    send(stream, start);
    for (let n = 0; n < 10_000; n++) {
      const blocks = [
        call(`t${n}`, "f", { a: "b" }),
        thinking("a", "c2ln"),
        { type: "redacted_thinking", data: "cmVk" },
      ];
      send(stream, blocks.map((block, i) => eventsOf(block, n * 3 + i)).join(""));
    }
    assert.ok(held() - before < 256 * 1024, `${held() - before} bytes`);
    stream.clientReset();
  });
});
