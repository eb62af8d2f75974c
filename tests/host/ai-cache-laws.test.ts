// SPDX-License-Identifier: Apache-2.0
// What ai-cache stores is the same wherever the network cuts a stream.
import assert from "node:assert/strict";
import { it } from "node:test";
import {
  MESSAGE_STREAM,
  RESPONSES_STREAM,
  STREAM,
  UNSTORED,
  UNSTORED_BY_TYPE,
  UNSTORED_OF_RESPONSES,
} from "./ai-cache-responses.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const CHATS = "/v1/chat/completions";
const MESSAGES = "/v1/messages";
const RESPONSES = "/v1/responses";
/** A request of Responses that nothing is stored for but in the cache. */
const responsesOf = (content: string, more: object = {}): object => ({
  ...{ input: [{ role: "user", content }], store: false, reasoning: { summary: "auto" }, ...more },
});
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

const MESSAGE = {
  role: "assistant",
  content: "Grüße 🌍 🌍\n",
  reasoning_content: 'Let me "see"',
  tool_calls: [
    { id: "call_1", type: "function", function: { name: "f", arguments: '{"a":1}' } },
    { id: "call_2", type: "function", function: { name: "g", arguments: "{}" } },
  ],
};

function respond(stream: HttpStream, pieces: Buffer[], type = "text/event-stream", ends = true): void {
  stream.responseHeaders(
    [
      [":status", "200"],
      ["content-type", type],
    ],
    false,
  );
  for (const [n, piece] of pieces.entries()) stream.responseBody(piece, ends && n === pieces.length - 1);
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

for (const [name, type, body] of UNSTORED_BY_TYPE)
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

it("a stream of Responses that is cut at any byte is stored as the same response", () => {
  let expected: unknown;
  for (let at = 1; at < RESPONSES_STREAM.length; at++) {
    const first = ask(responsesOf(`response cut at ${at}`, { stream: true }), RESPONSES);
    assert.ok(isAsked(first));
    respond(first, [RESPONSES_STREAM.subarray(0, at), RESPONSES_STREAM.subarray(at)]);
    const second = ask(responsesOf(`response cut at ${at}`), RESPONSES);
    assert.ok(!isAsked(second), `${at}`);
    const replayed: unknown = JSON.parse(bodyOf(second));
    expected ??= replayed;
    assert.deepEqual(replayed, expected, `${at}`);
  }
  const { id, created_at, model, status, output, usage } = expected as Record<string, Record<string, unknown>> & {
    output: Record<string, unknown>[];
  };
  assert.deepEqual([id, created_at, model, status], ["resp_1", 1, "m", "completed"]);
  assert.deepEqual([usage.input_tokens, usage.output_tokens, usage.total_tokens], [1, 2, 3]);
  assert.deepEqual(
    output.map(({ type, summary, content, call_id, name, arguments: given }) => [
      type,
      summary ?? content ?? [call_id, name, given],
    ]),
    [
      ["reasoning", [{ type: "summary_text", text: 'Let me "see"' }]],
      ["message", [{ type: "output_text", text: "Grüße 🌍\n", annotations: [], logprobs: [] }]],
      ["function_call", ["call_1", "f", '{"a":1}']],
      ["function_call", ["call_2", "f", '{"a":1}']],
    ],
  );
  const third = ask(responsesOf(`response cut at ${RESPONSES_STREAM.length - 1}`, { stream: true }), RESPONSES);
  const last = bodyOf(third).split("\n").at(-3) ?? "";
  const { type, response } = JSON.parse(last.slice("data: ".length)) as { type: string; response: unknown };
  assert.deepEqual([type, response], ["response.completed", expected]);
  host.check();
});

it("a stream of Responses that ends anywhere before its end is not stored", () => {
  for (let at = 1; at < RESPONSES_STREAM.length - 1; at += 7) {
    const question = `response ends at ${at}`;
    respond(ask(responsesOf(question, { stream: true }), RESPONSES), [RESPONSES_STREAM.subarray(0, at)]);
    const second = ask(responsesOf(question), RESPONSES);
    assert.ok(isAsked(second), `${at}`);
    second.clientReset();
  }
  host.check();
});

for (const [name, type, body] of UNSTORED_OF_RESPONSES)
  it(`a response of Responses with ${name} is not stored (${type})`, () => {
    const question = `${name} ${type}`;
    const first = ask(responsesOf(question), RESPONSES);
    respond(first, [Buffer.from(body)], type);
    assert.equal(bodyOf(first), body);
    const second = ask(responsesOf(question), RESPONSES);
    assert.ok(isAsked(second));
    second.clientReset();
    host.check();
  });

for (const [name, more] of Object.entries({
  "that its provider stores": { store: true },
  "that does not say whether it is stored": { store: undefined },
  "in the background": { background: true },
  "that follows another one": { previous_response_id: "resp_0" },
  "of a conversation": { conversation: "conv_1" },
  "of a stored prompt": { prompt: { id: "pmpt_1" } },
  "with a stored item": { input: [{ type: "item_reference", id: "msg_1" }] },
  "with a stored item of no type": { input: [{ id: "msg_1" }] },
  "without an input": { input: undefined },
}))
  it(`a request of Responses ${name} is not cached`, () => {
    for (let n = 0; n < 2; n++) {
      const stream = ask(responsesOf(name, more), RESPONSES);
      assert.ok(isAsked(stream));
      respond(stream, [RESPONSES_STREAM], "text/event-stream");
      assert.equal(stream.client.headers?.get("x-ai-cache"), "bypass");
    }
    host.check();
  });

it("requests of Responses and of chats with the same members have entries of their own", () => {
  const body = { ...responsesOf("both"), messages: [{ role: "user", content: "both" }] };
  respond(ask(body, RESPONSES), [RESPONSES_STREAM], "text/event-stream");
  const chat = ask(body);
  assert.ok(isAsked(chat));
  chat.clientReset();
  assert.ok(!isAsked(ask(body, RESPONSES)));
  host.check();
});

for (const [path, events] of [
  [CHATS, STREAM],
  [MESSAGES, MESSAGE_STREAM],
  [RESPONSES, RESPONSES_STREAM],
] as const)
  it(`a stream is stored whose client leaves behind the last event (${path})`, () => {
    const messages = [
      { role: "user", content: "leaves" },
      { role: "user", content: path },
    ];
    const body = path === RESPONSES ? responsesOf("leaves") : { messages };
    const first = ask({ ...body, stream: true }, path);
    const follower = ask(body, path);
    respond(first, [events], "text/event-stream", false);
    first.clientReset();
    assert.ok(follower.isOver && !isAsked(follower));
    assert.ok(!isAsked(ask(body, path)));
    host.check();
  });
