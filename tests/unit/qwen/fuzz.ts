import assert from "node:assert/strict";
import { test } from "node:test";
import { fixturesOf, readEvents } from "../../fixtures/expectations.ts";
import * as qwen from "./module.ts";
import { makeUp, streamedResponse, wholeResponse } from "./generator.ts";
import { Random, seed } from "../random.ts";

const ROUNDS = 15_000;
const fixtures = fixturesOf("qwen", "chat");
const bites = [
  ...'{}[]",:\\0-9eE+.ntfu \n\r',
  ...[
    "null",
    '"null"',
    "true",
    "1e999",
    "-1",
    "[]",
    "{}",
    '""',
    "\\ud83d",
    "\\udc00",
    "\ufffd",
    "😀",
    "\n\n",
    "data:",
    "event:error\n",
  ],
  ...[
    "content",
    "tool_calls",
    "index",
    "message",
    "function",
    "arguments",
    "output",
    "choices",
    "usage",
    "text",
    "role",
    "type",
  ],
];

/** The text with a few changes. */
function mutate(text: string, random: Random): string {
  let mutated = text;
  for (let i = 1 + random.below(4); i > 0; i--) {
    const at = random.below(mutated.length + 1);
    const removed = random.below(3) === 0 ? random.below(40) : random.below(3);
    const inserted = random.below(4) === 0 ? mutated.slice(at, at + random.below(80)) : random.pick(bites);
    mutated = mutated.slice(0, at) + (random.below(3) === 0 ? "" : inserted) + mutated.slice(at + removed);
  }
  return mutated;
}

/** Every event has OpenAI's form for any input: JSON, the role once per choice, and [DONE] at the end. */
function assertWellFormed(stream: string): void {
  const { objects, done } = readEvents(stream);
  assert.equal(done, 1);
  const finished = new Set<number>();
  const begun = new Set<number>();
  for (const object of objects as any[]) {
    if (object.error !== undefined) {
      assert.equal(typeof object.error.message, "string");
      assert.equal(object, objects.at(-1));
      continue;
    }
    for (const { index, delta, finish_reason } of object.choices) {
      assert.equal(delta.role !== undefined, !begun.has(index));
      assert.ok(!finished.has(index));
      begun.add(index);
      if (finish_reason !== null) finished.add(index);
    }
  }
}

test(`${ROUNDS} mutated streams give OpenAI's events`, () => {
  const random = new Random(seed());
  let before = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 50 === 0) {
      const reasoningContentMode = random.pick(["passthrough", "ignore", "concat"]);
      qwen.configure({ ...qwen.NATIVE, reasoningContentMode });
      const fields = {
        n: 1 + random.below(3),
        incremental_output: random.below(2) === 0,
        stream_options: { include_usage: true },
      };
      qwen.translateRequest({
        model: "qwen-plus",
        messages: [{ role: "user", content: "x" }],
        stream: true,
        ...fields,
      });
    }
    const spelling = {
      multimodal: random.below(2) === 0,
      cumulative: random.below(2) === 0,
      ascii: random.below(2) === 0,
    };
    const said = Array.from({ length: 1 + random.below(2) }, (_, i) => makeUp(random, `${i}`));
    const stream = mutate(streamedResponse(said, spelling, random), random);
    const step = random.below(3) === 0 ? 1 + random.below(60) : undefined;
    const translated = qwen.translateStream(stream, step);
    try {
      assertWellFormed(translated);
    } catch (error) {
      throw new Error(`round ${round}: ${JSON.stringify(stream)} became ${JSON.stringify(translated)}`, {
        cause: error,
      });
    }
    if (round === 2000) before = qwen.memoryBytes();
  }
  assert.ok(qwen.memoryBytes() <= before * 2);
});

test(`${ROUNDS} mutated responses give OpenAI's, or nothing`, () => {
  const random = new Random(seed());
  qwen.configure(qwen.NATIVE);
  qwen.translateRequest({ model: "qwen-plus", messages: [{ role: "user", content: "x" }] });
  let kept = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const spelling = { multimodal: random.below(2) === 0, cumulative: false, ascii: random.below(2) === 0 };
    const response = mutate(wholeResponse([makeUp(random, "0"), makeUp(random, "1")], spelling), random);
    const translated = qwen.translateResponse(response);
    if (translated === undefined) continue;
    assert.equal(JSON.parse(translated).object, "chat.completion", response);
    kept++;
  }
  assert.ok(kept > ROUNDS / 20);
});

test(`${ROUNDS} mutated requests give DashScope's, or a refusal`, () => {
  const random = new Random(seed());
  qwen.configure({ ...qwen.NATIVE, qwenFileIds: ["file-1"], qwenEnableSearch: true });
  const models = ["qwen-plus", "qwen-vl-max", "qwen-long"];
  let kept = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const client = { ...random.pick(fixtures).client, model: random.pick(models) };
    const result = qwen.translateRawRequest(mutate(JSON.stringify(client), random));
    if (result === undefined) continue;
    if (result.refused !== undefined) {
      assert.match(result.refused, /^400 \S* \S/);
      continue;
    }
    kept++;
    assert.deepEqual(Object.keys(result.body), ["model", "input", "parameters"]);
    assert.ok(Array.isArray(result.body.input.messages));
  }
  assert.ok(kept > ROUNDS / 20);
});
