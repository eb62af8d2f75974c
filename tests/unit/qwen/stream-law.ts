import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ChatCompletionStream } from "openai/lib/ChatCompletionStream";
import { assertReceived, fixturesOf, readEvents } from "../../fixtures/expectations.ts";
import * as qwen from "./module.ts";
import { makeUp, type Spelling, streamedResponse, wholeResponse } from "./generator.ts";
import { Random, seed } from "../random.ts";

const { askForStream, deltasOf } = qwen;

describe("fixtures", () => {
  for (const { name, client, upstream, expected } of fixturesOf("qwen", "chat")) {
    if (!expected?.stream || !upstream) continue;
    test(`${name}, at once, byte by byte and cut at every offset`, () => {
      askForStream(client);
      const whole = qwen.translateStream(upstream.body);
      assertReceived(whole, expected);
      assert.equal(qwen.translateStream(upstream.body, 1), whole);
      for (let at = 0; at <= upstream.body.length; at++) {
        assert.equal(qwen.translateStreamCutAt(upstream.body, at), whole, `cut at ${at}`);
      }
    });
  }
});

/** The result of the official client for a stream. It does not support reasoning, and keeps only the last part: it is joined here. */
async function accumulate(stream: string): Promise<any> {
  const { objects, done } = readEvents(stream);
  assert.equal(done, 1);
  const lines = new ReadableStream({
    start(controller) {
      for (const object of objects) controller.enqueue(new TextEncoder().encode(`${JSON.stringify(object)}\n`));
      controller.close();
    },
  });
  const completion = JSON.parse(
    JSON.stringify(await ChatCompletionStream.fromReadableStream(lines).finalChatCompletion()),
  );
  for (const { index, message } of completion.choices) {
    const own = deltasOf(stream).filter((choice) => choice.index === index);
    message.reasoning_content = own.map(({ delta }) => delta.reasoning_content ?? "").join("");
  }
  return completion;
}

/** Removes the fields that only one of the two forms has. */
function comparable(completion: any): any {
  return {
    id: completion.id,
    model: completion.model,
    created: completion.created,
    choices: completion.choices.map(({ index, finish_reason, message }: any) => ({
      index,
      finish_reason,
      content: message.content,
      reasoning: message.reasoning_content ?? "",
      calls: (message.tool_calls ?? []).map(({ id, type, function: fn }: any) => [id, type, fn.name, fn.arguments]),
    })),
  };
}

describe("a stream, accumulated by the official client, equals the whole response", () => {
  const spellings: Spelling[] = [false, true].flatMap((multimodal) =>
    [false, true].flatMap((cumulative) => [false, true].map((ascii) => ({ multimodal, cumulative, ascii }))),
  );
  for (const mode of ["passthrough", "ignore", "concat"]) {
    for (const spelling of spellings) {
      const names = Object.entries(spelling).flatMap(([name, is]) => (is ? [name] : []));
      test(`${mode} ${names.join(" ")}`, async () => {
        const random = new Random(seed());
        for (let round = 0; round < 40; round++) {
          const said = Array.from({ length: 1 + random.below(2) }, (_, i) => makeUp(random, `${i}`));
          askForStream(
            { n: said.length, ...(spelling.cumulative ? { incremental_output: false } : {}) },
            { reasoningContentMode: mode },
          );
          const whole = JSON.parse(qwen.translateResponse(wholeResponse(said, spelling))!);
          const stream = qwen.translateStream(streamedResponse(said, spelling, random), 1 + random.below(200));
          assert.deepEqual(comparable(await accumulate(stream)), comparable(whole), JSON.stringify(said));
          for (const [i, { content, reasoning }] of said.entries()) {
            const expected =
              mode === "concat" && reasoning !== "" ? `<think>${reasoning}</think>\n${content}` : content;
            assert.equal(whole.choices[i].message.content ?? "", expected);
            assert.equal(whole.choices[i].message.reasoning_content ?? "", mode === "passthrough" ? reasoning : "");
          }
        }
      });
    }
  }
});
