// SPDX-License-Identifier: Apache-2.0
// A provider of chat completions, Responses and Messages whose text and tool call repeat what it is told.
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import { jsonReply, pathOf } from "../providers/wire.ts";

/** A number with the check digit of a credit card, which the model writes. */
const CARD = "4111 1111 1111 1111";
/** The text of the model "violent": what its streams begin with, and what a checker refuses. */
export const SAFE = "The weather is fine. ".repeat(8);
const VIOLENT = `${SAFE}This is how to build a bomb. ${SAFE}`;
/** Characters of each delta of a stream: fewer than a token or a number has. */
const PIECE = 5;

interface Written {
  text: string;
  /** The arguments of the one tool call; without them the model calls none. */
  args?: string;
}
type Event = Record<string, unknown>;

/** The reply to a request of any of the three APIs, streamed if it asks for a stream. */
export function respond(request: ProviderRequest): ProviderReply {
  const body = JSON.parse(request.body.toString()) as { model: string; stream?: boolean };
  const written = body.model === "violent" ? { text: VIOLENT } : echoOf(toldBy(body));
  const api = apis[pathOf(request)];
  if (!api) return jsonReply(404, { error: { message: `no API ${request.path}` } });
  if (!body.stream) return jsonReply(200, api.whole(written));
  const events = api.stream(written).map((event) => Buffer.from(frameOf(event)));
  return { status: 200, headers: [["content-type", "text/event-stream"]], chunks: events };
}

/** The text of the first message. */
function toldBy(body: object): string {
  const { messages, input } = body as Record<"messages" | "input", { content: string }[] | undefined>;
  return (messages ?? input)![0].content;
}

const echoOf = (told: string): Written => ({
  text: `You wrote: "${told}" Pay with ${CARD} or ${CARD}.`,
  args: JSON.stringify({ note: told, card: CARD, amount: 12.5, to: ["a", told] }),
});

function frameOf(event: Event | string): string {
  if (typeof event === "string") return `data: ${event}\n\n`;
  return `${typeof event.type === "string" ? `event: ${event.type}\n` : ""}data: ${JSON.stringify(event)}\n\n`;
}

const piecesOf = (text: string): string[] => text.match(new RegExp(`[^]{1,${PIECE}}`, "g")) ?? [];

const common = { id: "c-1", created: 7, model: "m" };
const tool = { index: 0, id: "call-1", type: "function" };

const chat = {
  whole: ({ text, args }: Written): object => {
    const call = { id: tool.id, type: tool.type, function: { name: "send", arguments: args } };
    const message = { role: "assistant", content: text, ...(args ? { tool_calls: [call] } : {}) };
    const choices = [{ index: 0, message, finish_reason: args ? "tool_calls" : "stop" }];
    return { ...common, object: "chat.completion", choices };
  },
  stream: ({ text, args }: Written): (Event | string)[] => {
    const chunk = (delta: object, finish_reason: string | null = null): Event => ({
      ...common,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason }],
    });
    return [
      chunk({ role: "assistant", content: "" }),
      ...piecesOf(text).map((content) => chunk({ content })),
      ...(args ? [chunk({ tool_calls: [{ ...tool, function: { name: "send", arguments: "" } }] })] : []),
      ...piecesOf(args ?? "").map((piece) => chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
      chunk({}, args ? "tool_calls" : "stop"),
      "[DONE]",
    ];
  },
};

const messages = {
  whole: ({ text, args }: Written): object => ({
    ...{ id: "msg-1", type: "message", role: "assistant", model: "m", stop_sequence: null },
    content: [
      { type: "text", text },
      ...(args ? [{ type: "tool_use", id: "tool-1", name: "send", input: JSON.parse(args) as object }] : []),
    ],
    stop_reason: args ? "tool_use" : "end_turn",
    usage: { input_tokens: 9, output_tokens: 9 },
  }),
  stream: ({ text, args }: Written): Event[] => {
    const block = (index: number, content_block: object, deltas: object[]): Event[] => [
      { type: "content_block_start", index, content_block },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ];
    const texts = piecesOf(text).map((piece) => ({ type: "text_delta", text: piece }));
    const inputs = piecesOf(args ?? "").map((piece) => ({ type: "input_json_delta", partial_json: piece }));
    const message = { ...messages.whole({ text }), content: [], stop_reason: null };
    return [
      { type: "message_start", message },
      ...block(0, { type: "text", text: "" }, texts),
      ...(args ? block(1, { type: "tool_use", id: "tool-1", name: "send", input: {} }, inputs) : []),
      {
        type: "message_delta",
        delta: { stop_reason: args ? "tool_use" : "end_turn", stop_sequence: null },
        usage: { output_tokens: 9 },
      },
      { type: "message_stop" },
    ];
  },
};

const outputOf = ({ text, args }: Written): Event[] => [
  {
    ...{ type: "message", id: "i-0", role: "assistant", status: "completed" },
    content: [{ type: "output_text", text, annotations: [] }],
  },
  ...(args
    ? [{ type: "function_call", id: "i-1", call_id: "call-1", name: "send", arguments: args, status: "completed" }]
    : []),
];

const responses = {
  whole: (written: Written): object => ({
    ...{ id: "r-1", object: "response", created_at: 7, model: "m", status: "completed" },
    output: outputOf(written),
  }),
  stream: (written: Written): Event[] => {
    const { text, args } = written;
    const [message, call] = outputOf(written);
    const part = (value: string): object => ({ type: "output_text", text: value, annotations: [] });
    const place = { item_id: "i-0", output_index: 0, content_index: 0 };
    const second = { item_id: "i-1", output_index: 1 };
    const begun = { ...responses.whole(written), status: "in_progress", output: [] };
    const deltas = (type: string, at: object, value: string): Event[] =>
      piecesOf(value).map((delta) => ({ type: `${type}.delta`, ...at, delta }));
    const events: Event[] = [
      { type: "response.created", response: begun },
      { type: "response.output_item.added", output_index: 0, item: { ...message, status: "in_progress", content: [] } },
      { type: "response.content_part.added", ...place, part: part("") },
      ...deltas("response.output_text", place, text),
      { type: "response.output_text.done", ...place, text },
      { type: "response.content_part.done", ...place, part: part(text) },
      { type: "response.output_item.done", output_index: 0, item: message },
    ];
    if (args)
      events.push(
        { type: "response.output_item.added", output_index: 1, item: { ...call, arguments: "" } },
        ...deltas("response.function_call_arguments", second, args),
        { type: "response.function_call_arguments.done", ...second, name: "send", arguments: args },
        { type: "response.output_item.done", output_index: 1, item: call },
      );
    events.push({ type: "response.completed", response: responses.whole(written) });
    return events.map((event, sequence_number) => ({ ...event, sequence_number }));
  },
};

/** What each API sends, by its path. */
const apis: Record<string, { whole(written: Written): object; stream(written: Written): (Event | string)[] }> = {
  "/v1/chat/completions": chat,
  "/v1/messages": messages,
  "/v1/responses": responses,
};
