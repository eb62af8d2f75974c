import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as qwen from "./module.ts";

const user = { role: "user", content: "Hi" };
const chat = (fields: object = {}): object => ({ model: "qwen-plus", messages: [user], ...fields });
const parametersOf = (fields: object): any => qwen.translateRequest(chat(fields)).body?.parameters;
const tool = (name: string): object => ({ type: "function", function: { name } });

describe("parameters", () => {
  before(() => void qwen.configure(qwen.NATIVE));

  // https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope
  const kept: { [name: string]: unknown } = {
    temperature: 0.7,
    top_p: 1,
    presence_penalty: -1.5,
    seed: 9007199254740991,
    stop: ["a", "b"],
    logit_bias: { "1": 2 },
    tool_stream: true,
    clear_thinking: false,
    skill: [{ type: "ppt" }],
    enable_text_image_mixed: true,
    max_tokens: 5,
    max_completion_tokens: 6,
    response_format: { type: "json_schema", json_schema: { name: "x", schema: {} } },
    logprobs: true,
    top_logprobs: 2,
    top_k: 40,
    repetition_penalty: 1.1,
    enable_thinking: false,
    thinking_budget: 100,
    preserve_thinking: true,
    enable_search: false,
    search_options: { forced_search: true },
    vl_high_resolution_images: true,
  };
  for (const [name, value] of Object.entries(kept)) {
    test(`${name} is not changed`, () =>
      assert.deepEqual(parametersOf({ [name]: value }), { result_format: "message", [name]: value }));
    test(`${name} null is as good as absent`, () =>
      assert.deepEqual(parametersOf({ [name]: null }), { result_format: "message" }));
    test(`${name} of a wrong type is refused by name`, () => {
      const { refused } = qwen.translateRequest(chat({ [name]: typeof value === "number" ? "1" : 1 }));
      assert.match(refused!, new RegExp(`^400 ${name} `));
    });
  }

  test("numbers keep their digits", () => {
    const numbers = '"seed":1234567890123456789,"temperature":0.30000000000000004,"top_k":1e1';
    qwen.translateRequest(`{"model":"qwen-plus","messages":[{"role":"user","content":"Hi"}],${numbers}}`);
    assert.ok(qwen.written().includes(numbers));
  });

  test("fields that DashScope does not have are dropped", () => {
    const dropped = {
      frequency_penalty: 0.5,
      user: "u",
      store: true,
      metadata: {},
      service_tier: "auto",
      unknown: [1],
    };
    assert.deepEqual(parametersOf(dropped), { result_format: "message" });
  });

  test("a limit that is null does not hide the other", () => {
    assert.equal(parametersOf({ max_tokens: 5, max_completion_tokens: null }).max_tokens, 5);
    assert.equal(parametersOf({ max_tokens: 5, max_completion_tokens: null }).max_completion_tokens, undefined);
    assert.equal(parametersOf({ max_tokens: 5, max_completion_tokens: 6 }).max_completion_tokens, 6);
  });

  test("parallel_tool_calls is sent only with tools", () => {
    assert.deepEqual(parametersOf({ parallel_tool_calls: false }), { result_format: "message" });
    assert.equal(parametersOf({ parallel_tool_calls: false, tools: [tool("f")] }).parallel_tool_calls, false);
    const wrong = { parallel_tool_calls: 1, tools: [tool("f")] };
    assert.match(qwen.translateRequest(chat(wrong)).refused!, /^400 parallel_tool_calls /);
  });

  test("increments are asked for when streaming, unless the client says otherwise", () => {
    assert.equal(parametersOf({ stream: true }).incremental_output, true);
    assert.equal(parametersOf({ stream: true, tools: [tool("f")] }).incremental_output, true);
    assert.equal(parametersOf({ stream: true, incremental_output: false }).incremental_output, false);
    assert.equal(parametersOf({ incremental_output: false }).incremental_output, undefined);
  });

  test("reasoning effort", () => {
    assert.deepEqual(parametersOf({ reasoning_effort: "high" }), {
      result_format: "message",
      reasoning_effort: "high",
    });
    assert.deepEqual(parametersOf({ reasoning_effort: "none" }), { result_format: "message", enable_thinking: false });
    assert.equal(parametersOf({ reasoning_effort: "none", enable_thinking: true }).enable_thinking, true);
  });

  test("tool_choice", () => {
    const named = { type: "function", function: { name: "f" } };
    const choice = (tool_choice: unknown, ...names: string[]) =>
      parametersOf({ tools: names.map(tool), tool_choice })?.tool_choice;
    assert.equal(choice("auto", "f", "g"), "auto");
    assert.equal(choice("none", "f"), "none");
    assert.deepEqual(choice(named, "f", "g"), named);
    assert.deepEqual(choice("required", "f"), named);
    assert.match(
      qwen.translateRequest(chat({ tools: [tool("f"), tool("g")], tool_choice: "required" })).refused!,
      /^400 tool_choice /,
    );
    assert.match(
      qwen.translateRequest(chat({ tools: [tool("f")], tool_choice: { type: "allowed_tools" } })).refused!,
      /^400 tool_choice\.allowed_tools\.tools /,
    );
  });

  test("fields that would change the meaning of the response are refused by name", () => {
    const refused: [fields: object, param: string][] = [
      [{ functions: [{ name: "f" }] }, "functions"],
      [{ function_call: "auto" }, "function_call"],
      [{ modalities: ["text", "audio"], audio: {} }, "modalities"],
      [{ tools: [{ type: "custom", custom: { name: "x" } }] }, "tools\\[0\\]\\.type"],
      [{ tools: [tool("f"), { type: "function", function: {} }] }, "tools\\[1\\]\\.function\\.name"],
      [{ tools: {} }, "tools"],
      [{ max_tokens: 1.5 }, "max_tokens"],
      [{ n: "2" }, "n"],
    ];
    for (const [fields, param] of refused)
      assert.match(qwen.translateRequest(chat(fields)).refused!, new RegExp(`^400 ${param} `));
    assert.deepEqual(parametersOf({ modalities: ["text"], tools: [] }), { result_format: "message" });
  });
});
