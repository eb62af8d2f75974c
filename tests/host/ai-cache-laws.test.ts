// SPDX-License-Identifier: Apache-2.0
// What ai-cache stores is the same wherever the network cuts a stream, and its memory does not grow with requests.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const REQUESTS = 4_000;
const CHATS = "/v1/chat/completions";
const MESSAGES = "/v1/messages";
const configuration = { share: "route", cache: { type: "memory", places: 16 }, store_tool_calls: true };
const host = new ProxyHost("build/ai-cache.wasm");
const context = host.configure("ai-cache", JSON.stringify(configuration))!;

function ask(body: object, path = CHATS): HttpStream {
  const stream = host.stream(context);
  stream.requestHeaders(
    [
      [":method", "POST"],
      [":path", path],
      [":authority", "gateway.example"],
      ["content-type", "application/json"],
    ],
    false,
  );
  stream.requestBody(Buffer.from(JSON.stringify({ model: "m", ...body })), true);
  return stream;
}
const isAsked = (stream: HttpStream): boolean => stream.upstream.body.length > 0;
const bodyOf = (stream: HttpStream): string => Buffer.concat(stream.client.body).toString();

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\r\n\r\n`;
const call = (index: number, more: object): object => ({ tool_calls: [{ index, ...more }] });
const STREAM = Buffer.from(
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
const MESSAGE = {
  role: "assistant",
  content: "Grüße 🌍 🌍\n",
  reasoning_content: 'Let me "see"',
  tool_calls: [
    { id: "call_1", type: "function", function: { name: "f", arguments: '{"a":1}' } },
    { id: "call_2", type: "function", function: { name: "g", arguments: "{}" } },
  ],
};

function respond(stream: HttpStream, pieces: Buffer[], type = "text/event-stream"): void {
  stream.responseHeaders(
    [
      [":status", "200"],
      ["content-type", type],
    ],
    false,
  );
  for (const [n, piece] of pieces.entries()) stream.responseBody(piece, n === pieces.length - 1);
}

it("a stream that is cut at any byte is stored as the same message", () => {
  for (let at = 1; at < STREAM.length; at++) {
    const messages = [{ role: "user", content: `cut at ${at}` }];
    const first = ask({ messages, stream: true });
    assert.ok(isAsked(first));
    respond(first, [STREAM.subarray(0, at), STREAM.subarray(at)]);
    const second = ask({ messages });
    assert.ok(!isAsked(second), `${at}`);
    const { choices, usage } = JSON.parse(bodyOf(second)) as { choices: object[]; usage: object };
    assert.deepEqual(choices, [{ index: 0, message: MESSAGE, logprobs: null, finish_reason: "tool_calls" }]);
    assert.deepEqual(usage, { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 });
    const third = ask({ messages, stream: true });
    assert.ok(bodyOf(third).endsWith("data: [DONE]\n\n"));
  }
  host.check();
});

it("a stream that ends anywhere before its end is not stored", () => {
  const end = STREAM.length - "[DONE]\n\n".length;
  for (let at = 1; at < end; at += 3) {
    const messages = [{ role: "user", content: `ends at ${at}` }];
    respond(ask({ messages, stream: true }), [STREAM.subarray(0, at)]);
    const second = ask({ messages });
    assert.ok(isAsked(second), `${at}`);
    second.clientReset();
  }
  host.check();
});

const whole = (message: object, finish = "stop", more: object = {}): string =>
  JSON.stringify({
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish }],
    ...more,
  });
const UNSTORED: Record<string, string> = {
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
for (const [name, body] of Object.entries(UNSTORED))
  it(`a response with ${name} is not stored`, () => {
    const messages = [{ role: "user", content: name }];
    const first = ask({ messages });
    respond(first, [Buffer.from(body)], "application/json");
    assert.equal(bodyOf(first), body);
    const second = ask({ messages });
    assert.ok(isAsked(second));
    second.clientReset();
    host.check();
  });

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
const MESSAGE_STREAM = Buffer.from(streamOf([thinking, text, toolUse], { stop_reason: "tool_use" }).join(""));

it("a stream of Messages that is cut at any byte is stored as the same message", () => {
  const content = [
    { type: "thinking", thinking: 'Let me "see"', signature: "" },
    { type: "text", text: "Grüße 🌍\n" },
    { type: "tool_use", id: "toolu_1", name: "f", input: { a: 1 } },
  ];
  for (let at = 1; at < MESSAGE_STREAM.length; at++) {
    const messages = [{ role: "user", content: `message cut at ${at}` }];
    const first = ask({ messages, stream: true }, MESSAGES);
    assert.ok(isAsked(first));
    respond(first, [MESSAGE_STREAM.subarray(0, at), MESSAGE_STREAM.subarray(at)]);
    const second = ask({ messages }, MESSAGES);
    assert.ok(!isAsked(second), `${at}`);
    const { usage, ...message } = JSON.parse(bodyOf(second)) as { usage: Record<string, number> };
    assert.deepEqual(message, {
      ...{ id: "msg_1", type: "message", role: "assistant", model: "c", content },
      ...{ stop_reason: "tool_use", stop_sequence: null },
    });
    assert.deepEqual([usage.input_tokens, usage.output_tokens], [1, 2]);
    assert.ok(!isAsked(ask({ messages, stream: true })), "a chat");
  }
  host.check();
});

it("a stream of Messages that ends anywhere before its end is not stored", () => {
  for (let at = 1; at < MESSAGE_STREAM.length - 1; at += 3) {
    const messages = [{ role: "user", content: `message ends at ${at}` }];
    respond(ask({ messages, stream: true }, MESSAGES), [MESSAGE_STREAM.subarray(0, at)]);
    const second = ask({ messages }, MESSAGES);
    assert.ok(isAsked(second), `${at}`);
    second.clientReset();
  }
  host.check();
});

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
const unstored: [string, string, string][] = [
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
for (const [name, type, body] of unstored)
  it(`a response of Messages with ${name} is not stored (${type})`, () => {
    const messages = [{ role: "user", content: `${name} ${type}` }];
    const first = ask({ messages }, MESSAGES);
    respond(first, [Buffer.from(body)], type);
    assert.equal(bodyOf(first), body);
    const second = ask({ messages }, MESSAGES);
    assert.ok(isAsked(second));
    second.clientReset();
    host.check();
  });

it(`memory does not grow with ${REQUESTS} requests`, () => {
  const hello = Buffer.from(whole({ content: "hello" }));
  const one = (n: number): void => {
    const messages = [{ role: "user", content: `flat ${n % 40}` }];
    const isMessages = n % 5 === 0;
    const stream = ask({ messages, stream: n % 2 === 0 }, isMessages ? MESSAGES : CHATS);
    const events = isMessages ? MESSAGE_STREAM : STREAM;
    const follower = n % 7 ? null : ask({ messages });
    if (isAsked(stream)) {
      if (n % 11 === 0) stream.clientReset();
      else if (n % 3)
        respond(stream, [events.subarray(0, n % events.length || 1), events.subarray(n % events.length || 1)]);
      else respond(stream, [hello], "application/json");
    }
    if (follower && !follower.isOver) {
      if (isAsked(follower)) respond(follower, [hello], "application/json");
      else follower.clientReset();
    }
  };
  for (let n = 0; n < 1_000; n++) one(n);
  const before = host.vm.memory.byteLength;
  for (let n = 0; n < REQUESTS; n++) one(n);
  assert.equal(host.vm.memory.byteLength, before);
  host.check();
});
