import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as qwen from "./module.ts";
import { makeUp, streamedResponse, wholeResponse } from "./generator.ts";
import { Random, seed } from "../random.ts";

const usage = '{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}';

describe("the events of a response, written by a writer of no client", () => {
  test("a stream and the whole response give the same events, however they are spelled and cut", () => {
    const random = new Random(seed());
    for (let round = 0; round < 300; round++) {
      const cumulative = random.below(2) === 0;
      const spelling = { multimodal: random.below(2) === 0, cumulative, ascii: random.below(2) === 0 };
      const said = Array.from({ length: 1 + random.below(3) }, (_, i) => makeUp(random, `${i}`));
      const stream = streamedResponse(said, spelling, random);
      const whole = qwen.recordWhole(wholeResponse(said, { ...spelling, cumulative: false }));
      assert.deepEqual(qwen.recordStream(stream, said.length, cumulative, 1 + random.below(200)), whole);
      assert.equal(whole.filter((line) => line.startsWith("finish ")).length, said.length);
    }
  });

  test("blocks come in order, and the arguments of parallel tool calls may alternate", () => {
    const piece = (index: number, id: string, name: string, text: string) => ({
      content: "",
      tool_calls: [{ index, id, type: "function", function: { name, arguments: text } }],
    });
    const events = [
      { content: "", reasoning_content: "Let me " },
      { content: "", reasoning_content: "see." },
      { content: "I ask." },
      piece(3, "a", "f", ""),
      piece(7, "b", "g", '{"x"'),
      piece(3, "", "", "{}"),
      piece(7, "", "", ":1}"),
    ];
    const stream = events.map((message) => qwen.event(qwen.choice(message))).join("");
    assert.deepEqual(qwen.recordStream(stream + qwen.event(qwen.choice({ content: "" }, "tool_calls"))), [
      "begin r-1",
      "reasoning 0 Let me see.",
      "text 0 I ask.",
      "call 0.0 a f",
      "call 0.1 b g",
      'arguments 0.1 {\\"x\\"',
      "arguments 0.0 {}",
      "arguments 0.1 :1}",
      "finish 0 3",
      `usage ${usage}`,
      "end ",
    ]);
  });

  test("an error ends the events, with its status", () => {
    const error = qwen.event({ code: "Throttling", message: 'Slow "down"', request_id: "r" }, "error", 429);
    const fail = 'fail 429 Slow \\"down\\" Throttling';
    assert.deepEqual(qwen.recordStream(error), [fail]);
    const begun = qwen.event(qwen.choice({ content: "A" })) + error + qwen.event(qwen.choice({ content: "B" }, "stop"));
    assert.deepEqual(qwen.recordStream(begun), ["begin r-1", "text 0 A", fail]);
    assert.match(
      qwen.recordStream(qwen.event(qwen.choice({ content: "A" }))).at(-1)!,
      /^fail 502 .* upstream_stream_incomplete$/,
    );
  });

  test("half a character is held until its other half arrives, and replaced if it never arrives", () => {
    const piece = (content: string, finish = "null") =>
      qwen.event(`{"output":{"choices":[{"message":{"content":"${content}"},"finish_reason":"${finish}"}]}}`);
    const text = (stream: string) => qwen.recordStream(stream).filter((line) => line.startsWith("text "));
    assert.deepEqual(text(piece("a\\ud83d") + piece("\\ude00b", "stop")), ["text 0 a\\ud83d\\ude00b"]);
    assert.deepEqual(text(piece("a\\ud83d") + piece("b", "stop")), ["text 0 a\ufffdb"]);
    assert.deepEqual(text(piece("a\\ud83d") + piece("", "stop")), ["text 0 a\ufffd"]);
    assert.deepEqual(text(piece("a\\\\ud83d") + piece("b", "stop")), ["text 0 a\\\\ud83db"]);
  });
});
