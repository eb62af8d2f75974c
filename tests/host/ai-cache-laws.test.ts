// SPDX-License-Identifier: Apache-2.0
// What ai-cache stores is the same wherever the network cuts a stream, and its memory does not grow with requests.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const REQUESTS = 4_000;
const configuration = { share: "route", cache: { type: "memory", places: 16 }, store_tool_calls: true };
const host = new ProxyHost("build/ai-cache.wasm");
const context = host.configure("ai-cache", JSON.stringify(configuration))!;

function ask(body: object, headers: HeaderPair[] = []): HttpStream {
  const stream = host.stream(context);
  stream.requestHeaders(
    [
      [":method", "POST"],
      [":path", "/v1/chat/completions"],
      [":authority", "gateway.example"],
      ["content-type", "application/json"],
      ...headers,
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

it(`memory does not grow with ${REQUESTS} requests`, () => {
  const hello = Buffer.from(whole({ content: "hello" }));
  const one = (n: number): void => {
    const messages = [{ role: "user", content: `flat ${n % 40}` }];
    const stream = ask({ messages, stream: n % 2 === 0 });
    const follower = n % 7 ? null : ask({ messages });
    if (isAsked(stream)) {
      if (n % 11 === 0) stream.clientReset();
      else if (n % 3)
        respond(stream, [STREAM.subarray(0, n % STREAM.length || 1), STREAM.subarray(n % STREAM.length || 1)]);
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
