// SPDX-License-Identifier: Apache-2.0
// Usage of what passes: `ai_usage` is set wherever the provider tells it, however the body is cut, and the client gets every byte.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { ProxyHost } from "./proxy-host.ts";

const KEY = "sk-test-key-0001";
const COUNTS = '{"prompt_tokens":11,"completion_tokens":22,"total_tokens":33}';
const AS_RESPONSES =
  '{"input_tokens":11,"input_tokens_details":{"cached_tokens":3},"output_tokens":22,"output_tokens_details":{"reasoning_tokens":5},"total_tokens":33}';
const DETAILED =
  '{"prompt_tokens":11,"completion_tokens":22,"total_tokens":33,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":5}}';

const PROVIDERS: Record<string, object> = {
  openai: { type: "openai", apiToken: KEY, capabilities: { "anthropic/v1/messages": "/v1/messages" } },
  azure: { type: "azure", apiToken: KEY, azureServiceUrl: "https://r.openai.azure.com/openai/v1" },
  qwen: { type: "qwen", apiToken: KEY },
  vllm: { type: "vllm" },
  generic: { type: "generic", apiToken: KEY },
  edited: { type: "openai", apiToken: KEY, hiclawMode: true, responseModel: "requested" },
};

interface Told {
  usage: string | undefined;
  body: Buffer;
  logs: string[];
}

function play(provider: object, path: string, request: object, type: string, chunks: Buffer[]): Told {
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "warn" });
  const context = host.configure("ai-proxy", JSON.stringify({ provider }))!;
  const stream = host.stream(context);
  const headers: HeaderPair[] = [
    [":method", "POST"],
    [":path", path],
    [":authority", "gateway.example"],
    ["content-type", "application/json"],
  ];
  stream.requestHeaders(headers, false);
  stream.requestBody(Buffer.from(JSON.stringify(request)), true);
  const reply: HeaderPair[] = [
    [":status", "200"],
    ["content-type", type],
  ];
  stream.responseHeaders(reply, false);
  for (const chunk of chunks) stream.responseBody(chunk, false);
  stream.responseBody(Buffer.alloc(0), true);
  host.check();
  const usage = stream.filterState.get("ai_usage")?.value.toString();
  return { usage, body: stream.client.bodyBytes, logs: host.vm.logs.map(({ text }) => text) };
}

const cuts = (text: string): Buffer[][] => {
  const all = Buffer.from(text);
  const halves = Array.from(all, (_, at) => [all.subarray(0, at), all.subarray(at)]);
  return [[all], Array.from(all, (_, at) => all.subarray(at, at + 1)), ...halves];
};

const CHAT = { model: "m", messages: [{ role: "user", content: "hi" }] };
const WHOLE: Record<string, [string, object, string, string]> = {
  chat: [
    "/v1/chat/completions",
    CHAT,
    `{"choices":[{"message":{"content":"\\"usage\\": {\\\\","usage":{"total_tokens":1}}}], "usage" : ${COUNTS},"model":"m"}`,
    COUNTS,
  ],
  "usage first": [
    "/v1/chat/completions",
    CHAT,
    `{"usage":${COUNTS},"choices":[],"x":{"usage":{"total_tokens":1}}}`,
    COUNTS,
  ],
  completion: [
    "/v1/completions",
    { model: "m", prompt: "hi" },
    `{"choices":[{"text":"[{"}],"usage":${COUNTS}}`,
    COUNTS,
  ],
  embeddings: [
    "/v1/embeddings",
    { model: "m", input: "hi" },
    '{"data":[{"embedding":[0.1,-2e-3]}],"usage":{"prompt_tokens":4,"total_tokens":4}}',
    '{"prompt_tokens":4,"completion_tokens":0,"total_tokens":4}',
  ],
  response: [
    "/v1/responses",
    { model: "m", input: "hi" },
    `{"output":[{}],"usage":${AS_RESPONSES},"metadata":{}}`,
    DETAILED,
  ],
};

describe("usage of a whole response that passes", () => {
  for (const [name, provider] of Object.entries(PROVIDERS)) {
    for (const [what, [path, request, body, wanted]] of Object.entries(WHOLE)) {
      test(`${what}, ${name}`, () => {
        const ways = name === "openai" ? cuts(body) : [[Buffer.from(body)]];
        for (const chunks of ways) {
          const told = play(provider, path, request, "application/json; charset=utf-8", chunks);
          assert.equal(told.usage, wanted, chunks[0].toString());
          if (name !== "edited") assert.equal(told.body.toString(), body);
        }
      });
    }
  }

  test("a message in Anthropic's language counts what came from a cache", () => {
    const usage = '{"input_tokens":5,"cache_creation_input_tokens":2,"cache_read_input_tokens":4,"output_tokens":22}';
    const told = play(PROVIDERS.openai, "/v1/messages", CHAT, "application/json", [Buffer.from(`{"usage":${usage}}`)]);
    assert.equal(
      told.usage,
      COUNTS.replace("}", ',"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":2}}'),
    );
  });

  for (const [what, body] of Object.entries({
    "no usage": '{"choices":[]}',
    "usage that is null": '{"usage":null,"x":{"usage":{"total_tokens":1}}}',
    "usage below the top": `{"x":{"usage":${COUNTS}}}`,
    "usage that is a text": `{"usage":"{}","x":[{"usage":${COUNTS}}]}`,
    "a usage that is too long": `{"usage":{"x":"${"a".repeat(20_000)}","total_tokens":1}}`,
    "a usage that is broken": '{"usage":{"total_tokens":}}',
    "a usage that breaks off": '{"usage":{"total_tokens":1',
    "a list": `[{"usage":${COUNTS}}]`,
    "a text": `"usage":${COUNTS}`,
    "brackets that close too often": `}]{"usage":${COUNTS}}`,
    nothing: " ",
  })) {
    test(`is not told by ${what}`, () => {
      const told = play(PROVIDERS.openai, "/v1/chat/completions", CHAT, "application/json", [Buffer.from(body)]);
      assert.equal(told.usage, undefined);
      assert.equal(told.body.toString(), body);
    });
  }
});

const STREAMED = { ...CHAT, stream: true };
const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const USAGE = `data: {"id":"c","choices":[],"usage":${COUNTS}}\n\n`;
const DONE = "data: [DONE]\n\n";

describe("usage of a stream that passes", () => {
  // An inline picture in a delta may be larger than any event that is held.
  for (const size of [1_000_000, 1_048_400, 1_048_576, 1_100_000, 3_000_000]) {
    for (const name of ["openai", "edited"]) {
      test(`behind an event of ${size} bytes, ${name}`, () => {
        const before = chunk({ role: "assistant" });
        const long = chunk({ content: "A".repeat(size) });
        const after = chunk({}, "stop");
        const stream = Buffer.from(before + long + after + USAGE + DONE);
        for (const step of [stream.length, 65_536, 1_000_003]) {
          const chunks = Array.from({ length: Math.ceil(stream.length / step) }, (_, i) =>
            stream.subarray(i * step, (i + 1) * step),
          );
          const told = play(PROVIDERS[name], "/v1/chat/completions", STREAMED, "text/event-stream", chunks);
          assert.equal(told.usage, COUNTS);
          assert.ok(told.body.equals(Buffer.from(before + long + after + DONE)), "the client gets all but the usage");
        }
      });
    }
  }

  test("a response of OpenAI's tells it in its last event", () => {
    const data = JSON.stringify({
      type: "response.completed",
      response: { usage: JSON.parse(AS_RESPONSES) as object },
    });
    const stream = `event: response.created\ndata: {}\n\nevent: response.completed\ndata: ${data}\n\n`;
    const request = { model: "m", input: "hi", stream: true };
    for (const chunks of cuts(stream)) {
      const told = play(PROVIDERS.openai, "/v1/responses", request, "text/event-stream", chunks);
      assert.equal(told.usage, DETAILED);
      assert.equal(told.body.toString(), stream);
      assert.deepEqual(told.logs, []);
    }
  });

  test("a message in Anthropic's language tells the request's first, and the answer's last", () => {
    const start = 'event: message_start\ndata: {"message":{"usage":{"input_tokens":11,"output_tokens":1}}}\n\n';
    const delta = 'event: message_delta\ndata: {"usage":{"output_tokens":22}}\n\n';
    const stop = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
    const stream = Buffer.from(start + delta + stop);
    const told = play(PROVIDERS.openai, "/v1/messages", { ...STREAMED }, "text/event-stream", [stream]);
    assert.equal(told.usage, COUNTS);
    assert.deepEqual(told.logs, []);
  });
});

describe("a stream that passes and ends before its response", () => {
  const LINE = "a stream of provider 'openai' ended before its response did";
  const CASES: Record<string, [string, string, boolean]> = {
    "no finish reason": ["/v1/chat/completions", chunk({ content: "Hi" }), true],
    "half an event": [
      "/v1/chat/completions",
      chunk({ content: "Hi" }) + 'data: {"choices":[{"index":0,"finish_reason":"st',
      true,
    ],
    "no event": ["/v1/chat/completions", ": nothing\n\n", true],
    "an empty finish reason": ["/v1/chat/completions", chunk({ content: "Hi" }, ""), true],
    "a finish reason that is a word of the answer": [
      "/v1/chat/completions",
      chunk({ content: '"finish_reason":"stop"' }),
      true,
    ],
    "a finish reason": ["/v1/chat/completions", chunk({}, "stop"), false],
    "[DONE] alone": ["/v1/chat/completions", chunk({ content: "Hi" }) + DONE, false],
    "an error": ["/v1/chat/completions", chunk({ content: "Hi" }) + 'data: { "error": {"message":"oops"}}\n\n', false],
    "a response that goes on": [
      "/v1/responses",
      'event: response.created\ndata: {"type":"response.created"}\n\n',
      true,
    ],
    "a response that fails": ["/v1/responses", 'data: {"type":"response.failed","response":{}}\n\n', false],
    "a message that goes on": ["/v1/messages", 'event: message_start\ndata: {"type":"message_start"}\n\n', true],
    "a message that stops": ["/v1/messages", 'event: message_stop\ndata: {"type":"message_stop"}\n\n', false],
  };
  for (const [what, [path, stream, isIncomplete]] of Object.entries(CASES)) {
    test(`${what}: ${isIncomplete ? "is counted and logged" : "is whole"}, and passes as it is`, () => {
      const request = { ...STREAMED, input: "hi" };
      for (const chunks of [[Buffer.from(stream)], Array.from(Buffer.from(stream), (byte) => Buffer.from([byte]))]) {
        const told = play(PROVIDERS.openai, path, request, "text/event-stream", chunks);
        assert.equal(told.body.toString(), stream);
        assert.equal(
          told.logs.filter((line) => line.includes(LINE)).length,
          isIncomplete ? 1 : 0,
          told.logs.join("\n"),
        );
      }
    });
  }
});

describe("usage of a translated stream of several choices", () => {
  const native = { type: "qwen", apiToken: KEY, qwenEnableCompatible: false };
  const request = { model: "qwen-plus", n: 2, stream: true, messages: [{ role: "user", content: "hi" }] };
  const event = (index: number, usage: string): Buffer => {
    const choice = `{"index":${index},"message":{"content":"a"},"finish_reason":"stop"}`;
    return Buffer.from(`data:{"output":{"choices":[${choice}]},"usage":${usage},"request_id":"r"}\n\n`);
  };
  const tell = (...usages: string[]): string | undefined =>
    play(
      native,
      "/v1/chat/completions",
      request,
      "text/event-stream",
      usages.map((usage, i) => event(i, usage)),
    ).usage;

  test("is the sum, also if each has as many tokens as the other", () => {
    const usage = '{"input_tokens":3,"output_tokens":20}';
    assert.equal(tell(usage, usage), '{"prompt_tokens":3,"completion_tokens":40,"total_tokens":43}');
  });

  test("counts no choice by an event without usage", () => {
    const usage = '{"input_tokens":3,"output_tokens":20}';
    assert.equal(tell(usage, "null"), '{"prompt_tokens":3,"completion_tokens":20,"total_tokens":23}');
  });
});
