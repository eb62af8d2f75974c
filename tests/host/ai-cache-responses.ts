// SPDX-License-Identifier: Apache-2.0
// Responses of chats, of Anthropic's Messages and of OpenAI's Responses: streams that ai-cache stores, and what it does not store.

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\r\n\r\n`;
const call = (index: number, more: object): object => ({ tool_calls: [{ index, ...more }] });
/** A chat with reasoning, a text and two tool calls. */
export const STREAM = Buffer.from(
  [
    ": comment\n\n",
    chunk({ role: "assistant", content: "" }),
    chunk({ reasoning_content: 'Let me "see"' }),
    chunk({ content: "Grüße 🌍 " }),
    chunk({ content: "x" }).replace('"x"', '"\\ud83c"'),
    chunk({ content: "x" }).replace('"x"', '"\\udf0d\\n"'),
    chunk(call(0, { id: "call_1", type: "function", function: { name: "f", arguments: "" } })),
    chunk(call(0, { function: { arguments: '{"a":' } })),
    chunk(call(0, { function: { arguments: "1}" } })),
    chunk(call(1, { id: "call_2", type: "function", function: { name: "g", arguments: "{}" } })),
    chunk({}, "tool_calls"),
    'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n',
    "data: [DONE]\n\n",
  ].join(""),
);
/** A whole chat. */
export const whole = (message: object, finish = "stop", more: object = {}): string =>
  JSON.stringify({
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish }],
    ...more,
  });
/** Chats that are not stored, by what they have. */
export const UNSTORED: Record<string, string> = {
  "cut by the limit": whole({ content: "a" }, "length"),
  "cut by a filter": whole({ content: "a" }, "content_filter"),
  "a refusal": whole({ content: null, refusal: "no" }),
  annotations: whole({ content: "a", annotations: [{ type: "url_citation" }] }),
  audio: whole({ content: "a", audio: { id: "1" } }),
  "an old function call": whole({ content: null, function_call: { name: "f", arguments: "" } }),
  "a member that nobody knows": whole({ content: "a", reasoning_details: [{ text: "x" }] }),
  "citations beside the choices": whole({ content: "a" }, "stop", { citations: ["https://a.example"] }),
  "parts of content": whole({ content: [{ type: "text", text: "a" }] }),
  "a part of a tool call that nobody knows": whole({
    content: null,
    tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" }, extra_content: { x: 1 } }],
  }),
  "log probabilities":
    '{"choices":[{"index":0,"message":{"content":"a"},"logprobs":{"content":[]},"finish_reason":"stop"}]}',
  "two choices": '{"choices":[{"index":0,"message":{"content":"a"}},{"index":1,"message":{"content":"b"}}]}',
  "no choice": '{"choices":[]}',
  "an error": '{"error":{"message":"no"}}',
  "no JSON": "hello",
  "cut JSON": whole({ content: "a" }).slice(0, -1),
};
const sse = (event: { type: string; [name: string]: unknown }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const blockOf = (index: number, content_block: object, delta: object): string[] => [
  sse({ type: "content_block_start", index, content_block }),
  sse({ type: "content_block_delta", index, delta }),
  sse({ type: "content_block_stop", index }),
];
const streamOf = (blocks: string[][], delta: object = { stop_reason: "end_turn", stop_sequence: null }): string[] => [
  sse({
    type: "message_start",
    message: { id: "msg_1", model: "c", content: [], usage: { input_tokens: 1, output_tokens: 0 } },
  }),
  ...blocks.flat(),
  sse({ type: "message_delta", delta, usage: { output_tokens: 2 } }),
  sse({ type: "message_stop" }),
];
const thinking = blockOf(
  0,
  { type: "thinking", thinking: "", signature: "" },
  { type: "thinking_delta", thinking: 'Let me "see"' },
);
const text = blockOf(1, { type: "text", text: "" }, { type: "text_delta", text: "Grüße 🌍\n" });
const toolUse = blockOf(
  2,
  { type: "tool_use", id: "toolu_1", name: "f", input: {} },
  { type: "input_json_delta", partial_json: '{"a":1}' },
);
/** A message with reasoning, a text and a tool call. */
export const MESSAGE_STREAM = Buffer.from(streamOf([thinking, text, toolUse], { stop_reason: "tool_use" }).join(""));

const said = { type: "text", text: "a" };
const message = (content: unknown, more: object = {}): string =>
  JSON.stringify({ id: "msg_1", type: "message", role: "assistant", content, stop_reason: "end_turn", ...more });
const UNSTORED_MESSAGES: Record<string, string> = {
  "signed reasoning": message([{ type: "thinking", thinking: "a", signature: "s" }, said]),
  "redacted reasoning": message([{ type: "redacted_thinking", data: "x" }, said]),
  "reasoning behind its text": message([said, { type: "thinking", thinking: "a", signature: "" }]),
  "two texts": message([said, said]),
  "a text without a letter": message([{ type: "text", text: "" }]),
  "a text behind a tool call": message([{ type: "tool_use", id: "1", name: "f", input: {} }, said]),
  citations: message([{ ...said, citations: [{ type: "char_location" }] }]),
  "a tool of the provider": message([{ type: "server_tool_use", id: "1", name: "web_search", input: {} }, said]),
  "a block of no type": message([{ text: "a" }]),
  "a block that is no object": message(["a"]),
  "content that is no list": message("a"),
  "a stop sequence": message([said], { stop_reason: "stop_sequence", stop_sequence: "END" }),
  "a pause": message([said], { stop_reason: "pause_turn" }),
  "the limit of tokens": message([said], { stop_reason: "max_tokens" }),
  "a refusal": message([said], { stop_reason: "refusal" }),
  "a member that nobody knows": message([said], { container: { id: "1" } }),
  "no content": '{"id":"msg_1","type":"message"}',
  "an error": '{"type":"error","error":{"type":"api_error","message":"no"}}',
  "no JSON": "hello",
  "cut JSON": message([said]).slice(0, -1),
};
const stop = { stop_reason: "end_turn" };
const UNSTORED_EVENTS: Record<string, string[]> = {
  "signed reasoning": streamOf([
    blockOf(0, { type: "thinking", thinking: "a" }, { type: "signature_delta", signature: "s" }),
  ]),
  "two texts": streamOf([text, text]),
  "a text without a letter": streamOf([blockOf(0, { type: "text", text: "" }, { type: "text_delta", text: "" })]),
  citations: streamOf([blockOf(0, said, { type: "citations_delta", citation: { type: "char_location" } })]),
  "a stop sequence": streamOf([text], { stop_reason: "stop_sequence", stop_sequence: "END" }),
  "an event that nobody knows": streamOf([text, [sse({ type: "news", index: 0 })]]),
  "an event that is no object": streamOf([text, ["data: 7\n\n"]]),
  "an event that is no JSON": streamOf([text, ["data: {\n\n"]]),
  "an error": streamOf([text, [sse({ type: "error", error: { type: "overloaded_error", message: "no" } })]]),
  "no reason to stop": streamOf([text], {}),
  "a stop before all": [sse({ type: "message_stop" }), ...streamOf([text], stop)],
};
/** Messages that are not stored: what they have, the content type, and the body. */
export const UNSTORED_BY_TYPE: [string, string, string][] = [
  ...Object.entries(UNSTORED_MESSAGES).map(([name, body]): [string, string, string] => [
    name,
    "application/json",
    body,
  ]),
  ...Object.entries(UNSTORED_EVENTS).map(([name, events]): [string, string, string] => [
    ...([name, "text/event-stream"] as const),
    events.join(""),
  ]),
];

/** A response object of OpenAI's Responses. https://platform.openai.com/docs/api-reference/responses/object */
const response = (output: object[], more: object = {}): object => ({
  ...{ id: "resp_1", object: "response", created_at: 1, status: "completed", error: null, incomplete_details: null },
  ...{
    model: "m",
    output,
    parallel_tool_calls: true,
    reasoning: { effort: null, summary: "auto" },
    store: false,
    tools: [],
  },
  ...{ usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 }, metadata: {}, previous_response_id: null },
  ...more,
});
const spoken = (more: object = {}, part: object = {}): object => ({
  ...{ id: "msg_1", type: "message", role: "assistant", status: "completed" },
  content: [{ type: "output_text", text: "Grüße 🌍\n", annotations: [], logprobs: [], ...part }],
  ...more,
});
const thought = (more: object = {}): object => ({
  ...{ id: "rs_1", type: "reasoning", summary: [{ type: "summary_text", text: 'Let me "see"' }], ...more },
});
const called = (call_id: string, more: object = {}): object => ({
  ...{ id: `fc_${call_id}`, type: "function_call", status: "completed", call_id, name: "f", arguments: '{"a":1}' },
  ...more,
});
const ended = (object: object, type = "response.completed"): string[] => [
  sse({ type: "response.created", response: { ...object, status: "in_progress", output: [] }, sequence_number: 0 }),
  sse({ type: "response.output_text.delta", item_id: "msg_1", delta: "Gr", sequence_number: 1 }),
  sse({ type, response: object, sequence_number: 2 }),
];
/** A response with reasoning, a text and two calls, as a stream. */
export const RESPONSES_STREAM = Buffer.from(
  ended(response([thought(), spoken(), called("call_1"), called("call_2")])).join(""),
);
const UNSTORED_RESPONSES: Record<string, object> = {
  "no output": response([]),
  "two texts": response([spoken(), spoken()]),
  "a text behind a call": response([called("call_1"), spoken()]),
  "a text in two parts": response([spoken({ content: [1, 2].map(() => ({ type: "output_text", text: "a" })) })]),
  "a text without a letter": response([spoken({}, { text: "" })]),
  annotations: response([spoken({}, { annotations: [{ type: "url_citation" }] })]),
  "log probabilities": response([spoken({}, { logprobs: [{ token: "a" }] })]),
  "a refusal": response([spoken({ content: [{ type: "refusal", refusal: "no" }] })]),
  "encrypted reasoning": response([thought({ encrypted_content: "x" }), spoken()]),
  "reasoning in another form than is asked for": response([
    thought({ summary: [], content: [{ type: "reasoning_text", text: "a" }] }),
    spoken(),
  ]),
  "a tool of the provider": response([{ id: "ws_1", type: "web_search_call", status: "completed" }, spoken()]),
  "an item that is no object": response(["a" as unknown as object]),
  "a member that nobody knows": response([spoken()], { container: { id: "1" } }),
  "a conversation": response([spoken()], { conversation: { id: "conv_1" } }),
  "the limit of tokens": response([spoken()], {
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
  }),
  "a failure": response([spoken()], { status: "failed", error: { code: "server_error", message: "no" } }),
  "no status": response([spoken()], { status: null }),
  "an error": { error: { message: "no" } },
};
/** Responses that are not stored, alike. */
export const UNSTORED_OF_RESPONSES: [string, string, string][] = [
  ...Object.entries(UNSTORED_RESPONSES).flatMap(([name, object]): [string, string, string][] => [
    [name, "application/json", JSON.stringify(object)],
    [name, "text/event-stream", ended(object).join("")],
  ]),
  ["a failed stream", "text/event-stream", ended(response([spoken()]), "response.failed").join("")],
  ["another name of its last event", "text/event-stream", ended(response([spoken()]), "response.done").join("")],
  [
    "no last event",
    "text/event-stream",
    ended(response([spoken()]))
      .slice(0, 2)
      .join(""),
  ],
  ["cut JSON", "application/json", JSON.stringify(response([spoken()])).slice(0, -1)],
];
