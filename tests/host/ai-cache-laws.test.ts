// SPDX-License-Identifier: Apache-2.0
// What ai-cache stores is the same wherever the network cuts a stream.
import assert from "node:assert/strict";
import { it } from "node:test";
import { MESSAGE_STREAM, STREAM, UNSTORED, UNSTORED_BY_TYPE } from "./ai-cache-responses.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

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

for (const [path, events] of [
  [CHATS, STREAM],
  [MESSAGES, MESSAGE_STREAM],
] as const)
  it(`a stream is stored whose client leaves behind the last event (${path})`, () => {
    const messages = [
      { role: "user", content: "leaves" },
      { role: "user", content: path },
    ];
    const first = ask({ messages, stream: true }, path);
    const follower = ask({ messages }, path);
    respond(first, [events], "text/event-stream", false);
    first.clientReset();
    assert.ok(follower.isOver && !isAsked(follower));
    assert.ok(!isAsked(ask({ messages }, path)));
    host.check();
  });
