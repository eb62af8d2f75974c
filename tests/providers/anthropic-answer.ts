// SPDX-License-Identifier: Apache-2.0
// Message: https://docs.claude.com/en/api/messages; events: https://docs.claude.com/en/docs/build-with-claude/streaming
import { type Answer, tokensOf } from "./scenarios.ts";
import type { JsonObject } from "./wire.ts";

/** One answer of the Messages API, about to be written. */
export interface MessageAnswer {
  id: string;
  model: string;
  inputTokens: number;
  answer: Answer;
}

const stopReasons = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" };

/** A `message` object. */
export const wholeMessage = (message: MessageAnswer): JsonObject => ({
  ...head(message),
  content: blocksOf(message.answer).map(({ whole }) => whole),
  stop_reason: stopReasons[message.answer.finish],
  stop_sequence: null,
  usage: usageOf(message, tokensOf(message.answer).total),
});

/** The events of a streamed message, the data of each with its name in `type`. */
export function messageEvents(message: MessageAnswer): JsonObject[] {
  const { answer } = message;
  const start = { ...head(message), content: [], stop_reason: null, stop_sequence: null, usage: usageOf(message, 1) };
  const blocks = blocksOf(answer).flatMap(({ opening, deltas }, index) => [
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
      delta: { stop_reason: stopReasons[answer.finish], stop_sequence: null },
      usage: { output_tokens: tokensOf(answer).total },
    },
    { type: "message_stop" },
  ];
}

interface Block {
  whole: JsonObject;
  /** The block as it is announced, still empty. */
  opening: JsonObject;
  deltas: JsonObject[];
}

function blocksOf(answer: Answer): Block[] {
  const blocks: Block[] = [];
  if (answer.reasoning.length > 0) {
    const signature = "c2lnbmVkIGZvciB0ZXN0cw==";
    const deltas = answer.reasoning.map((thinking) => ({ type: "thinking_delta", thinking }));
    blocks.push({
      whole: { type: "thinking", thinking: answer.reasoning.join(""), signature },
      opening: { type: "thinking", thinking: "", signature: "" },
      deltas: [...deltas, { type: "signature_delta", signature }],
    });
  }
  if (answer.content.length > 0) {
    blocks.push({
      whole: { type: "text", text: answer.content.join("") },
      opening: { type: "text", text: "" },
      deltas: answer.content.map((text) => ({ type: "text_delta", text })),
    });
  }
  for (const { id, name, pieces } of answer.toolCalls) {
    blocks.push({
      whole: { type: "tool_use", id, name, input: JSON.parse(pieces.join("")) as unknown },
      opening: { type: "tool_use", id, name, input: {} },
      deltas: pieces.map((partial_json) => ({ type: "input_json_delta", partial_json })),
    });
  }
  return blocks;
}

const head = ({ id, model }: MessageAnswer): JsonObject => ({ id, type: "message", role: "assistant", model });

const usageOf = ({ inputTokens }: MessageAnswer, output_tokens: number): JsonObject => ({
  ...{ input_tokens: inputTokens, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
  ...{ output_tokens, service_tier: "standard" },
});
