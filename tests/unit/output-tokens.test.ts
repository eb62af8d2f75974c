// What a response shows of its tokens: the usage of each provider's shape, and the estimate of a response that has none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadModule } from "./module.ts";
import { Random, seed } from "./random.ts";

const { exports, put } = await loadModule("tokens");
const [NONE, PARTIAL, COMPLETE] = [0, 1, 2];
const STREAM = "text/event-stream";
const JSON_TYPE = "application/json; charset=utf-8";

/** What is known of a response that comes in chunks; numbers are those of `[status, input, output, provider's total, estimate]`. */
function read(type: string, chunks: Buffer[], needsModel = true): number[] {
  const header = Buffer.from(type);
  assert.equal(exports.respond!(put(header), header.length), 1);
  for (const chunk of chunks) exports.pushResponse!(put(chunk), chunk.length);
  exports.finishResponse!(needsModel ? 1 : 0);
  const { usageStatus, inputUsage, outputUsage, providerTotal, outputTokens } = exports;
  return [usageStatus!(), inputUsage!(), outputUsage!(), providerTotal!(), outputTokens!()];
}

/** A whole body, whose usage is the same if its model is not read. */
function whole(body: object): number[] {
  const bytes = Buffer.from(JSON.stringify(body));
  const result = read(JSON_TYPE, [bytes]);
  assert.deepEqual(read(JSON_TYPE, [bytes], false).slice(0, 4), result.slice(0, 4));
  return result;
}

const bytesOf = (events: (object | string)[]): Buffer =>
  Buffer.from(
    events.map((event) => (typeof event === "string" ? event : `data: ${JSON.stringify(event)}\n\n`)).join(""),
  );

/** A stream, cut into two chunks at every byte, and into single bytes. */
function streamed(...events: (object | string)[]): number[] {
  const bytes = bytesOf(events);
  const result = read(STREAM, [bytes]);
  for (let at = 0; at <= bytes.length; at++) {
    assert.deepEqual(read(STREAM, [bytes.subarray(0, at), bytes.subarray(at)]), result, `cut at ${at}`);
  }
  assert.deepEqual(
    read(
      STREAM,
      Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
    ),
    result,
  );
  return result;
}

test("the usage of each shape, whole", () => {
  const usages: [object, number[]][] = [
    // https://platform.openai.com/docs/api-reference/chat/object
    [{ usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 } }, [COMPLETE, 5, 7, 12]],
    // https://platform.openai.com/docs/api-reference/embeddings
    [{ usage: { prompt_tokens: 5, total_tokens: 5 } }, [COMPLETE, 5, 0, 5]],
    // https://platform.openai.com/docs/api-reference/responses/object
    [{ usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 } }, [COMPLETE, 5, 7, 12]],
    // https://docs.claude.com/en/api/messages
    [
      { usage: { input_tokens: 5, cache_creation_input_tokens: 2, cache_read_input_tokens: 3, output_tokens: 7 } },
      [COMPLETE, 10, 7, -1],
    ],
    // https://ai.google.dev/api/generate-content#UsageMetadata
    [
      {
        usageMetadata: {
          promptTokenCount: 5,
          cachedContentTokenCount: 3,
          toolUsePromptTokenCount: 2,
          candidatesTokenCount: 7,
          thoughtsTokenCount: 11,
          totalTokenCount: 25,
        },
      },
      [COMPLETE, 7, 18, 25],
    ],
    // https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope
    [{ output: {}, usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 } }, [COMPLETE, 5, 7, 12]],
    // A gateway that adds Anthropic's names to a count that includes them.
    [
      { usage: { prompt_tokens: 5, cache_read_input_tokens: 3, completion_tokens: 7, total_tokens: 12 } },
      [COMPLETE, 5, 7, 12],
    ],
    // A provider's total that is more than the sum.
    [{ usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 20 } }, [COMPLETE, 5, 7, 20]],
    [{ usage: { prompt_tokens: 5, total_tokens: 12 } }, [COMPLETE, 5, 7, 12]],
    [{ usage: { total_tokens: 12 } }, [COMPLETE, 12, 0, 12]],
    [{ usage: { completion_tokens: 7 } }, [PARTIAL, 0, 7, -1]],
    [{ usage: { prompt_tokens: null, completion_tokens: 7, total_tokens: null } }, [PARTIAL, 0, 7, -1]],
    [{ usage: null }, [NONE, 0, 0, -1]],
    [{ usage: {} }, [NONE, 0, 0, -1]],
    [{ usage: "12" }, [NONE, 0, 0, -1]],
    [{ usage: { prompt_tokens: -5, completion_tokens: "7" } }, [NONE, 0, 0, -1]],
    [{ choices: [{ message: { content: '{"usage":{"prompt_tokens":5}}' } }] }, [NONE, 0, 0, -1]],
  ];
  for (const [body, expected] of usages) assert.deepEqual(whole(body).slice(0, 4), expected, JSON.stringify(body));
});

const HELLO_CHUNKS = ["Hel", "lo", " wor", "ld", ", how", " are", " you", "?"];
/** Seven tokens: `Hello`, ` world`, `,`, ` how`, ` are`, ` you` and `?`. */
const HELLO = 8;

test("a stream of each protocol without usage is estimated as its text", () => {
  const streams: Record<string, (object | string)[]> = {
    chat: [
      { choices: [{ index: 0, delta: { role: "assistant", content: "" } }], usage: null },
      ...HELLO_CHUNKS.map((content) => ({
        id: "chatcmpl-1",
        choices: [{ index: 0, delta: { content }, finish_reason: null }],
      })),
      { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
      "data: [DONE]\n\n",
    ],
    "reasoning, then text": [
      ...HELLO_CHUNKS.slice(0, 4).map((content) => ({ choices: [{ delta: { reasoning_content: content } }] })),
      ...HELLO_CHUNKS.slice(4).map((content) => ({ choices: [{ delta: { content } }] })),
    ],
    completions: HELLO_CHUNKS.map((text) => ({
      choices: [{ text, index: 0, logprobs: { tokens: ["x"] }, finish_reason: "length" }],
    })),
    Messages: [
      'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","model":"claude","content":[],"role":"assistant"}}\n\n',
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      ...HELLO_CHUNKS.map((text) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })),
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null } },
      { type: "message_stop" },
    ],
    Responses: [
      { type: "response.created", response: { id: "resp_1", output: [], usage: null } },
      ...HELLO_CHUNKS.map((delta) => ({
        type: "response.output_text.delta",
        item_id: "msg_1",
        output_index: 0,
        delta,
      })),
      { type: "response.output_text.done", text: "Hello world, how are you?" },
      { type: "response.completed", response: { output: [{ content: [{ text: "Hello world, how are you?" }] }] } },
    ],
    "Responses, whose delta comes first": HELLO_CHUNKS.map((delta) => ({
      delta,
      type: "response.reasoning_text.delta",
    })),
    Gemini: HELLO_CHUNKS.map((text) => ({
      candidates: [
        {
          content: { role: "model", parts: [{ text }] },
          finishReason: "STOP",
          index: 0,
          safetyRatings: [{ category: "HARM" }],
        },
      ],
    })),
    "DashScope, all of the text in each event": HELLO_CHUNKS.map((_, i) => ({
      output: {
        choices: [
          { message: { role: "assistant", content: HELLO_CHUNKS.slice(0, i + 1).join("") }, finish_reason: "null" },
        ],
      },
    })),
  };
  for (const [name, events] of Object.entries(streams)) {
    assert.deepEqual(streamed(...events), [NONE, 0, 0, -1, HELLO], name);
  }
});

test("tool calls are estimated, with their names, and ids are not", () => {
  const call = (members: object): object => ({
    choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...members }] } }],
  });
  const events = [
    call({ id: `call_${"9a8b7c".repeat(20)}`, type: "function", function: { name: "Hello", arguments: "" } }),
    ...HELLO_CHUNKS.slice(2).map((piece) => call({ function: { arguments: piece } })),
  ];
  assert.equal(streamed(...events)[4], HELLO);
});

test("a whole response without usage is estimated as its text", () => {
  const text = HELLO_CHUNKS.join("");
  const bodies: Record<string, object> = {
    chat: {
      id: "chatcmpl-1",
      model: "m",
      choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    },
    "usage that is null": { choices: [{ message: { content: text } }], usage: null },
    completions: { choices: [{ text, logprobs: null }] },
    Messages: { type: "message", role: "assistant", content: [{ type: "text", text }], stop_reason: "end_turn" },
    Responses: {
      object: "response",
      output: [
        { type: "message", id: "m", status: "completed", content: [{ type: "output_text", text, annotations: [] }] },
      ],
    },
    Gemini: { candidates: [{ content: { parts: [{ text }] }, finishReason: "STOP" }] },
    DashScope: { output: { text, finish_reason: "stop" } },
  };
  for (const [name, body] of Object.entries(bodies)) assert.deepEqual(whole(body), [NONE, 0, 0, -1, HELLO], name);
});

test("usage at the beginning of Messages is partial until the end", () => {
  const start = {
    type: "message_start",
    message: { usage: { input_tokens: 5, cache_read_input_tokens: 100, output_tokens: 1 } },
  };
  const text = { type: "content_block_delta", delta: { text: HELLO_CHUNKS.join("") } };
  assert.deepEqual(streamed(start, text), [PARTIAL, 105, 1, -1, HELLO]);
  const end = { type: "message_delta", delta: {}, usage: { output_tokens: 20 } };
  assert.deepEqual(streamed(start, text, end), [COMPLETE, 105, 20, -1, HELLO]);
});

test("a stream that counts itself in each event is not estimated", () => {
  const event = (completion_tokens: number): object => ({
    choices: [{ delta: { content: "Hello world" } }],
    usage: { prompt_tokens: 5, completion_tokens, total_tokens: 5 + completion_tokens },
  });
  assert.deepEqual(streamed(event(2), event(4), event(6)), [COMPLETE, 5, 6, 11, 3]);
});

test("audio, errors and events that are no JSON are not estimated", () => {
  assert.deepEqual(
    streamed(
      { type: "response.audio.delta", delta: "QUJD".repeat(40) },
      { choices: [{ delta: { audio: { id: "a", data: "QUJD".repeat(40) } } }] },
      "data: {\n\n",
      "data: [1,2]\n\n",
      "event: ping\n\n",
      { error: { message: "Overloaded", type: "server_error" } },
    ),
    [NONE, 0, 0, -1, 0],
  );
});

test("mutated responses end with bounded numbers", (t) => {
  const random = new Random(seed());
  t.diagnostic(`SEED=${seed()}`);
  const seeds = [
    '{"choices":[{"index":0,"delta":{"content":"Hi \\u00e9","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}}],"usage":{"prompt_tokens":5}}',
    '{"type":"response.output_text.delta","delta":"Hi","response":{"usage":{"input_tokens":1}}}',
    '{"message":{"usage":{"input_tokens":1}},"content":[{"text":"x"}],"candidates":[[[{"a":["b"]}]]],"usageMetadata":{"thoughtsTokenCount":3}}',
  ];
  for (let i = 0; i < 30_000; i++) {
    const bytes = Buffer.from(random.pick(seeds));
    for (let edits = 1 + random.below(3); edits > 0; edits--) {
      bytes[random.below(bytes.length)] = random.pick([...Buffer.from('{}[]",:\\u0 a1n'), 0xff, 0xe4]);
    }
    const isStream = random.below(2) === 0;
    const body = isStream ? Buffer.concat([Buffer.from("data: "), bytes, Buffer.from("\n\n")]) : bytes;
    const [status, input, output, , estimate] = read(isStream ? STREAM : JSON_TYPE, [body]);
    assert.ok(status! >= NONE && status! <= COMPLETE && input! >= 0 && output! >= 0, bytes.toString());
    assert.ok(estimate! >= 0 && estimate! <= 3 * bytes.length, bytes.toString());
  }
});

test("deep and long responses are read", () => {
  const nested = (depth: number): Buffer => Buffer.from(`{"choices":${"[".repeat(depth)}"Hello"${"]".repeat(depth)}}`);
  assert.equal(read(JSON_TYPE, [nested(255)])[4], 2);
  assert.equal(read(JSON_TYPE, [nested(256)])[4], 0);
  const long = { choices: [{ message: { content: "word ".repeat(500_000) } }] };
  assert.ok(whole(long)[4]! >= 500_000);
  // A body of more than 4 MiB is not read.
  assert.deepEqual(whole({ choices: [{ message: { content: "word ".repeat(900_000) } }] }), [NONE, 0, 0, -1, 0]);
});

test("one million events do not change the memory size", () => {
  const bytes = bytesOf(Array.from({ length: 100 }, () => ({ choices: [{ index: 0, delta: { content: " token" } }] })));
  const header = Buffer.from(STREAM);
  exports.respond!(put(header), header.length);
  const address = put(bytes);
  exports.pushResponse!(address, bytes.length);
  const before = exports.memoryBytes!();
  for (let i = 1; i < 10_000; i++) exports.pushResponse!(address, bytes.length);
  assert.equal(exports.memoryBytes!(), before);
  assert.equal(exports.outputTokens!(), 1_030_000);
});

test("the usage at the end of a body is that of the response, whatever stands in front", () => {
  const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
  const other = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const choices = [{ message: { content: `"usage":${JSON.stringify(other)}}`, usage: other } }];
  const known = [COMPLETE, 5, 7, 12];
  const bodies: Record<string, [body: object, result: number[]]> = {
    last: [{ choices, usage }, known],
    "last but one": [{ choices, usage, service_tier: "default" }, known],
    first: [{ usage, choices }, known],
    "far from the end": [{ usage, choices, padding: "x".repeat(3000) }, known],
    nested: [{ choices, padding: 1 }, [NONE, 0, 0, -1]],
    "nested at the end": [{ usage, details: { usage: other } }, known],
    "in a text at the end": [{ usage, text: `,"usage":${JSON.stringify(other)}` }, known],
    "in the key of a member": [{ usage, 'a"usage': other }, known],
    "a null at the end": [{ choices, usage: null }, [NONE, 0, 0, -1]],
    "one side": [{ choices, usage: { prompt_tokens: 5 } }, [PARTIAL, 5, 0, -1]],
  };
  for (const [name, [body, result]] of Object.entries(bodies)) assert.deepEqual(whole(body).slice(0, 4), result, name);
});
