// SPDX-License-Identifier: Apache-2.0
import OpenAI from "openai";
import { isObject } from "../../providers/wire.ts";
import { type Answer, type ClientMaker, SCHEMA, TOOL, type Turn } from "./turn.ts";

type Message = OpenAI.ChatCompletionMessage & { reasoning_content?: string; reasoning_details?: Detail[] };
type Detail = Record<string, unknown> & { index?: number };
type Delta = OpenAI.ChatCompletionChunk.Choice.Delta & { reasoning_content?: string; reasoning_details?: Detail[] };

/** OpenAI's client with chats. An agent keeps `reasoning_content` and `reasoning_details` for the next turn. */
export const chatClient: ClientMaker = (baseUrl, fetch) => {
  const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: "sk-client-for-tests", maxRetries: 0, fetch });
  return {
    finishes: { text: "stop", calls: "tool_calls" },
    isOwnShape: isOpenAiError,
    async ask(turn) {
      const body = requestOf(turn);
      if (turn.streams) {
        const options = { stream: true, stream_options: { include_usage: true } } as const;
        return answerOf(await accumulated(await client.chat.completions.create({ ...body, ...options })));
      }
      const { choices, usage } = await client.chat.completions.create(body);
      const { message, finish_reason: finish } = choices[0];
      return answerOf({ message, finish, usage });
    },
  };
};

/** https://platform.openai.com/docs/guides/error-codes */
export const isOpenAiError = (error: unknown): boolean =>
  isObject(error) && typeof error.message === "string" && "code" in error;

function requestOf(turn: Turn): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const picture = { type: "image_url" as const, image_url: { url: `data:image/png;base64,${turn.picture}` } };
  const content = turn.picture ? [picture, { type: "text" as const, text: turn.text }] : turn.text;
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content }];
  if (turn.system) messages.unshift({ role: "system", content: turn.system });
  if (turn.called) {
    const { answer, results } = turn.called;
    messages.push(answer.message as OpenAI.ChatCompletionMessageParam);
    answer.calls.forEach(({ id }, i) => messages.push({ role: "tool", tool_call_id: id, content: results[i] }));
  }
  const { name, description, schema: parameters } = TOOL;
  const tools = [{ type: "function" as const, function: { name, description, parameters } }];
  const json_schema = { name: "weather", schema: SCHEMA, strict: true };
  return {
    ...{ model: turn.model, messages, max_completion_tokens: 4096 },
    ...(turn.tools ? { tools } : {}),
    ...(turn.tools === "one" ? { parallel_tool_calls: false } : {}),
    ...(turn.thinks ? { reasoning_effort: "high" as const } : {}),
    ...(turn.isStructured ? { response_format: { type: "json_schema" as const, json_schema } } : {}),
  };
}

interface Whole {
  message: Message;
  finish: string;
  usage?: OpenAI.CompletionUsage;
}

/** What agents put together from a stream: texts are joined, also those of one item of the reasoning. */
async function accumulated(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<Whole> {
  const message = { role: "assistant", content: null } as Message;
  const calls: OpenAI.ChatCompletionMessageFunctionToolCall[] = [];
  const details: Detail[] = [];
  const whole: Whole = { message, finish: "" };
  for await (const { choices, usage } of stream) {
    if (usage) whole.usage = usage;
    if (!choices.length) continue;
    const delta: Delta = choices[0].delta;
    whole.finish = choices[0].finish_reason ?? whole.finish;
    if (delta.content) message.content = (message.content ?? "") + delta.content;
    if (delta.reasoning_content)
      message.reasoning_content = (message.reasoning_content ?? "") + delta.reasoning_content;
    for (const detail of delta.reasoning_details ?? []) {
      const known = details.find(({ index }) => index === detail.index);
      const text = known && detail.text !== undefined ? { text: String(known.text ?? "") + String(detail.text) } : {};
      if (known) Object.assign(known, detail, text);
      else details.push(detail);
    }
    for (const { index, id, function: called } of delta.tool_calls ?? []) {
      calls[index] ??= { id: id!, type: "function", function: { name: called!.name!, arguments: "" } };
      calls[index].function.arguments += called?.arguments ?? "";
    }
  }
  if (calls.length) message.tool_calls = calls;
  if (details.length) message.reasoning_details = details;
  return whole;
}

function answerOf({ message, finish, usage }: Whole): Answer {
  const calls = (message.tool_calls ?? []) as OpenAI.ChatCompletionMessageFunctionToolCall[];
  return {
    ...{ text: message.content ?? "", reasoning: message.reasoning_content ?? "", finish, message },
    calls: calls.map(({ id, function: { name, arguments: json } }) => ({ id, name, arguments: JSON.parse(json) })),
    usage: {
      ...{ input: usage?.prompt_tokens ?? 0, output: usage?.completion_tokens ?? 0 },
      reasoning: usage?.completion_tokens_details?.reasoning_tokens,
    },
  };
}
