// SPDX-License-Identifier: Apache-2.0
// Message: https://docs.claude.com/en/api/messages; events: https://docs.claude.com/en/docs/build-with-claude/streaming
import { type Output, tokensOf } from "./scenarios.ts";
import type { JsonObject } from "./wire.ts";

/** The signature of this mock's reasoning. */
export const SIGNATURE = "c2lnbmVkIGZvciB0ZXN0cw==";

/** A response of the Messages API, before it is written. */
export interface MessageResponse {
  id: string;
  model: string;
  inputTokens: number;
  output: Output;
}

const stopReasons = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" };

/** A `message` object. */
export const wholeMessage = (message: MessageResponse): JsonObject => ({
  ...head(message),
  content: blocksOf(message.output).map(({ whole }) => whole),
  stop_reason: stopReasons[message.output.finish],
  stop_sequence: null,
  usage: usageOf(message, tokensOf(message.output).total),
});

/** The events of a streamed message; `type` is the name of the event. */
export function messageEvents(message: MessageResponse): JsonObject[] {
  const { output } = message;
  const start = { ...head(message), content: [], stop_reason: null, stop_sequence: null, usage: usageOf(message, 1) };
  const blocks = blocksOf(output).flatMap(({ opening, deltas }, index) => [
    { type: "content_block_start", index, content_block: opening },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ]);
  return [
    { type: "message_start", message: start },
    { type: "ping" },
    ...blocks,
    {
      type: "message_delta",
      delta: { stop_reason: stopReasons[output.finish], stop_sequence: null },
      usage: { output_tokens: tokensOf(output).total },
    },
    { type: "message_stop" },
  ];
}

interface Block {
  whole: JsonObject;
  /** The block in its start event, still empty. */
  opening: JsonObject;
  deltas: JsonObject[];
}

function blocksOf(output: Output): Block[] {
  const blocks: Block[] = [];
  if (output.reasoning.length > 0) {
    const signature = SIGNATURE;
    const deltas = output.reasoning.map((thinking) => ({ type: "thinking_delta", thinking }));
    blocks.push({
      whole: { type: "thinking", thinking: output.reasoning.join(""), signature },
      opening: { type: "thinking", thinking: "", signature: "" },
      deltas: [...deltas, { type: "signature_delta", signature }],
    });
  }
  if (output.content.length > 0) {
    blocks.push({
      whole: { type: "text", text: output.content.join("") },
      opening: { type: "text", text: "" },
      deltas: output.content.map((text) => ({ type: "text_delta", text })),
    });
  }
  for (const { id, name, pieces } of output.toolCalls) {
    blocks.push({
      whole: { type: "tool_use", id, name, input: JSON.parse(pieces.join("")) as unknown },
      opening: { type: "tool_use", id, name, input: {} },
      deltas: pieces.map((partial_json) => ({ type: "input_json_delta", partial_json })),
    });
  }
  return blocks;
}

const head = ({ id, model }: MessageResponse): JsonObject => ({ id, type: "message", role: "assistant", model });

const usageOf = ({ inputTokens }: MessageResponse, output_tokens: number): JsonObject => ({
  ...{ input_tokens: inputTokens, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
  ...{ output_tokens, service_tier: "standard" },
});
