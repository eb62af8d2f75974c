// SPDX-License-Identifier: Apache-2.0
// What ai-statistics logs of a stream that ai-token-ratelimit cuts, and of responses whose provider reports no usage.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { readStruct } from "./struct-fields.ts";

const REQUEST: HeaderPair[] = [
  [":method", "POST"],
  [":path", "/v1/chat/completions"],
  [":authority", "gateway.example"],
  ["content-type", "application/json"],
  ["x-key", "a"],
];
const replyOf = (type: string, status = 200): HeaderPair[] => [
  [":status", String(status)],
  ["content-type", type],
];
const CHAT = Buffer.from(
  JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "Tell me of the committee." }] }),
);
const chunk = (content: string): Buffer =>
  Buffer.from(`data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta: { content } }] })}\n\n`);
const WORDS = "The committee will meet again on Thursday to decide. ";
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":90,"total_tokens":99}}\n\n';

/** The filters in their order, each in a VM of its own. */
function chainOf(...filters: [plugin: string, config: object][]): HttpStream {
  const downstream = filters.map(([plugin, config]) => {
    const host = new ProxyHost(`build/${plugin}.wasm`, { logLevel: "warn" });
    return { vm: host.vm, root: host.configure(plugin, JSON.stringify(config))! };
  });
  const stream = new HttpStream({ downstream, upstream: [] });
  stream.requestHeaders([...REQUEST, ["content-length", String(CHAT.length)]], false);
  return stream;
}

const fieldsOf = (stream: HttpStream): Record<string, unknown> =>
  readStruct(stream.filterState.get("ai_fields")?.value ?? Buffer.alloc(0));

describe("the end reason of a stream with cut_stream", () => {
  const limit = (tokens: number): object => ({
    rule_name: "cut",
    rule_items: [{ limit_by_per_header: "x-key", limit_keys: [{ key: "*", token_per_hour: tokens }] }],
    cut_stream: true,
  });
  const run = (tokens: number, end: (stream: HttpStream) => void): Record<string, unknown> => {
    const stream = chainOf(["ai-token-ratelimit", limit(tokens)], ["ai-statistics", {}]);
    stream.requestBody(CHAT, true);
    stream.responseHeaders(replyOf("text/event-stream"), false);
    for (let i = 0; i < 10; i++) stream.responseBody(chunk(WORDS), false);
    end(stream);
    return fieldsOf(stream);
  };
  const finish = (stream: HttpStream): void => stream.responseBody(Buffer.from(USAGE), true);

  it("is cut, not an error, whether the provider goes on to its end or the client leaves", () => {
    for (const end of [finish, (stream: HttpStream): void => stream.clientReset()]) {
      const { end_reason, error_type } = run(40, end);
      assert.deepEqual([end_reason, error_type], ["cut", undefined]);
    }
  });

  it("is finished if the limit has enough", () => {
    const { end_reason, output_tokens } = run(10_000, finish);
    assert.deepEqual([end_reason, output_tokens], ["finished", 90]);
  });
});

describe("usage that no provider reports", () => {
  const open = (config: object, body: Buffer[] = [CHAT]): HttpStream => {
    const stream = chainOf(["ai-statistics", config]);
    for (const [i, piece] of body.entries()) stream.requestBody(piece, i === body.length - 1);
    return stream;
  };
  const stream = (opened: HttpStream, ...events: Buffer[]): HttpStream => {
    opened.responseHeaders(replyOf("text/event-stream"), false);
    for (const event of events) opened.responseBody(event, false);
    return opened;
  };
  const usageOf = (ended: HttpStream): unknown[] => {
    const { usage_source, input_tokens, output_tokens } = fieldsOf(ended);
    return [usage_source, input_tokens, output_tokens];
  };
  const ESTIMATE = { estimate_usage: true };
  const halves = (body: Buffer): Buffer[] => [body.subarray(0, 50), body.subarray(50)];

  it("is estimated from the texts, with estimate_usage, wherever the request is cut", () => {
    for (const body of [[CHAT], halves(CHAT), [CHAT, Buffer.alloc(0)]]) {
      const ended = stream(open(ESTIMATE, body), chunk(WORDS), chunk(WORDS));
      ended.responseBody(Buffer.from("data: [DONE]\n\n"), true);
      const [source, input, output] = usageOf(ended) as [string, number, number];
      // o200k_base: 6 tokens of the message, 20 of the response. https://github.com/openai/tiktoken
      assert.equal(source, "estimate");
      assert.ok(input >= 6 && input <= 16, `${input} tokens of the prompt`);
      assert.ok(output >= 18 && output <= 26, `${output} tokens of the response`);
    }
  });

  it("is estimated up to where the client left, also before the first byte", () => {
    const early = open(ESTIMATE);
    early.clientReset();
    const late = stream(open(ESTIMATE), chunk(WORDS));
    late.clientReset();
    const [source, input, output] = usageOf(late) as [string, number, number];
    assert.ok(source === "estimate" && output >= 9 && output <= 13, `${output} tokens of the response`);
    assert.deepEqual(usageOf(early), ["estimate", input, 0]);
  });

  it("of a response that is no stream is estimated too", () => {
    const opened = open(ESTIMATE);
    opened.responseHeaders(replyOf("application/json"), false);
    opened.responseBody(Buffer.from(JSON.stringify({ choices: [{ message: { content: WORDS } }] })), true);
    const [source, , output] = usageOf(opened) as [string, number, number];
    assert.ok(source === "estimate" && output >= 9 && output <= 13, `${output} tokens of the response`);
  });

  it("is not estimated where the provider reports it", () => {
    const ended = stream(open(ESTIMATE), chunk(WORDS));
    ended.responseBody(Buffer.from(USAGE), true);
    assert.deepEqual(usageOf(ended), ["provider", 9, 90]);
  });

  it("is none of a request that failed, and none without the option", () => {
    const failed = open(ESTIMATE);
    failed.responseHeaders(replyOf("application/json", 429), false);
    failed.responseBody(Buffer.from('{"error":{"message":"no"}}'), true);
    assert.deepEqual(usageOf(failed), ["none", undefined, undefined]);
    const without = stream(open({}), chunk(WORDS));
    without.clientReset();
    assert.deepEqual(usageOf(without), ["none", undefined, undefined]);
  });

  const long = Array.from({ length: 9 }, () => Buffer.alloc(512 << 10, "x "));
  for (const [what, body] of [
    ["no JSON", [Buffer.from("{")]],
    ["no text", [Buffer.from('{"model":"m"}')]],
    ["more than 4 MiB", [Buffer.from('{"messages":[{"content":"'), ...long, Buffer.from('"}]}')]],
  ] as const)
    it(`is none of a request with ${what}`, () => {
      const ended = stream(open(ESTIMATE, [...body, Buffer.from(" ")]), chunk(WORDS));
      ended.clientReset();
      assert.deepEqual(usageOf(ended), ["none", undefined, undefined]);
    });
});

describe("the names of models in metrics", () => {
  it("are not those of requests that a plugin has answered with 200", () => {
    const block = new ProxyHost("build/request-block.wasm", { logLevel: "warn" });
    const statistics = new ProxyHost("build/ai-statistics.wasm", { logLevel: "warn" });
    const downstream = [
      { vm: block.vm, root: block.configure("request-block", '{"block_urls":["/v1/"],"blocked_code":200}')! },
      { vm: statistics.vm, root: statistics.configure("ai-statistics", "{}")! },
    ];
    const stream = new HttpStream({ downstream, upstream: [] });
    stream.requestHeaders([...REQUEST, ["x-higress-llm-model", "made-up"]], true);
    const names = [...statistics.vm.metrics.byName.keys()];
    assert.ok(names.some((name) => name.includes("end_reason=refused")));
    assert.deepEqual(
      names.filter((name) => name.includes("made-up")),
      [],
    );
  });
});
