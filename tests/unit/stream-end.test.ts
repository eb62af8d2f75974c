// A stream that is ended before its provider ends it: what the client gets is a whole response.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadModule } from "./module.ts";
import { Random, seed } from "./random.ts";

const { exports, put, out } = await loadModule("stream-end");

/** What is written behind these events; "" if nothing can be written. */
function endOf(events: object[], wantsUsage = false): string {
  exports.begin!();
  for (const event of events) {
    const json = Buffer.from(JSON.stringify(event));
    exports.read!(put(json), json.length);
  }
  const isPossible = exports.write!(wantsUsage ? 1 : 0) === 1;
  assert.equal(isPossible, out().length > 0);
  return out().toString();
}

const dataOf = (text: string): unknown[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => (data === "[DONE]" ? data : (JSON.parse(data!) as unknown)));

const HEAD = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_700_000_000, model: 'm"é' };
const chunk = (...choices: object[]): object => ({ ...HEAD, choices });
const USAGE = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
const ended = (index: number): object => ({ index, delta: {}, finish_reason: "length" });

test("chat completions end with a chunk for each open choice, the usage if it is asked for, and [DONE]", () => {
  const one = [chunk({ index: 0, delta: { content: "a" }, finish_reason: null })];
  assert.deepEqual(dataOf(endOf(one)), [chunk(ended(0)), "[DONE]"]);
  assert.deepEqual(dataOf(endOf(one, true)), [chunk(ended(0)), { ...HEAD, choices: [], usage: USAGE }, "[DONE]"]);
  const three = [0, 1, 2].map((index) => chunk({ index, delta: { content: "a" } }));
  const finished = chunk({ index: 1, delta: {}, finish_reason: "stop" });
  assert.deepEqual(dataOf(endOf([...three, finished])), [chunk(ended(0)), chunk(ended(2)), "[DONE]"]);
});

test("a stream that has ended, or whose protocol is unknown, is not ended again", () => {
  assert.equal(endOf([]), "");
  assert.equal(endOf([{ choices: [] }]), "");
  assert.equal(endOf([{ candidates: [] }, { error: { message: "x" } }]), "");
  assert.equal(endOf([chunk({ index: 0, delta: {}, finish_reason: "stop" })]), "");
  assert.equal(endOf([{ type: "message_start" }, { type: "message_delta" }]), "");
  assert.equal(
    endOf([
      { type: "response.created", sequence_number: 0 },
      { type: "response.failed", sequence_number: 1 },
    ]),
    "",
  );
});

test("completions", () => {
  const events = [{ id: "cmpl-1", object: "text_completion", choices: [{ index: 0, text: "a", finish_reason: null }] }];
  assert.deepEqual(dataOf(endOf(events)), [
    {
      id: "cmpl-1",
      object: "text_completion",
      choices: [{ index: 0, text: "", finish_reason: "length" }],
    },
    "[DONE]",
  ]);
});

test("Messages close the open block", () => {
  const start = { type: "message_start", message: { id: "msg_1" } };
  const block = { type: "content_block_start", index: 3, content_block: { type: "text", text: "" } };
  const [stop, last] = [{ type: "content_block_stop", index: 3 }, { type: "message_stop" }];
  const delta = {
    type: "message_delta",
    delta: { stop_reason: "max_tokens", stop_sequence: null },
    usage: { output_tokens: 7 },
  };
  assert.deepEqual(dataOf(endOf([start, block])), [stop, delta, last]);
  assert.deepEqual(dataOf(endOf([start, block, stop])), [delta, last]);
  for (const [, event, type] of endOf([start, block]).matchAll(/^event: (.*)\ndata: {"type":"([^"]*)"/gm))
    assert.equal(event, type);
});

test("Responses end incomplete, with the next number", () => {
  const response = { id: "resp_1", object: "response", created_at: 1, model: "m" };
  const events = [
    { type: "response.created", sequence_number: 0, response: { ...response, status: "in_progress", tools: [] } },
    { type: "response.output_text.delta", sequence_number: 7, delta: "a" },
  ];
  const usage = { input_tokens: 5, output_tokens: 7, total_tokens: 12 };
  const incomplete = {
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
    output: [],
    usage,
  };
  assert.deepEqual(dataOf(endOf(events)), [
    { type: "response.incomplete", sequence_number: 8, response: { ...response, ...incomplete } },
  ]);
});

test("whatever a provider sends, the end is valid JSON and bounded", (t) => {
  const random = new Random(seed());
  t.diagnostic(`SEED=${seed()}`);
  const values = [null, -1, 0, 63, 64, 1e30, "x", "x".repeat(5000), [], {}, "length", true];
  const types = ["message_start", "content_block_start", "response.created", "response.output_text.delta", 5];
  for (let i = 0; i < 5_000; i++) {
    const events = Array.from({ length: 1 + random.below(4) }, () => ({
      id: random.pick(values),
      model: random.pick(values),
      type: random.pick(types),
      index: random.pick(values),
      sequence_number: random.pick(values),
      response: random.pick([{ id: random.pick(values) }, 5]),
      ...(random.below(2)
        ? { choices: [{ index: random.pick(values), delta: random.pick(values), finish_reason: random.pick(values) }] }
        : {}),
    }));
    const text = endOf(events, true);
    assert.doesNotThrow(() => dataOf(text), text);
    assert.ok(text.length < 20_000, String(text.length));
  }
});
