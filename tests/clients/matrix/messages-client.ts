// SPDX-License-Identifier: Apache-2.0
import Anthropic from "@anthropic-ai/sdk";
import { isObject } from "../../providers/wire.ts";
import { type Answer, type ClientMaker, SCHEMA, TOOL, type Turn } from "./turn.ts";

/** Anthropic's client with Messages. */
export const messagesClient: ClientMaker = (baseURL, fetch) => {
  const client = new Anthropic({ baseURL, apiKey: "sk-client-for-tests", maxRetries: 0, fetch });
  return {
    finishes: { text: "end_turn", calls: "tool_use" },
    isOwnShape: isAnthropicError,
    async ask(turn) {
      const body = requestOf(turn);
      return answerOf(
        await (turn.streams ? client.messages.stream(body).finalMessage() : client.messages.create(body)),
      );
    },
  };
};

/** https://platform.claude.com/docs/en/api/errors */
const isAnthropicError = (body: unknown): boolean =>
  isObject(body) && body.type === "error" && isObject(body.error) && typeof body.error.type === "string";

function requestOf(turn: Turn): Anthropic.MessageCreateParamsNonStreaming {
  const text = { type: "text" as const, text: turn.text };
  const source = { type: "base64" as const, media_type: "image/png" as const, data: turn.picture ?? "" };
  const content = turn.picture ? [{ type: "image" as const, source }, text] : turn.text;
  const messages: Anthropic.MessageParam[] = [{ role: "user", content }];
  if (turn.called) {
    const { answer, results } = turn.called;
    messages.push({ role: "assistant", content: answer.message as Anthropic.ContentBlockParam[] });
    const blocks = answer.calls.map(({ id }, i) => ({
      ...{ type: "tool_result" as const, tool_use_id: id },
      content: results[i],
    }));
    messages.push({ role: "user", content: blocks });
  }
  const { name, description, schema } = TOOL;
  const tools = [{ name, description, input_schema: schema as unknown as Anthropic.Tool.InputSchema }];
  const tool_choice = { type: "auto" as const, disable_parallel_tool_use: true };
  return {
    ...{ model: turn.model, messages, max_tokens: 4096 },
    ...(turn.system ? { system: turn.system } : {}),
    ...(turn.tools ? { tools } : {}),
    ...(turn.tools === "one" ? { tool_choice } : {}),
    ...(turn.thinks ? { thinking: { type: "enabled" as const, budget_tokens: 2048 } } : {}),
    ...(turn.isStructured ? { output_config: { format: { type: "json_schema" as const, schema: SCHEMA } } } : {}),
  };
}

function answerOf({ content, stop_reason, usage }: Anthropic.Message): Answer {
  const cached = (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
  return {
    text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    reasoning: content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
    calls: content.flatMap((block) =>
      block.type === "tool_use" ? [{ id: block.id, name: block.name, arguments: block.input }] : [],
    ),
    finish: stop_reason ?? "",
    usage: { input: usage.input_tokens + cached, output: usage.output_tokens },
    message: content,
  };
}
