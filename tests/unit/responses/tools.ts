import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask, translate } from "./module.ts";

describe("tools", () => {
  const parameters = { type: "object", properties: {} };
  const names = (chat: any): string[] => chat.tools.map((tool: any) => tool.function.name);

  test("functions, flat, with their choice", () => {
    const tools = [
      { type: "function", name: "f", description: "Does.", parameters, strict: true },
      { type: "function", name: "g", parameters, strict: false },
    ];
    const chat = ask({ tools, tool_choice: { type: "function", name: "f" }, parallel_tool_calls: false });
    assert.deepEqual(chat.tools, [
      { type: "function", function: { name: "f", description: "Does.", parameters, strict: true } },
      { type: "function", function: { name: "g", parameters } },
    ]);
    assert.deepEqual(chat.tool_choice, { type: "function", function: { name: "f" } });
    assert.equal(chat.parallel_tool_calls, false);
    for (const choice of ["auto", "none", "required"]) {
      assert.equal(ask({ tools, tool_choice: choice }).tool_choice, choice);
    }
    const allowed = translate({
      model: "m",
      input: "Hi",
      tools,
      tool_choice: { type: "allowed_tools", mode: "required", tools: [{ type: "function", name: "f" }] },
    });
    assert.equal(allowed.chat.tool_choice, "required");
    assert.deepEqual(allowed.chat.tools, chat.tools.slice(0, 1));
    assert.equal(allowed.dropped, "");
  });

  test("a custom tool is a function with one text, its grammar in the description", () => {
    const format = { type: "grammar", syntax: "lark", definition: 'start: "a"\n' };
    const chat = ask({
      tools: [{ type: "custom", name: "patch", description: "Patches.", format }],
      tool_choice: { type: "custom", name: "patch" },
    });
    const { name, description, parameters: schema } = chat.tools[0].function;
    assert.equal(name, "patch");
    assert.equal(description, 'Patches.\n\nThe input must match this grammar (lark):\nstart: "a"\n');
    assert.deepEqual(schema.required, ["input"]);
    assert.equal(schema.properties.input.type, "string");
    assert.deepEqual(chat.tool_choice, { type: "function", function: { name: "patch" } });
  });

  test("tools in a namespace have both names, short enough for a chat, in the history too", () => {
    const long = "a_very_long_name_of_a_tool_that_nobody_would_choose_by_hand";
    const tools = [
      {
        type: "namespace",
        name: "mcp__files__",
        description: "Files",
        tools: [
          { type: "function", name: "read", parameters },
          { type: "custom", name: "edit" },
        ],
      },
      {
        type: "namespace",
        name: "crm",
        description: "",
        tools: [
          { type: "function", name: "find", parameters },
          { type: "function", name: long, parameters },
        ],
      },
    ];
    const input = [
      { type: "function_call", call_id: "a", namespace: "crm", name: long, arguments: "{}" },
      { type: "function_call_output", call_id: "a", output: "" },
    ];
    const chat = ask({ tools, input });
    const [read, edit, find, cut] = names(chat);
    assert.deepEqual([read, edit, find], ["mcp__files__read", "mcp__files__edit", "crm__find"]);
    assert.match(cut!, /^crm__a_very_long_name_\w{25,}$/);
    assert.ok(cut!.length <= 64);
    assert.equal(chat.messages[0].tool_calls[0].function.name, cut);
  });

  test("tools that OpenAI runs are refused, or dropped by option, in the history too", () => {
    const request = {
      model: "m",
      tools: [{ type: "web_search" }, { type: "function", name: "f", parameters }],
      tool_choice: { type: "web_search" },
      input: [
        { role: "user", content: "Hi" },
        { type: "web_search_call", id: "ws_1", status: "completed" },
      ],
    };
    assert.equal(translate(request).refused, "tools[0].type This provider has no tool of type 'web_search'.");
    const { chat, dropped } = translate(request, true);
    assert.deepEqual(names(chat), ["f"]);
    assert.equal(dropped, "tools[0], tool_choice, input[1]");
    const { tools: _, ...without } = request;
    assert.equal(translate(without).refused, "input[1].type This provider takes no item of type 'web_search_call'.");
  });
});
