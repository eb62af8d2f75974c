import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadModule } from "./module.ts";
import { Random, seed } from "./random.ts";

const { exports, put, out } = await loadModule("chat-request");

const USER = { role: "user", content: "Hi" };
const MESSAGE = ["user", "text Hi", "endMessage", "end"];

function run(request: unknown, drops = false): { result: number; lines: string[] } {
  const bytes = Buffer.from(JSON.stringify(request));
  const result = exports.read!(put(bytes), bytes.length, drops ? 1 : 0);
  return { result, lines: out().toString().split("\n") };
}

function lines(request: object, drops = false): string[] {
  const { result, lines } = run({ model: "m", ...request }, drops);
  assert.equal(result, 1, lines.join("\n"));
  assert.equal(lines[0], "begin m");
  return lines.slice(1);
}

function refusal(request: object): string {
  const { result, lines } = run({ model: "m", messages: [USER], ...request });
  assert.equal(result, 0, lines.join("\n"));
  return lines.join("\n");
}

describe("a request for a chat of OpenAI, as its reader gives it", () => {
  test("options", () => {
    const options = {
      ...{ stream: true, stream_options: { include_usage: true }, temperature: 0.5, top_p: 1e-1, top_k: 7, seed: 42 },
      ...{ presence_penalty: 0.25, frequency_penalty: 0, stop: ["a\n", "b"], user: "u-1", n: 1, store: false },
      ...{ max_tokens: 5, max_completion_tokens: 9, logprobs: false, logit_bias: null, service_tier: "auto" },
    };
    assert.deepEqual(lines({ ...options, messages: [USER] }), [
      ...["stream", "sampling 0 0.5", "sampling 1 0.1", "sampling 2 7", "sampling 3 42", "sampling 4 0.25"],
      ...["stop a\\n", "stop b", "user u-1", "maxTokens 9"],
      ...MESSAGE,
    ]);
    assert.deepEqual(lines({ stop: "x", max_tokens: 5, messages: [USER] }), ["stop x", "maxTokens 5", ...MESSAGE]);
    assert.deepEqual(lines({ stop: null, max_tokens: null, temperature: null, messages: [USER] }), MESSAGE);
  });

  test("what has no counterpart is named", () => {
    const request = { logprobs: true, top_logprobs: 2, "x-y": 1, store: true, messages: [{ ...USER, name: "Ann" }] };
    assert.deepEqual(lines(request), [...MESSAGE, "dropped logprobs, top_logprobs, unknown, store, messages.name"]);
  });

  test("response formats", () => {
    const schema = { type: "object" };
    const named = { name: "s", description: "d", schema, strict: true };
    assert.deepEqual(lines({ response_format: { type: "text" }, messages: [USER] }), MESSAGE);
    assert.deepEqual(lines({ response_format: { type: "json_object" }, messages: [USER] }), ["jsonObject", ...MESSAGE]);
    assert.deepEqual(lines({ response_format: { type: "json_schema", json_schema: named }, messages: [USER] }), [
      'strictSchema s d {"type":"object"}',
      ...MESSAGE,
    ]);
    assert.match(refusal({ response_format: { type: "xml" } }), /^response_format\.type /);
    assert.match(refusal({ response_format: { type: "json_schema" } }), /^response_format\.json_schema\.schema /);
  });

  test("reasoning", () => {
    const asked = (request: object) => lines({ ...request, messages: [USER] }).slice(0, -MESSAGE.length);
    const names = ["none", "minimal", "low", "medium", "high", "xhigh"];
    names.forEach((name, i) => assert.deepEqual(asked({ reasoning_effort: name }), [`reasoning ${i}`]));
    assert.deepEqual(asked({ reasoning_effort: "max" }), ["reasoning 5"]);
    assert.deepEqual(asked({ reasoning_effort: "low", reasoning_max_tokens: 9000 }), ["reasoning 2 9000"]);
    assert.deepEqual(asked({ reasoning_max_tokens: 9000 }), ["reasoning 3 9000"]);
    assert.deepEqual(asked({ reasoning: { effort: "high" } }), ["reasoning 4"]);
    assert.deepEqual(asked({ reasoning: { max_tokens: 2000 } }), ["reasoning 2 2000"]);
    assert.deepEqual(asked({ reasoning: { enabled: true } }), ["reasoning 6"]);
    assert.deepEqual(asked({ reasoning: { enabled: false, effort: "high" } }), ["reasoning 0"]);
    assert.deepEqual(asked({ thinking: { type: "enabled", budget_tokens: 20000 } }), ["reasoning 4 20000"]);
    assert.deepEqual(asked({ thinking: { type: "adaptive" }, reasoning_effort: "low" }), ["reasoning 2"]);
    assert.deepEqual(asked({ thinking: { type: "disabled" } }), ["reasoning 0"]);
    assert.deepEqual(asked({ reasoning_effort: null }), []);
    assert.match(refusal({ reasoning_effort: "much" }), /^reasoning_effort reasoning_effort must be none/);
    assert.match(
      refusal({ reasoning_max_tokens: "9" }),
      /^reasoning_max_tokens reasoning_max_tokens must be an integer/,
    );
    assert.match(refusal({ thinking: { type: "on" } }), /^thinking\.type /);
  });

  test("tools and their choice", () => {
    const tool = (name: string, more: object = {}) => ({ type: "function", function: { name, ...more } });
    const tools = [tool("f", { description: "d", parameters: { a: 1 }, strict: true }), tool("g")];
    const asked = (request: object) => lines({ tools, ...request, messages: [USER] }).slice(2, -MESSAGE.length);
    assert.deepEqual(lines({ tools, messages: [USER] }).slice(0, 2), ['strictTool f d {"a":1}', "tool g"]);
    assert.deepEqual(asked({ tool_choice: "auto" }), ["toolChoice 0"]);
    assert.deepEqual(asked({ tool_choice: "none" }), ["toolChoice 1"]);
    assert.deepEqual(asked({ tool_choice: "required", parallel_tool_calls: false }), ["toolChoice 2", "noParallel"]);
    assert.deepEqual(asked({ tool_choice: tool("g"), parallel_tool_calls: true }), ["toolChoice 3 g", "parallel"]);
    assert.deepEqual(lines({ tool_choice: "none", parallel_tool_calls: false, messages: [USER] }), MESSAGE);
    const functions = [{ name: "f" }];
    assert.deepEqual(lines({ functions, function_call: { name: "f" }, messages: [USER] }).slice(0, 2), [
      "tool f",
      "toolChoice 3 f",
    ]);
    assert.deepEqual(lines({ tools: [{ type: "custom" }, tool("f")], messages: [USER] }, true), [
      "tool f",
      ...MESSAGE,
      "dropped tools[0]",
    ]);
    assert.equal(refusal({ tools: [{ type: "custom" }] }), "tools[0].type This provider has no tool of type 'custom'.");
    assert.match(refusal({ tools: [tool("f"), { type: "function" }] }), /^tools\[1\]\.function\.name /);
    assert.match(refusal({ tools, tool_choice: { type: "allowed_tools" } }), /^tool_choice\.allowed_tools\.tools /);
    assert.match(refusal({ tools: {} }), /^tools /);
  });

  test("messages of all roles, tool calls and results", () => {
    const call = (id: string, text: string) => ({ id, type: "function", function: { name: "f", arguments: text } });
    const messages = [
      { role: "developer", content: "D" },
      { role: "system", content: [{ type: "text", text: "S", cache_control: { type: "ephemeral" } }] },
      USER,
      { role: "assistant", content: null, tool_calls: [call("a", '{"x": "\\u00e9"}'), call("b", ""), call("c", "{")] },
      { role: "tool", tool_call_id: "a", content: "one" },
      { role: "tool", tool_call_id: "b", content: [{ type: "text", text: "two" }] },
      { role: "assistant", content: [{ type: "refusal", refusal: "No." }], refusal: null },
      { role: "assistant", content: null, function_call: { name: "g", arguments: "{}" } },
      { role: "function", name: "g", content: "three" },
    ];
    assert.deepEqual(lines({ messages }), [
      ...["system", "text D", "endMessage", "system", 'cacheControl {"type":"ephemeral"}', "text S", "endMessage"],
      ...["user", "text Hi", "endMessage"],
      ...["assistant", 'toolCall a f {"x": "\\u00e9"}', "toolCall b f {}", 'toolCall c f {"invalid_json":"{"}'],
      ...["endMessage", "user", "result a", "text one", "endResult", "endMessage"],
      ...["user", "result b", "text two", "endResult", "endMessage"],
      ...["assistant", "text No.", "endMessage", "assistant", "toolCall call_1 g {}", "endMessage"],
      ...["user", "result call_1", "text three", "endResult", "endMessage", "end"],
    ]);
  });

  test("pictures, documents and sound", () => {
    const content = [
      { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } },
      { type: "image_url", image_url: { url: "https://e.test/a.png", detail: "low" } },
      { type: "image_url", image_url: { url: "DATA:application/pdf;base64,aGk=" } },
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,aGk=" } },
      { type: "file", file: { file_data: "https://e.test/a.pdf" } },
      { type: "input_audio", input_audio: { data: "aGk=", format: "wav" } },
    ];
    assert.deepEqual(lines({ messages: [{ role: "user", content }] }), [
      ...["user", "imageData image/png aGk=", "imageUrl https://e.test/a.png low"],
      ...["documentData application/pdf aGk=", "documentData application/pdf aGk= a.pdf"],
      ...["documentUrl https://e.test/a.pdf", "audioData wav aGk=", "endMessage", "end"],
    ]);
  });

  test("reasoning of earlier responses", () => {
    const said = (more: object) =>
      lines({ messages: [{ role: "assistant", content: "A", ...more }] }).filter((line) => /eason/.test(line));
    const details = [
      { type: "reasoning.text", text: "R", signature: "s", format: "anthropic-claude-v1", index: 0 },
      { type: "reasoning.encrypted", data: "e" },
      { type: "reasoning.summary", summary: "sum" },
    ];
    const all = ["reasoningText R s", "redactedReasoning e", "reasoningText sum"];
    assert.deepEqual(said({ reasoning_content: "R", reasoning_details: details }), all);
    const blocks = [
      { type: "thinking", thinking: "T", signature: "s" },
      { type: "redacted_thinking", data: "e" },
    ];
    assert.deepEqual(said({ thinking_blocks: blocks }), ["reasoningText T s", "redactedReasoning e"]);
    assert.deepEqual(said({ reasoning_content: "R" }), ["reasoningText R"]);
    assert.deepEqual(said({ reasoning: "R", reasoning_details: [] }), ["reasoningText R"]);
  });

  test("what would be lost is refused by name", () => {
    const part = (part: unknown, role = "user") => refusal({ messages: [USER, { role, content: [part] }] });
    const at = "messages[1].content[0]";
    assert.match(refusal({ n: 2 }), /^n This provider gives one choice/);
    assert.match(refusal({ modalities: ["text", "audio"] }), /^modalities /);
    assert.match(refusal({ web_search_options: {} }), /^web_search_options /);
    assert.match(refusal({ temperature: "1" }), /^temperature temperature must be a number/);
    assert.match(refusal({ stop: 1 }), /^stop /);
    assert.match(refusal({ stop: ["a", 1] }), /^stop\[1\] /);
    assert.match(refusal({ messages: "x" }), /^messages /);
    assert.match(refusal({ messages: [1] }), /^messages\[0\] /);
    assert.match(refusal({ messages: [{ role: "bot" }] }), /^messages\[0\]\.role /);
    assert.match(refusal({ messages: [{ role: "user", content: 1 }] }), /^messages\[0\]\.content /);
    assert.match(refusal({ messages: [{ role: "tool", content: "x" }] }), /^messages\[0\]\.tool_call_id /);
    const calls = [{ id: "a", type: "custom", custom: {} }];
    assert.match(
      refusal({ messages: [{ role: "assistant", tool_calls: calls }] }),
      /^messages\[0\]\.tool_calls\[0\]\.type /,
    );
    assert.ok(part("x").startsWith(`${at} `));
    assert.ok(part({}).startsWith(`${at}.type `));
    assert.equal(
      part({ type: "video_url" }),
      `${at}.type This provider takes no content part of type 'video_url' here.`,
    );
    assert.ok(part({ type: "text" }).startsWith(`${at}.text `));
    assert.ok(part({ type: "image_url", image_url: {} }).startsWith(`${at}.image_url.url `));
    assert.ok(part({ type: "image_url", image_url: { url: "data:image/png,x" } }).startsWith(`${at}.image_url.url `));
    assert.ok(part({ type: "file", file: { file_id: "f" } }).startsWith(`${at}.file.file_id `));
    assert.ok(part({ type: "image_url", image_url: { url: "https://e.test" } }, "system").startsWith(`${at}.type `));
  });

  test("no request traps, and the output is bounded by it", () => {
    const random = new Random(seed());
    const words = [
      "role",
      "content",
      "type",
      "text",
      "image_url",
      "file",
      "tool_calls",
      "function",
      "user",
      "assistant",
    ];
    const others = ["tool", "arguments", "{", "name", "id", "data:image/png;base64,x", "reasoning_details", "messages"];
    const all = [...words, ...others];
    const value = (depth: number): unknown => {
      const kind = random.below(depth > 4 ? 3 : 6);
      if (kind < 2) return all[random.below(all.length)];
      if (kind === 2) return [null, true, false, 0, -1.5][random.below(5)];
      const items = Array.from({ length: random.below(5) }, () => value(depth + 1));
      if (kind === 3) return items;
      return Object.fromEntries(items.map((item) => [all[random.below(all.length)], item]));
    };
    for (let round = 0; round < 3000; round++) {
      const messages = Array.from({ length: random.below(4) }, () => {
        const role = ["user", "assistant", "tool", "system"][random.below(4)];
        return random.below(8) ? { role, content: value(1), ...(value(1) as object) } : value(1);
      });
      const request = { model: "m", messages, tools: value(2), [all[random.below(all.length)]!]: value(2) };
      const size = JSON.stringify(request).length;
      run(request);
      assert.ok(out().length < 40 * size + 1000);
    }
  });
});
