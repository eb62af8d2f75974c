import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ResponseStream } from "openai/lib/responses/ResponseStream";
import { makeUp } from "../qwen/generator.ts";
import { Random, seed } from "../random.ts";
import { ask, chunk, chunks, eventsOf, memoryBytes, open, stream, translateRaw, usage, whole } from "./module.ts";

const TOOLS = [
  { type: "function", name: "f" },
  { type: "custom", name: "patch" },
];

/** What the official client makes of a stream: it checks ids, indexes and the order of events. */
async function accumulate(text: string): Promise<any> {
  const lines = new ReadableStream({
    start(controller) {
      for (const event of eventsOf(text)) controller.enqueue(new TextEncoder().encode(`${JSON.stringify(event)}\n`));
      controller.close();
    },
  });
  const { output_text: _, ...response } = JSON.parse(
    JSON.stringify(await ResponseStream.fromReadableStream(lines).finalResponse()),
  );
  return response;
}

const without = (response: any): any =>
  JSON.parse(
    JSON.stringify(response, (key, value) =>
      key === "parsed" || key === "parsed_arguments" || key === "output_parsed" ? undefined : (value as unknown),
    ),
  );

/** What a model says in random order and pieces: the chunks of a stream, and the same as a whole chat. */
function conversation(random: Random): { sent: Buffer; chat: object } {
  const { content, reasoning } = makeUp(random, "r");
  const calls = Array.from({ length: random.below(4) }, (_, i) => ({
    id: `call_${i}`,
    type: "function",
    function: {
      name: random.pick(["f", "patch"]),
      arguments: random.pick([
        "",
        "{}",
        '{"input":"a\\n\\"é\\ud83d\\ude00"}',
        '{"input":1}',
        '{"a":[1,2]}',
        "no",
        '{"input',
      ]),
    },
  }));
  const pieces = (text: string): string[] => {
    const parts: string[] = [];
    for (let rest = [...text]; rest.length > 0;) parts.push(rest.splice(0, 1 + random.below(9)).join(""));
    return parts;
  };
  const finish = random.pick(["stop", "length", "content_filter"]);
  const sent = chunks(
    ...pieces(reasoning).map((piece) => chunk({ reasoning_content: piece })),
    ...pieces(content).map((piece) => chunk({ content: piece })),
    ...calls.flatMap(({ function: called, ...call }, index) => [
      chunk({ tool_calls: [{ index, ...call, function: { name: called.name, arguments: "" } }] }),
      ...pieces(called.arguments).map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
    chunk({}, finish),
    usage,
  );
  const message = {
    role: "assistant",
    content,
    reasoning_content: reasoning,
    ...(calls.length ? { tool_calls: calls } : {}),
  };
  return {
    sent,
    chat: { id: "chatcmpl-1", choices: [{ index: 0, message, finish_reason: finish }], usage: usage.usage },
  };
}

describe("for any response", () => {
  for (const summary of [undefined, "auto"]) {
    test(`the official client puts the whole response together, summary ${summary}`, async () => {
      const random = new Random(seed());
      for (let round = 0; round < 60; round++) {
        const { sent, chat } = conversation(random);
        ask({ tools: TOOLS, reasoning: { summary } });
        const text = stream(sent, 1 + random.below(300));
        const last = eventsOf(text).at(-1);
        assert.deepEqual(last.response, whole(chat));
        assert.deepEqual(without(await accumulate(text)), last.response);
      }
    });
  }

  test("a stream cut at every offset is the same", () => {
    const random = new Random(seed());
    for (let round = 0; round < 4; round++) {
      const { sent } = conversation(random);
      ask({ tools: TOOLS });
      const expected = stream(sent);
      assert.equal(stream(sent, 1), expected);
      for (let at = 0; at <= sent.length; at++) {
        const opened = open();
        const text = opened.push(sent.subarray(0, at)) + opened.push(sent.subarray(at)) + opened.end();
        assert.equal(text, expected, `cut at ${at}`);
      }
    }
  });

  test("a mutated stream ends once, with one of three events", () => {
    const random = new Random(seed());
    for (let round = 0; round < 400; round++) {
      const { sent } = conversation(random);
      ask({ tools: TOOLS });
      for (let i = random.below(4); i > 0; i--)
        sent[random.below(sent.length)] = random.pick([...Buffer.from('"\\{}[],:\n0eu\x00\xff', "latin1")]);
      const text = stream(
        sent.subarray(0, random.below(3) ? sent.length : random.below(sent.length)),
        1 + random.below(500),
      );
      const types = eventsOf(text).map(({ type }) => type as string);
      const ends = types.filter((type) => /\.(completed|incomplete|failed)$/.test(type));
      assert.equal(ends.length, 1, text);
      assert.equal(types.at(-1), ends[0]);
      assert.equal(types[0], "response.created");
    }
  });
});

test("a mutated request gives a chat or a refusal with its place", () => {
  const random = new Random(seed());
  const request = JSON.stringify({
    model: "m",
    instructions: "i",
    input: [
      {
        role: "user",
        content: [
          { type: "input_text", text: "a" },
          { type: "input_image", image_url: "data:image/png;base64,QUJD" },
        ],
      },
      { type: "reasoning", summary: [{ type: "summary_text", text: "b" }], encrypted_content: "c" },
      { type: "function_call", call_id: "d", namespace: "n", name: "f", arguments: "{}" },
      { type: "function_call_output", call_id: "d", output: [{ type: "input_text", text: "e" }] },
      { type: "custom_tool_call", call_id: "g", name: "p", input: "h" },
      { type: "custom_tool_call_output", call_id: "g", output: "j" },
    ],
    tools: [...TOOLS, { type: "namespace", name: "n", tools: [{ type: "function", name: "f", parameters: {} }] }],
    tool_choice: { type: "function", name: "f" },
    reasoning: { effort: "low" },
    text: { format: { type: "json_schema", name: "n", schema: {} } },
  });
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(request);
    for (let i = 1 + random.below(3); i > 0; i--)
      bytes[random.below(bytes.length)] = random.pick([...Buffer.from('"{}[],:nx1_')]);
    const translated = translateRaw(bytes, random.below(2) > 0);
    if (translated?.refused !== undefined) assert.match(translated.refused, /^\S+ [A-Za-z]/);
  }
});

test("one million events need no more memory than their text, which the end repeats", () => {
  ask();
  stream(chunks(chunk({ content: "a" }), chunk({}, "stop")));
  const opened = open();
  const text = chunks(...Array.from({ length: 1000 }, () => chunk({ content: "a" })));
  const events = text.subarray(0, text.length - "data: [DONE]\n\n".length);
  opened.push(events);
  const before = memoryBytes();
  for (let i = 1; i < 1000; i++) opened.push(events);
  assert.match(opened.push(chunks(chunk({}, "stop"))), /response\.completed/);
  assert.ok(memoryBytes() - before <= 16 << 20, `${memoryBytes() - before}`);
});
