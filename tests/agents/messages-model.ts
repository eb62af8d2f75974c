// SPDX-License-Identifier: Apache-2.0
import { anthropicMessages } from "../providers/anthropic.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import { eventStream, pathOf, type JsonObject } from "../providers/wire.ts";
import type { ToolUse } from "./chat-model.ts";

const servedModel = (model: string): string | undefined => (model.startsWith("claude-") ? model : undefined);

/** The same as `chatModel` behind Anthropic's Messages. */
export function messagesModel(use: ToolUse): (request: ProviderRequest) => ProviderReply {
  return (request) => {
    const checked = anthropicMessages(request, { servedModel, images: true, maxTemperature: 1 });
    if (checked.status >= 400 || !pathOf(request).endsWith("/messages")) return checked;
    const { messages, tools } = JSON.parse(request.body.toString()) as { messages: JsonObject[]; tools?: JsonObject[] };
    const blocks = messages.flatMap(({ content }) => (Array.isArray(content) ? (content as JsonObject[]) : []));
    const result = blocks.findLast(({ type }) => type === "tool_result");
    const text = {
      type: "text_delta",
      text: result ? `It says: ${JSON.stringify(result.content)}` : "There is no such tool.",
    };
    if (result || !tools?.some(({ name }) => name === use.name))
      return stream({ type: "text", text: "" }, text, "end_turn");
    const block = { type: "tool_use", id: "toolu_0123456789", name: use.name, input: {} };
    return stream(block, { type: "input_json_delta", partial_json: JSON.stringify(use.arguments) }, "tool_use");
  };
}

function stream(block: JsonObject, delta: JsonObject, reason: string): ProviderReply {
  const message = { id: "msg_01", type: "message", role: "assistant", model: "claude-sonnet-4-5", content: [] };
  const usage = { input_tokens: 1200, output_tokens: 1 };
  const events: JsonObject[] = [
    { type: "message_start", message: { ...message, stop_reason: null, stop_sequence: null, usage } },
    { type: "content_block_start", index: 0, content_block: block },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 20 } },
    { type: "message_stop" },
  ];
  const texts = events.map((event) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`);
  return eventStream(texts, "text/event-stream");
}
