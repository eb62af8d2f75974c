import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask } from "./module.ts";

const user = (content: unknown): object => ({ role: "user", content });
const chatOf = (input: unknown): any[] => ask({ input }).messages;

describe("the input of a response becomes the messages of a chat", () => {
  test("a string, and instructions as the system's first message", () => {
    assert.deepEqual(ask({ instructions: 'Be "brief".', input: "Hi\n" }), {
      model: "m",
      messages: [{ role: "system", content: 'Be "brief".' }, user("Hi\n")],
    });
  });

  test("messages of every role, as text and as parts", () => {
    const input = [
      { role: "developer", content: "Rules" },
      { type: "message", role: "system", content: [{ type: "input_text", text: "More" }] },
      {
        role: "user",
        content: [
          { type: "input_text", text: "a" },
          { type: "input_text", text: "b" },
        ],
      },
      {
        type: "message",
        id: "msg_1",
        status: "completed",
        role: "assistant",
        content: [
          { type: "output_text", text: "c", annotations: [] },
          { type: "refusal", refusal: "no" },
        ],
      },
      { role: "user", content: "d" },
      { role: "user", content: "e" },
    ];
    assert.deepEqual(chatOf(input), [
      { role: "system", content: "Rules" },
      { role: "system", content: "More" },
      user("a\n\nb"),
      { role: "assistant", content: "c\n\nno" },
      user("d"),
      user("e"),
    ]);
  });

  test("pictures, files and sound", () => {
    const content = [
      { type: "input_text", text: "Look" },
      { type: "input_image", image_url: "data:image/png;base64,QUJD", detail: "low" },
      { type: "input_image", image_url: "https://example.com/a.png", detail: "high" },
      { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,QUJD" },
      { type: "input_audio", input_audio: { data: "QUJD", format: "wav" } },
    ];
    assert.deepEqual(chatOf([{ role: "user", content }]), [
      user([
        { type: "text", text: "Look" },
        { type: "image_url", image_url: { url: "data:image/png;base64,QUJD", detail: "low" } },
        { type: "image_url", image_url: { url: "https://example.com/a.png", detail: "high" } },
        { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,QUJD" } },
        { type: "input_audio", input_audio: { data: "QUJD", format: "wav" } },
      ]),
    ]);
  });

  test("a turn with reasoning, text and parallel calls, and their results", () => {
    const input = [
      { role: "user", content: "Go" },
      {
        type: "reasoning",
        id: "rs_1",
        summary: [{ type: "summary_text", text: "S" }],
        content: [{ type: "reasoning_text", text: "R" }],
        encrypted_content: "e",
      },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "I look." }] },
      { type: "function_call", id: "fc_1", call_id: "a", name: "read", arguments: '{"p":"a \\"b\\""}' },
      { type: "function_call", call_id: "b", name: "now", arguments: "" },
      { type: "custom_tool_call", call_id: "c", name: "patch", input: "*** Begin\n" },
      { type: "function_call_output", call_id: "a", output: "one" },
      {
        type: "function_call_output",
        call_id: "b",
        output: [
          { type: "input_text", text: "two" },
          { type: "input_image", image_url: "data:image/png;base64,QUJD" },
        ],
      },
      { type: "custom_tool_call_output", call_id: "c", output: "three" },
      { role: "user", content: "On" },
    ];
    const call = (id: string, name: string, args: string): object => ({
      id,
      type: "function",
      function: { name, arguments: args },
    });
    assert.deepEqual(chatOf(input), [
      user("Go"),
      {
        role: "assistant",
        content: "I look.",
        reasoning_content: "R",
        tool_calls: [
          call("a", "read", '{"p":"a \\"b\\""}'),
          call("b", "now", "{}"),
          call("c", "patch", '{"input":"*** Begin\\n"}'),
        ],
      },
      { role: "tool", tool_call_id: "a", content: "one" },
      {
        role: "tool",
        tool_call_id: "b",
        content: "two\n\nThe other parts of this result are in the next message of the user.",
      },
      { role: "tool", tool_call_id: "c", content: "three" },
      user([{ type: "image_url", image_url: { url: "data:image/png;base64,QUJD" } }]),
      user("On"),
    ]);
  });

  test("arguments that are no object stay a text, several summaries are joined, empty reasoning is left out", () => {
    const summary = ["A", "B"].map((text) => ({ type: "summary_text", text }));
    const [first, , second] = chatOf([
      { type: "reasoning", summary },
      { type: "function_call", call_id: "a", name: "f", arguments: '{"cut' },
      { type: "function_call_output", call_id: "a", output: "" },
      { type: "reasoning", summary: [] },
      { role: "assistant", content: "done" },
    ]);
    assert.equal(first.reasoning_content, "A\n\nB");
    assert.equal(first.tool_calls[0].function.arguments, '{"invalid_json":"{\\"cut"}');
    assert.deepEqual(second, { role: "assistant", content: "done" });
  });
});
