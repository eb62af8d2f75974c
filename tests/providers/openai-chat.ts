// SPDX-License-Identifier: Apache-2.0
// Request and response: https://platform.openai.com/docs/api-reference/chat/create
// Stream: https://platform.openai.com/docs/api-reference/chat-streaming/streaming
import { badRequest, missing, notAmong } from "./openai-errors.ts";
import {
  any,
  array,
  boolean,
  checkFields,
  decimal,
  type Fields,
  integer,
  object,
  requireString,
  string,
} from "./openai-fields.ts";
import { checkMessages, imagesIn, textOf } from "./openai-messages.ts";
import {
  type Output,
  outputFor,
  type Conversation,
  promptTokens,
  type ToolDeclaration,
  tokensOf,
} from "./scenarios.ts";
import { isObject, type JsonObject } from "./wire.ts";

// prettier-ignore
const chatFields: Fields = {
  model: string, messages: any, audio: object, frequency_penalty: decimal(-2, 2), function_call: any, functions: array,
  logit_bias: object, logprobs: boolean, max_completion_tokens: integer(1), max_tokens: integer(1), metadata: object,
  modalities: array, moderation: any, n: integer(1, 128), parallel_tool_calls: boolean, prediction: object,
  presence_penalty: decimal(-2, 2), prompt_cache_key: string, prompt_cache_options: object, prompt_cache_retention: string,
  reasoning_effort: string, response_format: object, safety_identifier: string, seed: integer(), service_tier: string,
  stop: any, store: boolean, stream: boolean, stream_options: object, temperature: decimal(0, 2), tool_choice: any,
  tools: array, top_logprobs: integer(0, 20), top_p: decimal(0, 1), user: string, verbosity: string,
  web_search_options: object,
};

/** https://platform.openai.com/docs/guides/reasoning: these models accept only `max_completion_tokens`. */
const reasoningModels = /^(o\d|gpt-5)/;

/** Refuses the requests that the chat completions API refuses; returns the conversation without its token limit. */
export function readChat(body: JsonObject, lenient: readonly string[] | "any"): Conversation {
  checkFields(body, chatFields, lenient);
  if (reasoningModels.test(String(body.model)) && Number.isInteger(body.max_tokens)) {
    const text =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    throw badRequest(text, "max_tokens", "unsupported_parameter");
  }
  const messages = checkMessages(body.messages);
  const tools = readTools(body);
  checkChoice(body, tools);
  if (body.stream_options && body.stream !== true) {
    throw badRequest("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options");
  }
  const format = isObject(body.response_format) ? readFormat(body.response_format) : "text";
  const last = messages[messages.length - 1];
  return {
    lastRole: last.role as string,
    lastText: textOf(last.content),
    tools,
    toolChoice: choiceOf(body.tool_choice),
    images: imagesIn(messages),
    thinking: body.enable_thinking === true,
    wantsJson: format !== "text",
  };
}

/** A `chat.completion` object. */
export function chatCompletion(id: string, body: JsonObject, output: Output): JsonObject {
  const message = {
    role: "assistant",
    content: output.toolCalls.length > 0 && output.content.length === 0 ? null : output.content.join(""),
    ...(output.reasoning.length > 0 ? { reasoning_content: output.reasoning.join("") } : {}),
    ...(output.toolCalls.length > 0 ? { tool_calls: output.toolCalls.map(wholeCall) } : {}),
    refusal: null,
    annotations: [],
  };
  const choices = choiceIndexes(body).map((index) => ({
    index,
    message,
    logprobs: null,
    finish_reason: output.finish,
  }));
  return { ...head(id, "chat.completion", body), choices, usage: usageOf(body, output), service_tier: "default" };
}

/** The `chat.completion.chunk` objects of a stream, without the closing `[DONE]`. */
export function chatChunks(id: string, body: JsonObject, output: Output): JsonObject[] {
  const options = isObject(body.stream_options) ? body.stream_options : {};
  const base = { ...head(id, "chat.completion.chunk", body), service_tier: "default" };
  const usage = options.include_usage === true ? { usage: null } : {};
  const chunks = choiceIndexes(body).flatMap((index) => [
    ...deltasOf(output).map((delta) => ({ index, delta, logprobs: null, finish_reason: null })),
    { index, delta: {}, logprobs: null, finish_reason: output.finish },
  ]);
  const events: JsonObject[] = chunks.map((choice) => ({ ...base, choices: [choice], ...usage }));
  if (options.include_usage === true) events.push({ ...base, choices: [], usage: usageOf(body, output) });
  return events;
}

/** The output for a conversation of `readChat`. */
export const chatOutput = (conversation: Conversation): Output => outputFor(conversation);

/** The role once, then one delta per part; the head of a tool call precedes its arguments. */
function deltasOf(output: Output): JsonObject[] {
  const reasoning = output.reasoning.map((piece) => ({ reasoning_content: piece }));
  const content = output.content.map((piece) => ({ content: piece }));
  const calls = output.toolCalls.flatMap((call, index) => [
    { tool_calls: [{ index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }] },
    ...call.pieces.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
  const opening = { role: "assistant", content: calls.length > 0 || reasoning.length > 0 ? null : "", refusal: null };
  return [opening, ...reasoning, ...content, ...calls];
}

const wholeCall = (call: Output["toolCalls"][number]): JsonObject => ({
  id: call.id,
  type: "function",
  function: { name: call.name, arguments: call.pieces.join("") },
});

const head = (id: string, kind: string, body: JsonObject): JsonObject => ({
  id,
  object: kind,
  created: 1741569952,
  model: body.model,
  system_fingerprint: "fp_50cad350e4",
});

const choiceIndexes = (body: JsonObject): number[] =>
  Array.from({ length: (body.n as number | undefined) ?? 1 }, (_, i) => i);

function usageOf(body: JsonObject, output: Output): JsonObject {
  const prompt = promptTokens(body.messages);
  const tokens = tokensOf(output);
  const completion = tokens.total * choiceIndexes(body).length;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: tokens.reasoning, audio_tokens: 0 },
  };
}

function readTools(body: JsonObject): ToolDeclaration[] {
  const tools = (body.tools ?? []) as unknown[];
  return tools.map((tool, i) => {
    const path = `tools[${i}]`;
    if (!isObject(tool)) throw missing(`${path}.type`);
    const type = requireString(tool, "type", `${path}.type`);
    if (type !== "function") throw notAmong(`${path}.type`, type, ["function", "custom"]);
    if (!isObject(tool.function)) throw missing(`${path}.function`);
    const name = requireString(tool.function, "name", `${path}.function.name`);
    return { name, parameter: firstParameter(tool.function.parameters) };
  });
}

/** The name of the first required parameter of a JSON schema, or of its first one. */
export function firstParameter(schema: unknown): string {
  if (!isObject(schema)) return "location";
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  return required[0] ?? Object.keys(isObject(schema.properties) ? schema.properties : {})[0] ?? "location";
}

function checkChoice(body: JsonObject, tools: ToolDeclaration[]): void {
  const choice = body.tool_choice;
  if (choice === undefined || choice === null) return;
  if (tools.length === 0) {
    throw badRequest(
      "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
      "tool_choice",
    );
  }
  if (typeof choice === "string" && !["none", "auto", "required"].includes(choice)) {
    throw notAmong("tool_choice", choice, ["none", "auto", "required"]);
  }
}

/** `auto`, `none`, `required` or the name of the one function that a tool choice allows. */
export function choiceOf(choice: unknown): string {
  if (isObject(choice)) return isObject(choice.function) ? String(choice.function.name) : "required";
  return typeof choice === "string" ? choice : "auto";
}

function readFormat(format: JsonObject): string {
  const type = requireString(format, "type", "response_format.type");
  const known = ["json_object", "json_schema", "text"];
  if (!known.includes(type)) throw notAmong("response_format.type", type, known);
  if (type === "json_schema") {
    if (!isObject(format.json_schema)) throw missing("response_format.json_schema");
    requireString(format.json_schema, "name", "response_format.json_schema.name");
  }
  return type;
}
