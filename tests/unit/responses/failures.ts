import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RESPONSE, told } from "./expected.ts";
import { ask, chunk, chunks, memoryBytes, open, stream } from "./module.ts";

describe("a stream that fails", () => {
  const failure = (error: object): any => ({
    type: "response.failed",
    response: { ...RESPONSE, status: "failed", error },
  });

  test("before its response has begun", () => {
    ask();
    const opened = open();
    const text = opened.push(
      `data: {"error":{"message":"Slow \\"down\\"","code":"rate_limit_exceeded","type":"x"}}\n\n`,
    );
    assert.equal(opened.status, 429);
    const failed = failure({ code: "rate_limit_exceeded", message: 'Slow "down"' });
    const events = told(text);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["response.created", "response.in_progress", "response.failed"],
    );
    assert.deepEqual(events[2], { ...failed, response: { ...failed.response, id: "resp_1700000000" } });
    assert.equal(opened.push(chunks(chunk({ content: "late" }))), "");
    assert.equal(opened.end(), "");
  });

  test("in the middle, with the items that were whole", () => {
    ask();
    const sent = [
      chunk({ reasoning_content: "R" }),
      chunk({ content: "a" }),
      { error: { message: "Broken", code: null } },
    ];
    const last = told(stream(chunks(...sent))).at(-1);
    const item = {
      id: "rs_chatcmpl-1_0",
      type: "reasoning",
      summary: [],
      content: [{ type: "reasoning_text", text: "R" }],
      status: "completed",
    };
    assert.deepEqual(last, {
      ...failure({ code: "server_error", message: "Broken" }),
      response: { ...failure({ code: "server_error", message: "Broken" }).response, output: [item] },
    });
  });

  test("because it breaks off, is no JSON, or mixes the pieces of calls", () => {
    ask();
    const call = (index: number, text: string): object =>
      chunk({ tool_calls: [{ index, id: `${index}`, function: { name: "f", arguments: text } }] });
    const streams: [Buffer | string, string][] = [
      [chunks(chunk({ content: "a" })), "upstream_stream_incomplete"],
      ["data: {\n\n", "upstream_event_invalid"],
      [chunks(call(0, "{"), call(1, "{"), call(0, "{")), "upstream_stream_incomplete"],
      [chunks(call(0, "{}"), call(1, "{"), call(0, "{")), "upstream_tool_call_invalid"],
    ];
    for (const [sent, code] of streams) {
      const last = told(stream(Buffer.from(sent))).at(-1);
      assert.equal(last.type, "response.failed");
      assert.equal(last.response.error.code, code);
    }
  });
});

describe("what is kept until the end", () => {
  test("is bounded: a longer response ends as incomplete, with what came before", () => {
    ask();
    const piece = "x".repeat(60_000);
    const opened = open();
    let text = "";
    for (let i = 0; i < 80; i++) text += opened.push(`data: ${JSON.stringify(chunk({ content: piece }))}\n\n`);
    const events = told(text);
    assert.equal(events.at(-1).type, "response.incomplete");
    const deltas = events
      .filter(({ type }) => type === "response.output_text.delta")
      .map(({ delta }) => delta as string);
    assert.equal(deltas.length, 34);
    assert.equal(events.at(-1).response.output[0].content[0].text, deltas.join(""));
    assert.deepEqual(events.at(-1).response.incomplete_details, { reason: "max_output_tokens" });
    assert.equal(opened.push(chunks(chunk({}, "stop"))), "");
    assert.equal(opened.status, 0);
  });

  test("also for many small items, and for long names", () => {
    ask();
    const opened = open();
    const one = chunks(chunk({ reasoning_content: "a" }), chunk({ content: "b" })).subarray(
      0,
      -"data: [DONE]\n\n".length,
    );
    let last = "";
    let rounds = 0;
    for (; rounds < 100_000 && !last.includes("response.incomplete"); rounds++) last = opened.push(one);
    assert.ok(rounds > 1000 && rounds < 100_000, `${rounds}`);
    opened.end();

    // A call begins with its arguments; those that have none yet are held.
    for (const [begun, ending] of [
      [{ arguments: "{}" }, /"response\.incomplete"/],
      [{}, /"code":"upstream_tool_call_invalid"/],
    ] as const) {
      const named = open();
      const called = { name: "n".repeat(500_000), ...begun };
      last = "";
      for (let index = 0; index < 20 && !ending.test(last); index++) {
        const call = { index, id: `${index}`, function: called };
        last = named.push(`data: ${JSON.stringify(chunk({ tool_calls: [call] }))}\n\n`);
      }
      assert.match(last, ending);
    }
    assert.ok(memoryBytes() < 100 << 20, `${memoryBytes()}`);
  });
});
