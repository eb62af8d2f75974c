import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask, translate } from "./module.ts";

describe("options", () => {
  test("have their names in a chat", () => {
    const schema = { type: "object", properties: { a: { type: "string" } } };
    const chat = ask({
      stream: true,
      max_output_tokens: 99,
      temperature: 0.5,
      top_p: 0.25,
      reasoning: { effort: "xhigh", summary: "auto" },
      text: { format: { type: "json_schema", name: "n", description: "d", schema, strict: true }, verbosity: "medium" },
      user: "u-1",
      store: true,
      include: ["reasoning.encrypted_content"],
      prompt_cache_key: "k",
      metadata: { a: "b" },
      background: false,
      previous_response_id: null,
      truncation: "disabled",
    });
    assert.deepEqual(chat, {
      model: "m",
      stream: true,
      max_completion_tokens: 99,
      temperature: 0.5,
      top_p: 0.25,
      reasoning_effort: "high",
      response_format: { type: "json_schema", json_schema: { name: "n", description: "d", schema, strict: true } },
      user: "u-1",
      messages: [{ role: "user", content: "Hi" }],
    });
    assert.deepEqual(ask({ text: { format: { type: "json_object" } } }).response_format, { type: "json_object" });
    assert.equal(ask({ text: { format: { type: "text" } } }).response_format, undefined);
    assert.equal(ask({ safety_identifier: "s" }).user, "s");
  });

  test("without a counterpart are named", () => {
    const fields = {
      top_logprobs: 2,
      max_tool_calls: 3,
      truncation: "auto",
      include: ["message.output_text.logprobs"],
      text: { verbosity: "low" },
      "x\n": 1,
    };
    assert.equal(
      translate({ model: "m", input: "Hi", ...fields }).dropped,
      "top_logprobs, max_tool_calls, truncation, include, text.verbosity, unknown",
    );
  });

  const call = { type: "function_call", call_id: "a", name: "f", arguments: "{}" };
  const refusals: [object, string][] = [
    [{ input: undefined }, "input You must provide an input."],
    [{ input: [] }, "input The input must have at least one item."],
    [{ input: 3 }, "input The input must be a string or a list of items."],
    [{ input: ["Hi"] }, "input[0] An item must be an object."],
    [{ input: [{}] }, "input[0].type An item must have a type."],
    [{ input: [{ role: "tool", content: "x" }] }, "input[0].role A role must be user, assistant, system or developer."],
    [{ input: [{ role: "user", content: 1 }] }, "input[0].content This must be a string or a list of parts."],
    [{ input: [{ role: "user", content: [1] }] }, "input[0].content[0] A part must be an object with a type."],
    [
      { input: [{ role: "user", content: [{ type: "input_text" }] }] },
      "input[0].content[0] The text of a part must be a string.",
    ],
    [
      { input: [{ role: "user", content: [{ type: "video" }] }] },
      "input[0].content[0] This provider takes no part of type 'video' here.",
    ],
    [
      { input: [{ role: "assistant", content: [{ type: "input_image" }] }] },
      "input[0].content[0] This provider takes no part of type 'input_image' here.",
    ],
    [
      { input: [{ role: "user", content: [{ type: "input_image", file_id: "file-1" }] }] },
      "input[0].content[0] A picture must have an image_url: this provider knows no files of OpenAI.",
    ],
    [
      { input: [{ role: "user", content: [{ type: "input_file", file_id: "file-1" }] }] },
      "input[0].content[0] A file must have file_data or a file_url: this provider knows no file ids.",
    ],
    [
      { input: [{ role: "user", content: [{ type: "input_file", file_data: "QUJD" }] }] },
      "input[0].content[0] file_data must be a data URL, such as data:application/pdf;base64,…",
    ],
    [{ input: [{ ...call, call_id: 1 }] }, "input[0].call_id call_id must be a string."],
    [{ input: [{ ...call, name: null }] }, "input[0].name name must be a string."],
    [{ input: [{ ...call, arguments: {} }] }, "input[0].arguments arguments must be a string."],
    [
      { input: [{ ...call, namespace: "a b" }] },
      "input[0].namespace A namespace may have letters, digits, _ and - only.",
    ],
    [{ input: [{ type: "function_call_output", output: "" }] }, "input[0].call_id call_id must be a string."],
    [
      { input: [{ type: "item_reference", id: "msg_1" }] },
      "input[0].type The gateway stores no responses, and knows no item by its id: send the item itself.",
    ],
    [{ instructions: [] }, "instructions instructions must be a string."],
    [
      { previous_response_id: "resp_1" },
      "previous_response_id The gateway stores no responses of this provider: send the whole conversation as input.",
    ],
    [
      { conversation: "conv_1" },
      "conversation The gateway stores no responses of this provider: send the whole conversation as input.",
    ],
    [{ background: true }, "background The gateway runs no responses of this provider in the background."],
    [{ prompt: { id: "p" } }, "prompt This provider has no stored prompts: send the instructions and the input."],
    [{ max_output_tokens: "9" }, "max_output_tokens max_output_tokens must be an integer."],
    [{ temperature: "1" }, "temperature temperature must be a number."],
    [
      { reasoning: { effort: "hard" } },
      "reasoning.effort effort must be none, minimal, low, medium, high, xhigh or max.",
    ],
    [{ text: { format: { type: "xml" } } }, "text.format.type type must be text, json_object or json_schema."],
    [{ text: { format: { type: "json_schema", name: "n" } } }, "text.format.schema The schema must be an object."],
    [{ tools: {} }, "tools tools must be a list."],
    [{ tools: [1] }, "tools[0] A tool must be an object."],
    [{ tools: [{ name: "f" }] }, "tools[0].type A tool must have a type."],
    [{ tools: [{ type: "function" }] }, "tools[0].name A tool must have a name."],
    [{ tools: [{ type: "namespace", name: "n" }] }, "tools[0].tools A namespace must have a list of tools."],
    [
      { tools: [{ type: "namespace", name: "n", tools: [{ type: "function", name: "a b" }] }] },
      "tools[0].tools[0].name Names in a namespace may have letters, digits, _ and - only.",
    ],
    [
      { tools: [{ type: "function", name: "f" }], tool_choice: "any" },
      "tool_choice It must be auto, none or required, or an object that names a tool.",
    ],
    [
      { tools: [{ type: "custom", name: "f".repeat(70_000) }] },
      "tools The names of custom tools and of tools in namespaces are too long together.",
    ],
  ];
  for (const [fields, refused] of refusals) {
    test(`refused: ${refused.slice(0, 100)}`, () => {
      assert.equal(translate({ model: "m", input: "Hi", ...fields }).refused, refused);
    });
  }
});
