// SPDX-License-Identifier: Apache-2.0
// What access logs and spans read: the fields of `ai_fields`, the filter states of attributes, and the tags of spans.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readAiLog } from "../harness/ai-log.ts";
import type { HeaderPair } from "../providers/types.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { readStruct } from "./struct-fields.ts";

const REQUEST: HeaderPair[] = [
  [":method", "POST"],
  [":path", "/v1/chat/completions"],
  [":authority", "gateway.example"],
  ["content-type", "application/json"],
  ["x-agent-session", "session-1"],
  ["x-agent", 'a"1'],
];
const JSON_REPLY: HeaderPair[] = [
  [":status", "200"],
  ["content-type", "application/json"],
];
const STREAM: HeaderPair[] = [
  [":status", "200"],
  ["content-type", "text/event-stream"],
];
const ANSWER = {
  id: "chatcmpl-1",
  model: "gpt-4o-2024",
  choices: [{ index: 0, finish_reason: "length", message: { role: "assistant", content: "Hello" } }],
  usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
};
const EVENTS = [
  { id: "chatcmpl-2", choices: [{ delta: { content: "Hello" }, finish_reason: null }] },
  { id: "chatcmpl-2", choices: [{ delta: {}, finish_reason: "stop" }] },
];

function open(config: object): HttpStream {
  const host = new ProxyHost("build/ai-statistics.wasm", { logLevel: "warn" });
  const stream = host.stream(host.configure("ai-statistics", JSON.stringify(config))!);
  stream.requestHeaders(REQUEST, false);
  stream.requestBody(Buffer.from('{"messages":[{"role":"user","content":"hi"}]}'), true);
  return stream;
}

function respond(stream: HttpStream, reply = JSON_REPLY, body = JSON.stringify(ANSWER)): HttpStream {
  stream.responseHeaders(reply, false);
  stream.responseBody(Buffer.from(body), true);
  return stream;
}

const state = (stream: HttpStream, name: string): string | undefined => stream.filterState.get(name)?.value.toString();
const fieldsOf = (stream: HttpStream): Record<string, unknown> =>
  readStruct(stream.filterState.get("ai_fields")?.value ?? Buffer.alloc(0));

describe("the log fields", () => {
  it("have the ids, the finish reason and the usage of a whole response", () => {
    const { cost, ...fields } = fieldsOf(respond(open({ prices: { "*": { input: 1, output: 2 } } })));
    assert.deepEqual(fields, {
      operation: "chat",
      session_id: "session-1",
      stream: false,
      response_model: "gpt-4o-2024",
      response_id: "chatcmpl-1",
      finish_reason: "length",
      input_tokens: 5,
      output_tokens: 7,
      total_tokens: 12,
      usage_source: "provider",
      end_reason: "finished",
    });
    assert.equal(cost, 0.000019);
  });

  it("have the same of a stream", () => {
    const body = EVENTS.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
    const { response_id, finish_reason, session_id, stream } = fieldsOf(respond(open({}), STREAM, body));
    assert.deepEqual([response_id, finish_reason, session_id, stream], ["chatcmpl-2", "stop", "session-1", true]);
  });

  it("have those that are known of a request whose client leaves", () => {
    const stream = open({});
    stream.clientReset();
    const { response_id, finish_reason, session_id } = fieldsOf(stream);
    assert.deepEqual([response_id, finish_reason, session_id], [undefined, undefined, "session-1"]);
  });

  it("are there for the span before the response has ended", () => {
    const stream = open({ span_attributes: "always" });
    assert.equal(fieldsOf(stream).session_id, "session-1");
    stream.responseHeaders(JSON_REPLY, false);
    assert.equal(fieldsOf(stream).response_id, undefined);
    stream.responseBody(Buffer.from(JSON.stringify(ANSWER)), true);
    const { response_id, finish_reason } = fieldsOf(stream);
    assert.deepEqual([response_id, finish_reason], ["chatcmpl-1", "length"]);
  });
});

describe("attributes", () => {
  const agent = { key: "agent", value_source: "request_header", value: "x-agent" };

  it("with as_separate_log_field are a filter state of their own, escaped, and no member of ai_log", () => {
    const stream = respond(open({ attributes: [{ ...agent, apply_to_log: true, as_separate_log_field: true }] }));
    assert.equal(state(stream, "agent"), 'a\\"1');
    assert.equal(readAiLog(state(stream, "ai_log")!).agent, undefined);
  });

  it("with apply_to_span are tags, set when their source has come", () => {
    const answer = { key: "answer", apply_to_span: true, trace_span_key: "gen_ai.answer" };
    const stream = open({ attributes: [{ ...agent, apply_to_span: true }, answer] });
    assert.equal(state(stream, "trace_span_tag.agent"), 'a"1');
    assert.equal(state(stream, "trace_span_tag.gen_ai.answer"), undefined);
    respond(stream);
    assert.equal(state(stream, "trace_span_tag.gen_ai.answer"), "Hello");
    assert.equal(state(stream, "trace_span_tag.answer"), undefined);
    assert.equal(readAiLog(state(stream, "ai_log")!).agent, undefined);
  });

  it("replace the members of ai_log that other plugins have set, whose others stay", () => {
    const stream = open({ attributes: [{ ...agent, apply_to_log: true }] });
    const value = Buffer.from(JSON.stringify('{"agent":"old","safe\\"ty":{"a":[1]}}').slice(1, -1));
    stream.filterState.set("ai_log", { value, readonly: false, span: 1 });
    const log = readAiLog(state(respond(stream), "ai_log")!);
    assert.deepEqual([log.agent, log['safe"ty'], log.model], ['a"1', { a: [1] }, "gpt-4o-2024"]);
  });

  for (const broken of ["no json", '{\\"a\\":', '[\\"a\\"]', '"'])
    it(`leave out what is no object in ai_log: ${broken}`, () => {
      const stream = open({ attributes: [{ ...agent, apply_to_log: true }] });
      stream.filterState.set("ai_log", { value: Buffer.from(broken), readonly: false, span: 1 });
      const log = readAiLog(state(respond(stream), "ai_log")!);
      assert.deepEqual([log.agent, log.a], ['a"1', undefined]);
    });
});

describe("texts that are captured masked", () => {
  const delta = (content: string, index = 0): string =>
    `data: ${JSON.stringify({ id: "c", choices: [{ index, delta: { content } }] })}\n\n`;
  const MASKED = { capture: "masked", capture_patterns: ["sk-[a-z-]+"] };
  const responseOf = (...events: string[]): unknown =>
    fieldsOf(respond(open(MASKED), STREAM, events.join(""))).response;

  it("have no part of a match that comes in several events", () => {
    assert.equal(responseOf(delta("a sk-pl"), delta("anted-"), delta("secret b")), "a [masked] b");
  });

  it("are none of a stream whose choices come in turn", () => {
    const events = [delta("sk-"), delta("hello ", 1), delta("planted-secret"), delta("you", 1)];
    assert.equal(responseOf(...events), undefined);
  });
});
