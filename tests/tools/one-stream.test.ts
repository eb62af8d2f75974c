// SPDX-License-Identifier: Apache-2.0
// What `make demo-failover` accepts as one stream of one model.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { faultsOfStream } from "../../tools/demo/one-stream.ts";

const chunk = (id: string, model: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id, model, object: "chat.completion.chunk", choices: [{ index: 0, delta: {}, finish_reason: finish }] })}`;
const [first, last, done] = [chunk("a", "qwq-32b"), chunk("a", "qwq-32b", "stop"), "data: [DONE]"];

const faulty: [name: string, events: string[], fault: RegExp][] = [
  ["nothing", [], /does not end with \[DONE\]/],
  ["no end", [first, last], /does not end with \[DONE\]/],
  ["two ends", [first, last, done, done], /2 events are \[DONE\]/],
  ["no finish reason", [first, first, done], /0 chunks have a finish reason/],
  ["two finish reasons", [first, last, last, done], /2 chunks have a finish reason/],
  ["the beginning of another model's response", [chunk("a", "deepseek-r1"), first, last, done], /not from qwq-32b/],
  ["the beginning of another response", [chunk("b", "qwq-32b"), first, last, done], /more than one id/],
  ["an error event", [first, 'data: {"error":{"message":"x"}}', last, done], /an event is an error/],
  ["an event that is no JSON", [first, "data: {", last, done], /no chunk of a chat/],
  ["a comment", [": ping", first, last, done], /no chunk of a chat/],
];

describe("one stream of one model", () => {
  it("is whole", () => assert.deepEqual(faultsOfStream([first, first, last, done], "qwq-32b"), []));

  for (const [name, events, fault] of faulty) {
    it(`is not a stream with ${name}`, () => assert.match(faultsOfStream(events, "qwq-32b").join("; "), fault));
  }
});
