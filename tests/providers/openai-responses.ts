// SPDX-License-Identifier: Apache-2.0
// Requests and responses: https://platform.openai.com/docs/api-reference/responses/create
// Events: https://platform.openai.com/docs/api-reference/responses-streaming
import { firstParameter } from "./openai-chat.ts";
import { badRequest, missing } from "./openai-errors.ts";
import { type Output, outputFor, promptTokens, tokensOf } from "./scenarios.ts";
import type { ProviderReply } from "./types.ts";
import { eventStream, isObject, type JsonObject, jsonReply } from "./wire.ts";

/** The encrypted reasoning of this mock. */
export const ENCRYPTED = "gAAAAABencrypted==";

const contentType = "text/event-stream; charset=utf-8";

/** A response, whole or as a stream. Reasoning is shown only where its summary is asked for. */
export function respond(id: string, body: JsonObject): ProviderReply {
  if (body.input === undefined) throw missing("input");
  const items = itemsOf(body.input);
  const output = outputFor(conversationOf(items, body));
  const content = outputItems(id, output, body);
  const base = { id: `resp_${id}`, object: "response", created_at: 1741569952, model: body.model };
  const input = promptTokens(body.input);
  const { total, reasoning } = tokensOf(output);
  const usage = {
    ...{ input_tokens: input, input_tokens_details: { cached_tokens: 0 }, output_tokens: total },
    ...{ output_tokens_details: { reasoning_tokens: reasoning }, total_tokens: input + total },
  };
  const whole = { ...base, status: "completed", error: null, output: content.map(({ whole: item }) => item), usage };
  if (body.stream !== true) return jsonReply(200, whole);
  const begun = { ...base, status: "in_progress", output: [] };
  const events = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...content.flatMap(({ events: of }, output_index) => of.map((event) => ({ ...event, output_index }))),
    { type: "response.completed", response: whole },
  ];
  return eventStream(events.map(eventText), contentType);
}

/** The event of an error, which ends a stream. */
export const errorEvent = (sequence: number, error: { message: string; code: string | null }): string =>
  eventText({ type: "error", code: error.code, message: error.message, param: null }, sequence);

const eventText = (event: JsonObject, sequence_number: number): string =>
  `event: ${String(event.type)}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`;

function itemsOf(input: unknown): JsonObject[] {
  if (typeof input === "string") return [{ role: "user", content: input }];
  if (!Array.isArray(input) || input.length === 0 || !input.every(isObject)) {
    throw badRequest("Invalid type for 'input': expected one of a text or a list of items.", "input");
  }
  const items = input as JsonObject[];
  const called = items.flatMap(({ type, call_id }) => (type === "function_call" ? [call_id] : []));
  const answered = items.flatMap(({ type, call_id }) => (type === "function_call_output" ? [call_id] : []));
  const open = called.find((id) => !answered.includes(id));
  if (open !== undefined) throw badRequest(`No tool output found for function call ${String(open)}.`, "input");
  const unknown = answered.find((id) => !called.includes(id));
  if (unknown !== undefined) {
    throw badRequest(`No tool call found for function call output with call_id ${String(unknown)}.`, "input");
  }
  const isForged = ({ type, encrypted_content: encrypted }: JsonObject): boolean =>
    type === "reasoning" && encrypted !== undefined && encrypted !== null && encrypted !== ENCRYPTED;
  if (items.some(isForged))
    throw badRequest("The encrypted content could not be verified.", null, "invalid_encrypted_content");
  return items;
}

function conversationOf(items: JsonObject[], body: JsonObject): Parameters<typeof outputFor>[0] {
  const last = items.at(-1)!;
  const parts = items.flatMap(({ content }) => (Array.isArray(content) ? (content as JsonObject[]) : []));
  const tools = ((body.tools ?? []) as JsonObject[]).filter(({ type }) => type === "function");
  const format = isObject(body.text) && isObject(body.text.format) ? body.text.format.type : "text";
  const said = typeof last.content === "string" ? last.content : parts.map(({ text }) => text ?? "").join("");
  return {
    ...{ lastRole: last.type === "function_call_output" ? "tool" : "user", lastText: said },
    tools: tools.map(({ name, parameters }) => ({ name: String(name), parameter: firstParameter(parameters) })),
    toolChoice: typeof body.tool_choice === "string" ? body.tool_choice : "auto",
    images: parts.filter(({ type }) => type === "input_image").length,
    thinking: isObject(body.reasoning) && body.reasoning.effort !== undefined && body.reasoning.effort !== "none",
    wantsJson: format === "json_schema" || format === "json_object",
  };
}

interface Item {
  whole: JsonObject;
  events: JsonObject[];
}

function outputItems(id: string, output: Output, body: JsonObject): Item[] {
  const items: Item[] = [];
  if (output.reasoning.length > 0) items.push(reasoningItem(`rs_${id}`, output.reasoning, body));
  if (output.content.length > 0) items.push(messageItem(`msg_${id}`, output.content));
  output.toolCalls.forEach((call, i) => items.push(callItem(`fc_${id}_${i}`, call)));
  return items;
}

function reasoningItem(item_id: string, pieces: string[], body: JsonObject): Item {
  const isShown = isObject(body.reasoning) && body.reasoning.summary !== undefined;
  const text = pieces.join("");
  const isKept = Array.isArray(body.include) && body.include.includes("reasoning.encrypted_content");
  const head = { id: item_id, type: "reasoning" };
  const part = { type: "summary_text", text };
  const whole = {
    ...{ ...head, summary: isShown ? [part] : [] },
    ...(isKept ? { encrypted_content: ENCRYPTED } : {}),
  };
  const at = { item_id, summary_index: 0 };
  const shown = [
    { type: "response.reasoning_summary_part.added", ...at, part: { ...part, text: "" } },
    ...pieces.map((delta) => ({ type: "response.reasoning_summary_text.delta", ...at, delta })),
    { type: "response.reasoning_summary_text.done", ...at, text },
    { type: "response.reasoning_summary_part.done", ...at, part },
  ];
  return { whole, events: around({ ...head, summary: [] }, isShown ? shown : [], whole) };
}

function messageItem(item_id: string, pieces: string[]): Item {
  const head = { id: item_id, type: "message", role: "assistant" };
  const text = pieces.join("");
  const part = { type: "output_text", text, annotations: [], logprobs: [] };
  const whole = { ...head, status: "completed", content: [part] };
  const at = { item_id, content_index: 0 };
  const events = [
    { type: "response.content_part.added", ...at, part: { ...part, text: "" } },
    ...pieces.map((delta) => ({ type: "response.output_text.delta", ...at, delta, logprobs: [] })),
    { type: "response.output_text.done", ...at, text, logprobs: [] },
    { type: "response.content_part.done", ...at, part },
  ];
  return { whole, events: around({ ...head, status: "in_progress", content: [] }, events, whole) };
}

function callItem(item_id: string, { id: call_id, name, pieces }: Output["toolCalls"][number]): Item {
  const head = { id: item_id, type: "function_call", call_id, name };
  const whole = { ...head, status: "completed", arguments: pieces.join("") };
  const events = [
    ...pieces.map((delta) => ({ type: "response.function_call_arguments.delta", item_id, delta })),
    { type: "response.function_call_arguments.done", item_id, name, arguments: whole.arguments },
  ];
  return { whole, events: around({ ...head, status: "in_progress", arguments: "" }, events, whole) };
}

const around = (begun: JsonObject, events: JsonObject[], whole: JsonObject): JsonObject[] => [
  { type: "response.output_item.added", item: begun },
  ...events,
  { type: "response.output_item.done", item: whole },
];
