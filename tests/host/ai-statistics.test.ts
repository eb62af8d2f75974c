// SPDX-License-Identifier: Apache-2.0
// Values of attributes that are long, cut anywhere, many, or hostile: what is logged of them is bounded and valid, and no memory is left.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readAiLog } from "../harness/ai-log.ts";
import type { HeaderPair } from "../providers/types.ts";
import { Random, seed } from "../unit/random.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const REQUEST: HeaderPair[] = [
  [":method", "POST"],
  [":path", "/v1/chat/completions"],
  [":authority", "gateway.example"],
  ["content-type", "application/json"],
];
const replyOf = (type: string): HeaderPair[] => [
  [":status", "200"],
  ["content-type", type],
];
const STREAM = replyOf("text/event-stream");
const MEGABYTE = 1 << 20;

class Gateway {
  readonly host = new ProxyHost("build/ai-statistics.wasm", { logLevel: "warn" });
  private readonly context;

  constructor(config: object) {
    this.context = this.host.configure("ai-statistics", JSON.stringify(config))!;
  }

  open(request: Buffer[] = [Buffer.from("{}")]): HttpStream {
    const stream = this.host.stream(this.context, { bufferLimitBytes: 32 * MEGABYTE });
    stream.requestHeaders(REQUEST, false);
    for (const [i, chunk] of request.entries()) stream.requestBody(chunk, i === request.length - 1);
    return stream;
  }

  /** The value of a counter. */
  counter(name: string): number {
    return Number(this.host.vm.metrics.byName.get(name)?.value ?? 0);
  }

  /** The log of a whole exchange. */
  log(request: Buffer[], reply: HeaderPair[], response: Buffer[]): Record<string, unknown> {
    const stream = this.open(request);
    stream.responseHeaders(reply, false);
    for (const chunk of response) stream.responseBody(chunk, false);
    stream.responseBody(Buffer.alloc(0), true);
    this.host.check();
    return logOf(stream)!;
  }
}

const logOf = (stream: HttpStream): Record<string, unknown> | undefined => {
  const state = stream.filterState.get("ai_log")?.value.toString();
  return state === undefined ? undefined : readAiLog(state);
};
const split = (body: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(body.length / size) }, (_, i) => body.subarray(i * size, (i + 1) * size));
const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const question = (content: unknown): Buffer => Buffer.from(JSON.stringify({ messages: [{ role: "user", content }] }));
const QUESTION = { attributes: [{ key: "question", apply_to_log: true }] };
const BOTH = {
  attributes: [
    { key: "question", apply_to_log: true },
    { key: "answer", apply_to_log: true },
  ],
};

describe("values of attributes", () => {
  it("are cut between characters, with their first and last halves", () => {
    const text = 'aé你😀"\n'.repeat(40);
    for (let limit = 1; limit < 60; limit++) {
      const gateway = new Gateway({ ...QUESTION, value_length_limit: limit });
      for (const size of [1, 7, 1000]) {
        const logged = gateway.log(split(question(text), size), STREAM, []).question as string;
        const [head, tail] = logged.split(" [truncated] ");
        assert.ok(text.startsWith(head) && text.endsWith(tail), `${limit}: ${logged}`);
        const half = limit >> 1;
        assert.ok(Buffer.from(head).length > half - 4 && Buffer.from(head).length <= half);
        assert.ok(Buffer.from(tail).length > limit - half - 4 && Buffer.from(tail).length <= limit - half);
      }
    }
  });

  it("are whole up to the limit", () => {
    const gateway = new Gateway({ ...QUESTION, value_length_limit: 10 });
    assert.equal(gateway.log([question("0123456789")], STREAM, []).question, "0123456789");
    assert.equal(gateway.log([question("0123456789a")], STREAM, []).question, "01234 [truncated] 6789a");
  });

  it("have escapes of any kind, wherever they are cut", () => {
    const json = '{"messages":[{"content":"\\u00e9\\u4f60\\ud83d\\ude00\\ud83d\\n\\"\\\\\\/\\ude00x\\ud83d"}]}';
    const gateway = new Gateway(QUESTION);
    const wanted = 'é你😀\ufffd\n"\\/\ufffdx\ufffd';
    const body = Buffer.from(json);
    for (let at = 0; at <= body.length; at++) {
      const parts = [body.subarray(0, at), body.subarray(at)];
      assert.equal(gateway.log(parts, STREAM, []).question, wanted, `cut at ${at}`);
    }
  });

  it("of 10 MB take no more memory than their limit", () => {
    const gateway = new Gateway({ ...QUESTION, value_length_limit: 1000 });
    const text = `begin${"x".repeat(10 * MEGABYTE)}end`;
    const before = gateway.host.vm.memory.byteLength;
    const logged = gateway.log(split(question(text), 16_384), STREAM, []).question as string;
    assert.ok(logged.startsWith("beginx") && logged.endsWith("xend") && logged.length === 1013);
    assert.ok(gateway.host.vm.memory.byteLength - before <= 2 * MEGABYTE);
  });

  it("of 10 MB are logged whole if the limit says so", () => {
    const gateway = new Gateway({ ...QUESTION, value_length_limit: 10 * MEGABYTE });
    const text = "x".repeat(10 * MEGABYTE);
    assert.equal(gateway.log(split(question(text), 65_536), STREAM, []).question, text);
  });

  it("of all streams have one bound, and those beyond it are dropped and counted", () => {
    const gateway = new Gateway({ ...QUESTION, value_length_limit: MEGABYTE });
    const body = question("x".repeat(MEGABYTE));
    const streams = Array.from({ length: 80 }, () => gateway.open(split(body, 65_536)));
    for (const stream of streams) stream.clientReset();
    const values = streams.map((stream) => logOf(stream)?.question as string | undefined);
    const kept = values.filter((value) => value?.length === MEGABYTE).length;
    assert.ok(kept >= 40 && kept <= 64, `${kept} values`);
    assert.equal(values.filter((value) => value === undefined).length, 80 - kept);
    assert.equal(gateway.counter("ai_statistics_dropped_values_total"), 80 - kept);
    assert.equal(gateway.log([question("again")], STREAM, []).question, "again");
  });
});

describe("streams", () => {
  it("have what has passed when the client leaves", () => {
    const gateway = new Gateway(BOTH);
    const words = ["a", "b", "c", "d"];
    for (let count = 0; count <= words.length; count++) {
      const stream = gateway.open([question("hi")]);
      if (count) stream.responseHeaders(STREAM, false);
      for (const content of words.slice(0, count))
        stream.responseBody(Buffer.from(event({ id: "c", choices: [{ delta: { content } }] })), false);
      stream.clientReset();
      const { answer, question: asked, chat_id } = logOf(stream)!;
      const seen = count
        ? { answer: words.slice(0, count).join(""), chat_id: "c" }
        : { answer: undefined, chat_id: undefined };
      assert.deepEqual({ answer, chat_id, asked }, { ...seen, asked: "hi" });
    }
  });

  it("of which nobody wants a text keep none: 2,000 are open", () => {
    const gateway = new Gateway({ use_default_response_attributes: true });
    const chunk = Buffer.from(event({ id: "c", choices: [{ delta: { content: "x".repeat(500) } }] }));
    const start = (): HttpStream => {
      const stream = gateway.open();
      stream.responseHeaders(STREAM, false);
      return stream;
    };
    const streams = Array.from({ length: 2000 }, start);
    for (const stream of streams) stream.responseBody(chunk, false);
    const before = gateway.host.vm.memory.byteLength;
    for (let i = 0; i < 20; i++) for (const stream of streams) stream.responseBody(chunk, false);
    assert.ok(gateway.host.vm.memory.byteLength - before <= MEGABYTE);
    assert.ok(before <= 16 * MEGABYTE, `${before} bytes`);
    for (const stream of streams) stream.clientReset();
    assert.equal(logOf(streams[0])?.chat_id, "c");
  });

  it("of many events stay within the limit of a value", () => {
    const gateway = new Gateway({ ...BOTH, value_length_limit: 2000 });
    const stream = gateway.open();
    stream.responseHeaders(STREAM, false);
    const chunk = Buffer.from(event({ choices: [{ delta: { content: "0123456789" } }] }).repeat(100));
    stream.responseBody(chunk, false);
    const before = gateway.host.vm.memory.byteLength;
    for (let i = 0; i < 1000; i++) stream.responseBody(chunk, false);
    assert.ok(gateway.host.vm.memory.byteLength - before <= MEGABYTE);
    stream.clientReset();
    assert.equal((logOf(stream)?.answer as string).length, 2013);
  });

  it("of a million events through one VM leave its memory as it was", () => {
    const gateway = new Gateway({});
    const chunk = Buffer.from(event({ choices: [{ delta: { content: "0123456789" } }] }).repeat(1000));
    const run = (chunks: number): void => {
      const stream = gateway.open();
      stream.responseHeaders(STREAM, false);
      for (let i = 0; i < chunks; i++) stream.responseBody(chunk, false);
      stream.clientReset();
    };
    run(10);
    const before = gateway.host.vm.memory.byteLength;
    for (let i = 0; i < 10; i++) run(99);
    assert.equal(gateway.host.vm.memory.byteLength, before);
    const chunks = "gen_ai_client_inference_time_per_output_chunk_milliseconds";
    const recorded = [...gateway.host.vm.metrics.byName].filter(([name]) => name.endsWith(chunks));
    assert.equal(
      recorded.reduce((sum, [, metric]) => sum + metric.recorded.length, 0),
      1_000_000 - 11,
    );
  });

  it("that are mutated give a valid log", () => {
    const random = new Random(seed());
    const gateway = new Gateway({ use_default_attributes: true, enable_path_suffixes: ["*"] });
    const tool = { index: 0, id: "i", function: { name: "f", arguments: '{"a":1}' } };
    const events = [
      { id: "c", choices: [{ delta: { content: "a\u00e9", reasoning_content: "r", tool_calls: [tool] } }] },
      { choices: [{ delta: {}, finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: 2 } },
    ];
    const whole = Buffer.from(events.map(event).join(""));
    const body = question([{ type: "text", text: "hi" }]);
    const mutate = (bytes: Buffer): Buffer => {
      const copy = Buffer.from(bytes);
      for (let i = 0; i < 3; i++) copy[random.below(copy.length)] = random.below(256);
      return copy;
    };
    for (let i = 0; i < 2000; i++) {
      const sizes = 1 + random.below(60);
      const type = i % 2 ? STREAM : replyOf("application/json");
      const log = gateway.log(split(mutate(body), sizes), type, split(mutate(whole), sizes));
      assert.equal(typeof log.llm_service_duration, "number");
    }
  });
});

describe("consumers", () => {
  it("beyond those that a VM may name are one label, whatever they are called", () => {
    const most = 50;
    const gateway = new Gateway({ max_label_sets: most });
    const body = Buffer.from('{"model":"m","usage":{"prompt_tokens":1,"completion_tokens":1}}');
    const run = (i: number): void => {
      const stream = gateway.open();
      stream.filterState.set("ai_consumer", { value: Buffer.from(`consumer-${i}`), readonly: false, span: 1 });
      stream.responseHeaders(replyOf("application/json"), false);
      stream.responseBody(body, true);
    };
    for (let i = 0; i < 1000; i++) run(i);
    const names = [...gateway.host.vm.metrics.byName.keys()];
    const before = gateway.host.vm.memory.byteLength;
    for (let i = 1000; i < 10_000; i++) run(i);
    assert.deepEqual([...gateway.host.vm.metrics.byName.keys()], names);
    assert.equal(gateway.host.vm.memory.byteLength, before);
    const requests = names.filter((name) => name.endsWith("ai_statistics_requests_total"));
    assert.ok(requests.length > 1 && requests.length <= most + 1, `${requests.length} label sets`);
    assert.ok(gateway.counter("ai_statistics_folded_total") >= 9000);
  });
});
