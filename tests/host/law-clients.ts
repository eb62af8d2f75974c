// SPDX-License-Identifier: Apache-2.0
// What official clients put together from the events of a stream, and the same of a whole response.
import assert from "node:assert/strict";
import type { JsonObject } from "../providers/wire.ts";

const schema = { type: "object", properties: { location: { type: "string" } }, required: ["location"] };
const tool = { name: "get_current_weather", description: "Weather" };

/** A client's request with a tool, and what it puts together from a response. */
export interface Client {
  path: string;
  headers: Record<string, string>;
  /** A request that asks for reasoning; `thinking` replaces the way in which a chat asks for it. */
  request(text: string, thinking?: JsonObject): JsonObject;
  /** What the request of a stream has beside. */
  streams: JsonObject;
  assemble(events: JsonObject[]): JsonObject;
  whole(body: JsonObject): JsonObject;
  /** Fails where a text, reasoning, two calls or usage are missing. */
  holdsAll(assembled: JsonObject): void;
}

interface ToolCall {
  index: number;
  function: { arguments: string };
}

/** Clients of OpenAI's chats. */
export const chat: Client = {
  path: "/v1/chat/completions",
  headers: {},
  request: (text, thinking = { reasoning_effort: "low" }) => ({
    ...{ max_tokens: 4096, messages: [{ role: "user", content: text }], ...thinking },
    tools: [{ type: "function", function: { ...tool, parameters: schema } }],
  }),
  streams: { stream: true, stream_options: { include_usage: true } },
  assemble(events) {
    const message: Record<string, string> = {};
    const calls: ToolCall[] = [];
    const details: Record<string, any>[] = [];
    let finish: unknown;
    let usage: unknown;
    for (const chunk of events) {
      assert.equal(chunk.id, events[0].id);
      usage = chunk.usage ?? usage;
      for (const { delta, finish_reason: reason } of chunk.choices as Record<string, any>[]) {
        assert.ok(!finish, "nothing is behind the end");
        finish = reason;
        for (const name of ["content", "reasoning_content"]) {
          if (typeof delta[name] === "string") message[name] = (message[name] ?? "") + (delta[name] as string);
        }
        for (const detail of (delta.reasoning_details ?? []) as JsonObject[]) addDetail(details, detail);
        for (const { index, ...rest } of (delta.tool_calls ?? []) as ToolCall[]) {
          if (calls[index]) calls[index].function.arguments += rest.function.arguments;
          else calls[index] = structuredClone(rest) as ToolCall;
        }
      }
    }
    return chatOf({ ...message, tool_calls: calls, reasoning_details: details }, finish, usage);
  },
  whole({ choices, usage }) {
    const [{ message, finish_reason: finish }] = choices as { message: JsonObject; finish_reason: unknown }[];
    return chatOf(message, finish, usage);
  },
  holdsAll({ content, reasoning_content, calls, usage }) {
    assert.ok(content && reasoning_content && (calls as unknown[]).length === 2 && usage);
  },
};

function addDetail(details: Record<string, any>[], detail: Record<string, any>): void {
  const known = details.find(({ index }) => index === detail.index);
  if (!known) details.push({ ...detail });
  else Object.assign(known, detail, detail.text === undefined ? {} : { text: (known.text ?? "") + detail.text });
}

function chatOf(message: JsonObject, finish: unknown, usage: unknown): JsonObject {
  const { content, reasoning_content = null, tool_calls: calls = [], reasoning_details: details = [] } = message;
  const parsed = (calls as ToolCall[]).map((call) => ({
    ...call,
    function: { ...call.function, arguments: JSON.parse(call.function.arguments) as unknown },
  }));
  return { content: content || null, reasoning_content, calls: parsed, details, finish, usage };
}

/** The kinds of blocks or items, of which the last one is that of the two calls. */
function assertTypes(list: unknown, wanted: string[]): void {
  const types = (list as { type: string }[]).map(({ type }) => type);
  assert.deepEqual([...new Set(types)], wanted);
  assert.equal(types.filter((type) => type === wanted.at(-1)).length, 2);
}

/** Clients of Anthropic's Messages. */
export const messages: Client = {
  path: "/v1/messages",
  headers: { "anthropic-version": "2023-06-01" },
  request: (text) => ({
    ...{ max_tokens: 4096, thinking: { type: "enabled", budget_tokens: 2048 } },
    ...{ tools: [{ ...tool, input_schema: schema }], messages: [{ role: "user", content: text }] },
  }),
  streams: { stream: true },
  assemble(events) {
    const content: Record<string, any>[] = [];
    const json: string[] = [];
    let usage: JsonObject = {};
    let stop_reason: unknown;
    for (const event of events as Record<string, any>[]) {
      if (event.type === "message_start") usage = event.message.usage;
      if (event.type === "content_block_start") content[event.index] = { ...event.content_block };
      if (event.type === "message_delta") {
        stop_reason = event.delta.stop_reason;
        usage = { ...usage, ...event.usage };
      }
      if (event.type !== "content_block_delta") continue;
      const { type, ...pieces } = event.delta as Record<string, string>;
      if (type === "input_json_delta") json[event.index] = (json[event.index] ?? "") + pieces.partial_json;
      else for (const [name, piece] of Object.entries(pieces)) content[event.index][name] += piece;
    }
    json.forEach((text, index) => (content[index].input = JSON.parse(text)));
    assert.equal(events.at(-1)!.type, "message_stop");
    return { content, stop_reason, usage };
  },
  whole: ({ content, stop_reason, usage }) => ({ content, stop_reason, usage }),
  holdsAll({ content, usage }) {
    assertTypes(content, ["thinking", "text", "tool_use"]);
    assert.ok(usage);
  },
};

/** Clients of OpenAI's Responses. */
export const responses: Client = {
  path: "/v1/responses",
  headers: {},
  request: (text) => ({
    ...{ input: text, reasoning: { effort: "high", summary: "auto" }, store: false },
    ...{ include: ["reasoning.encrypted_content"], tools: [{ type: "function", ...tool, parameters: schema }] },
  }),
  streams: { stream: true },
  assemble(events) {
    const items: JsonObject[] = [];
    const texts: string[] = [];
    events.forEach((event, i) => {
      const index = event.output_index as number;
      assert.equal(event.sequence_number, i);
      if (typeof event.delta === "string") texts[index] = (texts[index] ?? "") + event.delta;
      if (event.type === "response.output_item.done") items[index] = event.item as JsonObject;
    });
    const { type, response } = events.at(-1) as { type: string; response: JsonObject };
    assert.equal(type, "response.completed");
    assert.deepEqual(response.output, items);
    assert.deepEqual(
      items.map((_, index) => texts[index] ?? ""),
      items.map(textOf),
    );
    return responses.whole(response);
  },
  whole: ({ output, status, usage }) => ({ output: (output as JsonObject[]).map(parsed), status, usage }),
  holdsAll({ output, usage }) {
    assertTypes(output, ["reasoning", "message", "function_call"]);
    assert.ok(usage);
  },
};

/** Without the id, which is made of the provider's. Whole responses and streams may have other blanks in arguments. */
function parsed({ id, ...item }: JsonObject): JsonObject {
  assert.match(String(id), /^(msg|fc|rs)_/);
  return item.type === "function_call" ? { ...item, arguments: JSON.parse(item.arguments as string) as unknown } : item;
}

function textOf(item: JsonObject): string {
  if (item.type === "function_call") return item.arguments as string;
  const parts = (item.type === "reasoning" ? item.summary : item.content) as { text: string }[];
  return parts.map(({ text }) => text).join("");
}
