import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { message, RESPONSE, told, USAGE } from "./expected.ts";
import { ask, chunk, chunks, eventsOf, open, stream, usage, whole } from "./module.ts";

const began = [
  { type: "response.created", response: { ...RESPONSE, status: "in_progress" } },
  { type: "response.in_progress", response: { ...RESPONSE, status: "in_progress" } },
];

describe("the stream of events", () => {
  test("of a text", () => {
    ask();
    const sent = chunks(
      chunk({ role: "assistant", content: "" }),
      chunk({ content: 'a"' }),
      chunk({ content: "b" }),
      chunk({}, "stop"),
      usage,
    );
    const place = { item_id: "msg_chatcmpl-1_0", output_index: 0, content_index: 0 };
    const part = { type: "output_text", annotations: [], logprobs: [] };
    assert.deepEqual(told(stream(sent)), [
      ...began,
      {
        type: "response.output_item.added",
        output_index: 0,
        item: { ...message(""), content: [], status: "in_progress" },
      },
      { type: "response.content_part.added", ...place, part: { ...part, text: "" } },
      { type: "response.output_text.delta", ...place, delta: 'a"', logprobs: [] },
      { type: "response.output_text.delta", ...place, delta: "b", logprobs: [] },
      { type: "response.output_text.done", ...place, text: 'a"b', logprobs: [] },
      { type: "response.content_part.done", ...place, part: { ...part, text: 'a"b' } },
      { type: "response.output_item.done", output_index: 0, item: message('a"b') },
      { type: "response.completed", response: { ...RESPONSE, output: [message('a"b')], usage: USAGE } },
    ]);
  });

  test("of reasoning, as its own text or as a summary, before a text", () => {
    const sent = chunks(chunk({ reasoning_content: "R" }), chunk({ content: "a" }), chunk({}, "stop"));
    ask();
    let item: any = {
      id: "rs_chatcmpl-1_0",
      type: "reasoning",
      summary: [],
      content: [{ type: "reasoning_text", text: "R" }],
      status: "completed",
    };
    let events = told(stream(sent));
    let place: object = { item_id: "rs_chatcmpl-1_0", output_index: 0, content_index: 0 };
    assert.deepEqual(events.slice(2, 8), [
      { type: "response.output_item.added", output_index: 0, item: { ...item, content: [], status: "in_progress" } },
      { type: "response.content_part.added", ...place, part: { type: "reasoning_text", text: "" } },
      { type: "response.reasoning_text.delta", ...place, delta: "R" },
      { type: "response.reasoning_text.done", ...place, text: "R" },
      { type: "response.content_part.done", ...place, part: { type: "reasoning_text", text: "R" } },
      { type: "response.output_item.done", output_index: 0, item },
    ]);
    assert.deepEqual(events.at(-1).response.output, [item, message("a", 1)]);

    ask({ reasoning: { effort: "low", summary: "auto" } });
    item = {
      id: "rs_chatcmpl-1_0",
      type: "reasoning",
      summary: [{ type: "summary_text", text: "R" }],
      status: "completed",
    };
    place = { item_id: "rs_chatcmpl-1_0", output_index: 0, summary_index: 0 };
    events = told(stream(sent));
    assert.deepEqual(events.slice(2, 8), [
      { type: "response.output_item.added", output_index: 0, item: { ...item, summary: [], status: "in_progress" } },
      { type: "response.reasoning_summary_part.added", ...place, part: { type: "summary_text", text: "" } },
      { type: "response.reasoning_summary_text.delta", ...place, delta: "R" },
      { type: "response.reasoning_summary_text.done", ...place, text: "R" },
      { type: "response.reasoning_summary_part.done", ...place, part: { type: "summary_text", text: "R" } },
      { type: "response.output_item.done", output_index: 0, item },
    ]);
    assert.deepEqual(events.at(-1).response.reasoning, { effort: "low", summary: "auto" });
  });

  test("of parallel calls: a function, one without arguments, a custom tool, one in a namespace", () => {
    ask({
      tools: [
        { type: "function", name: "f" },
        { type: "custom", name: "patch" },
        {
          type: "namespace",
          name: "crm",
          tools: [
            { type: "function", name: "find" },
            { type: "custom", name: "note" },
          ],
        },
      ],
    });
    const call = (index: number, id: string, name: string, args: string): object =>
      chunk({ tool_calls: [{ index, id, type: "function", function: { name, arguments: args } }] });
    const sent = chunks(
      call(0, "a", "f", ""),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"x":' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: "1}" } }] }),
      call(1, "b", "f", ""),
      call(2, "c", "patch", '{"input": "*** \\"Be'),
      chunk({ tool_calls: [{ index: 2, function: { arguments: 'gin\\n"}' } }] }),
      call(3, "d", "crm__find", "{}"),
      call(4, "e", "crm__note", "no JSON"),
      chunk({}, "tool_calls"),
    );
    const events = told(stream(sent));
    const items = [
      {
        id: "fc_chatcmpl-1_0",
        type: "function_call",
        call_id: "a",
        name: "f",
        arguments: '{"x":1}',
        status: "completed",
      },
      { id: "fc_chatcmpl-1_1", type: "function_call", call_id: "b", name: "f", arguments: "{}", status: "completed" },
      {
        id: "ctc_chatcmpl-1_2",
        type: "custom_tool_call",
        call_id: "c",
        name: "patch",
        input: '*** "Begin\n',
        status: "completed",
      },
      {
        id: "fc_chatcmpl-1_3",
        type: "function_call",
        call_id: "d",
        name: "find",
        namespace: "crm",
        arguments: "{}",
        status: "completed",
      },
      {
        id: "ctc_chatcmpl-1_4",
        type: "custom_tool_call",
        call_id: "e",
        name: "note",
        namespace: "crm",
        input: "no JSON",
        status: "completed",
      },
    ];
    assert.deepEqual(events.at(-1).response.output, items);
    assert.equal(events.at(-1).type, "response.completed");
    const place = { item_id: "fc_chatcmpl-1_0", output_index: 0 };
    assert.deepEqual(events.slice(2, 7), [
      {
        type: "response.output_item.added",
        output_index: 0,
        item: { ...items[0], arguments: "", status: "in_progress" },
      },
      { type: "response.function_call_arguments.delta", ...place, delta: '{"x":' },
      { type: "response.function_call_arguments.delta", ...place, delta: "1}" },
      { type: "response.function_call_arguments.done", ...place, arguments: '{"x":1}' },
      { type: "response.output_item.done", output_index: 0, item: items[0] },
    ]);
    const custom = { item_id: "ctc_chatcmpl-1_2", output_index: 2 };
    assert.deepEqual(events.slice(11, 15), [
      { type: "response.output_item.added", output_index: 2, item: { ...items[2], input: "", status: "in_progress" } },
      { type: "response.custom_tool_call_input.delta", ...custom, delta: '*** "Begin\n' },
      { type: "response.custom_tool_call_input.done", ...custom, input: '*** "Begin\n' },
      { type: "response.output_item.done", output_index: 2, item: items[2] },
    ]);
  });

  test("repeats the request on one line", () => {
    const fields = {
      max_output_tokens: 9,
      metadata: { a: "b" },
      temperature: 0.5,
      top_p: 1,
      tool_choice: "required",
      parallel_tool_calls: false,
    };
    const spaced = JSON.stringify({ model: "m", input: "Hi", ...fields }, null, 2);
    ask(JSON.parse(spaced) as object);
    const events = eventsOf(stream(chunks(chunk({}, "stop"))));
    for (const { response } of events)
      for (const [name, value] of Object.entries(fields)) assert.deepEqual(response[name], value);
    ask({ metadata: { a: "b".repeat(3000) } });
    assert.deepEqual(whole({ id: "c", choices: [{ message: { content: "a" } }] }).metadata, {});
  });

  test("ends as incomplete where the limit of tokens, or a filter, cut it", () => {
    ask();
    for (const [finish, reason] of [
      ["length", "max_output_tokens"],
      ["content_filter", "content_filter"],
    ]) {
      const last = told(stream(chunks(chunk({ content: "a" }), chunk({}, finish)))).at(-1);
      assert.equal(last.type, "response.incomplete");
      assert.deepEqual(last.response, {
        ...RESPONSE,
        status: "incomplete",
        incomplete_details: { reason },
        output: [message("a", 0, "incomplete")],
      });
    }
  });

  test("has a comment while nothing else comes", () => {
    ask();
    const opened = open();
    opened.push(chunks(chunk({ content: "a" })).subarray(0, -"data: [DONE]\n\n".length));
    assert.equal(opened.push(": ping\n\n"), ": keep-alive\n\n");
  });
});
