// SPDX-License-Identifier: Apache-2.0
// ai-search and streams of Responses: each event says what the whole response says, and their numbers have no gap.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random, seed } from "../unit/random.ts";
import { SearchGateway, type Json } from "./search-gateway.ts";

const WORDS = ["<think>", "</think>", " ", "\n", "A", "<", "th", "ink>", "界", "𝄞", '"', "[1]", "[", "1", "]", "</"];

const part = (text: string): Json => ({ type: "output_text", text, annotations: [] });
const message = (index: number, text: string): Json => ({ id: `msg_${index}`, type: "message", content: [part(text)] });

/** The events of a response with these texts, as OpenAI sends them. https://platform.openai.com/docs/api-reference/responses-streaming */
function eventsOf(texts: string[][]): Json[] {
  const events: Json[] = [];
  const add = (type: string, more: Json): void => {
    events.push({ type: `response.${type}`, sequence_number: events.length, ...more });
  };
  add("created", { response: { output: [] } });
  for (const [index, pieces] of texts.entries()) {
    const item = message(index, pieces.join(""));
    const place = { item_id: item.id, output_index: index, content_index: 0 };
    add("output_item.added", { output_index: index, item: { ...item, content: [] } });
    add("content_part.added", { ...place, part: part("") });
    for (const delta of pieces) add("output_text.delta", { ...place, delta });
    add("output_text.done", { ...place, text: item.content[0].text });
    add("content_part.done", { ...place, part: item.content[0] });
    add("output_item.done", { output_index: index, item });
  }
  add("completed", { response: { output: texts.map((pieces, index) => message(index, pieces.join(""))) } });
  return events;
}

/** The output as the pieces of a stream make it. */
function accumulated(events: Json[]): Json[] {
  const output: Json[] = [];
  for (const { type, output_index, item, delta, annotation, annotation_index, text, part: whole } of events) {
    const content = output[output_index]?.content;
    if (type === "response.output_item.added") output.push({ ...item, content: [part("")] });
    if (type === "response.output_text.delta") content[0].text += delta;
    if (type === "response.output_text.annotation.added") content[0].annotations[annotation_index] = annotation;
    if (type === "response.output_text.done") assert.equal(content[0].text, text);
    if (type === "response.content_part.done") assert.deepEqual(content[0], whole);
    if (type === "response.output_item.done") {
      assert.deepEqual(content, item.content);
      output[output_index] = item;
    }
  }
  return output;
}

describe("streams of Responses with references", () => {
  for (const style of [{}, { referenceLocation: "tail" }, { referenceStyle: "annotations" }]) {
    it(`give what the whole response gives: ${JSON.stringify(style)}`, () => {
      const gateway = new SearchGateway(style);
      const random = new Random(seed());
      const respond = (type: string, pieces: Buffer[]): string => {
        const stream = gateway.send("/v1/responses", { input: "gold" });
        gateway.reply();
        return gateway.respond(stream, type, pieces);
      };
      for (let round = 0; round < 150; round++) {
        const texts = Array.from({ length: 1 + random.below(3) }, () =>
          Array.from({ length: random.below(9) }, () => random.pick(WORDS)),
        );
        const output = texts.map((pieces, index) => message(index, pieces.join("")));
        const whole = JSON.parse(respond("application/json", [Buffer.from(JSON.stringify({ output }))])).output;
        const sent = Buffer.from(
          eventsOf(texts)
            .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
            .join(""),
        );
        const chunks: Buffer[] = [];
        for (let at = 0; at < sent.length;) {
          const size = 1 + random.below(200);
          chunks.push(sent.subarray(at, at + size));
          at += size;
        }
        const lines = respond("text/event-stream", chunks).split("\n");
        const events = lines
          .filter((line) => line.startsWith("data: "))
          .map((line) => JSON.parse(line.slice(6)) as Json);
        const types = lines.filter((line) => line.startsWith("event: ")).map((line) => line.slice(7));
        assert.deepEqual(
          types,
          events.map(({ type }) => type),
        );
        assert.deepEqual(
          events.map((event) => event.sequence_number),
          [...events.keys()],
        );
        assert.deepEqual(events.at(-1)!.response.output, whole);
        assert.deepEqual(accumulated(events), whole);
      }
    });
  }
});
