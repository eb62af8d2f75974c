// SPDX-License-Identifier: Apache-2.0
import { dialects } from "../providers/index.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import { eventStream, isObject, pathOf, type JsonObject } from "../providers/wire.ts";

/** The call of a tool by which a model reads a file. */
export interface ToolUse {
  name: string;
  arguments: JsonObject;
}

/**
 * A model behind OpenAI's chats that uses one tool and then says what the tool has returned. The mock of the dialect checks each
 * request first, and what it refuses is refused.
 */
export function chatModel(dialect: string, use: ToolUse): (request: ProviderRequest) => ProviderReply {
  return (request) => {
    const checked = dialects[dialect].handle(request);
    if (checked.status >= 400 || !pathOf(request).endsWith("/chat/completions")) return checked;
    const { messages, tools } = JSON.parse(request.body.toString()) as { messages: JsonObject[]; tools?: JsonObject[] };
    const result = messages.findLast(({ role }) => role === "tool");
    const hasTool = tools?.some((tool) => isObject(tool.function) && tool.function.name === use.name);
    if (result) return stream([{ content: "It says: " }, { content: textOf(result.content) }], "stop");
    return hasTool ? stream([call(use)], "tool_calls") : stream([{ content: "There is no such tool." }], "stop");
  };
}

const call = (use: ToolUse): JsonObject => ({
  role: "assistant",
  content: null,
  tool_calls: [
    {
      ...{ index: 0, id: "call_0123456789", type: "function" },
      function: { name: use.name, arguments: JSON.stringify(use.arguments) },
    },
  ],
});

/** The text of a message. */
function textOf(content: unknown): string {
  return typeof content === "string" ? content : JSON.stringify(content);
}

function stream(deltas: JsonObject[], finish: string): ProviderReply {
  const chunk = (more: JsonObject): string => {
    const head = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1741569952, model: "served-model" };
    return `data: ${JSON.stringify({ ...head, ...more })}\n\n`;
  };
  const choice = (delta: JsonObject, reason: string | null = null): string =>
    chunk({ choices: [{ index: 0, delta, finish_reason: reason }] });
  const usage = { prompt_tokens: 1200, completion_tokens: 20, total_tokens: 1220 };
  const events = [...deltas.map((delta) => choice(delta)), choice({}, finish), chunk({ choices: [], usage })];
  return eventStream([...events, "data: [DONE]\n\n"], "text/event-stream");
}
