// SPDX-License-Identifier: Apache-2.0
// The id and the reason of responses that are not whole, too long or no JSON; and label sets that are looked up once.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readAiLog } from "../harness/ai-log.ts";
import type { HeaderPair } from "../providers/types.ts";
import { ProxyHost } from "./proxy-host.ts";

const REQUEST: HeaderPair[] = [
  [":method", "POST"],
  [":path", "/v1/chat/completions"],
  [":authority", "gateway.example"],
];
const MEGABYTE = 1 << 20;

class Gateway {
  readonly host = new ProxyHost("build/ai-statistics.wasm", { logLevel: "warn" });
  private readonly context;

  constructor(config: object = {}) {
    this.context = this.host.configure("ai-statistics", JSON.stringify(config))!;
  }

  /** The log of a response in chunks; `isWhole`: no chunk is missing when the client leaves. */
  log(chunks: (Buffer | string)[], { type = "application/json", status = "200", isWhole = true } = {}) {
    const stream = this.host.stream(this.context, { bufferLimitBytes: 32 * MEGABYTE });
    stream.requestHeaders(REQUEST, true);
    stream.responseHeaders(
      [
        [":status", status],
        ["content-type", type],
      ],
      false,
    );
    for (const chunk of chunks) stream.responseBody(Buffer.from(chunk), false);
    if (isWhole) stream.responseBody(Buffer.alloc(0), true);
    else stream.clientReset();
    this.host.check();
    return readAiLog(stream.filterState.get("ai_log")!.value.toString());
  }

  /** The values of the metrics whose names include a text, without their labels. */
  values(text: string): Record<string, string> {
    const found = [...this.host.vm.metrics.byName].filter(([name]) => name.includes(text));
    return Object.fromEntries(found.map(([name, { value }]) => [name, String(value)]));
  }
}

const body = (model = "gpt-4o") =>
  JSON.stringify({
    id: "chatcmpl-\u00e9\n",
    model,
    choices: [{ message: { content: "hi" }, finish_reason: "stop" }, { finish_reason: "length" }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  });

describe("facts of a response", () => {
  it("are those of the first choice, wherever the body is cut", () => {
    const gateway = new Gateway();
    const whole = Buffer.from(body());
    for (let at = 0; at <= whole.length; at++) {
      const { chat_id, finish_reason } = gateway.log([whole.subarray(0, at), whole.subarray(at)]);
      assert.deepEqual([chat_id, finish_reason], ["chatcmpl-\u00e9\n", "stop"], `cut at ${at}`);
    }
  });

  it("are what has passed of a body that is not whole", () => {
    const gateway = new Gateway();
    const text = body();
    const untilId = text.indexOf(',"model"');
    const reason = text.indexOf('"stop"');
    for (let at = untilId; at < text.length; at++) {
      const { chat_id, finish_reason } = gateway.log([text.slice(0, at)], { isWhole: false });
      assert.equal(chat_id, "chatcmpl-\u00e9\n", `${at} bytes`);
      if (at <= reason) assert.equal(finish_reason, undefined, `${at} bytes`);
      if (at >= reason + 5) assert.equal(finish_reason, "stop", `${at} bytes`);
    }
  });

  it("are read of a body that is too long to be kept", () => {
    const gateway = new Gateway();
    const text = `{"id":"long","filler":"${"x".repeat(6 * MEGABYTE)}",${body().slice(1).replace('"id"', '"other"')}`;
    for (const size of [64_000, 5 * MEGABYTE]) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      const { chat_id, finish_reason, total_token } = gateway.log(chunks);
      assert.deepEqual([chat_id, finish_reason, total_token], ["long", "stop", 5]);
    }
  });

  it("are no longer than a name, and strings only", () => {
    const gateway = new Gateway();
    const log = (value: object) => gateway.log([JSON.stringify(value)]);
    assert.equal(log({ id: "x".repeat(257) }).chat_id, undefined);
    assert.equal(log({ id: "\u0001".repeat(256) }).chat_id, "\u0001".repeat(256));
    assert.equal(log({ id: "x".repeat(5000), request_id: "y" }).chat_id, "y");
    assert.equal(log({ id: 7, choices: [] }).chat_id, undefined);
    assert.equal(log({ id: { id: "x" }, choices: [["stop"], { finish_reason: "stop" }] }).finish_reason, undefined);
    assert.equal(log({ choices: { finish_reason: "stop" } }).finish_reason, undefined);
    assert.equal(log({ candidates: [{ finishReason: "STOP" }] }).finish_reason, "STOP");
    assert.equal(log({ output: { choices: [{ finish_reason: "stop" }] } }).finish_reason, "stop");
    assert.equal(log({ id: "r", incomplete_details: { reason: "x" } }).finish_reason, undefined);
  });

  it("come from the event that has them, among events that have none", () => {
    const gateway = new Gateway();
    const event = (choice: object) => `data: ${JSON.stringify({ id: "s", choices: [choice] })}\n\n`;
    const events = [
      event({ delta: { content: "a" }, finish_reason: null }),
      event({ delta: { content: 'the "reason" is "finish_reason":"no"' }, finish_reason: null }),
      event({ delta: {}, finish_reason: "tool_calls" }),
      event({ delta: { content: "b" }, finish_reason: null }),
    ];
    const { chat_id, finish_reason } = gateway.log(events, { type: "text/event-stream" });
    assert.deepEqual([chat_id, finish_reason], ["s", "tool_calls"]);
  });
});

describe("label sets that are known", () => {
  it("are those of each pass: model, status and limit", () => {
    const gateway = new Gateway({ max_label_sets: 2 });
    const requests = "ai_statistics_requests_total";
    for (let round = 0; round < 3; round++) {
      gateway.log([body("first")]);
      gateway.log([body("second")]);
      gateway.log(["{}"], { status: "503" });
    }
    const counts = gateway.values(requests);
    const of = (text: string) => Object.entries(counts).find(([name]) => name.includes(text))?.[1];
    assert.equal(of("gen_ai_response_model=first]"), "3");
    assert.equal(of("gen_ai_response_model=second]"), "3");
    assert.equal(of("gen_ai_response_model=other]"), "3");
    // Each look-up of the failed ones is folded, every time.
    const folded = Number(Object.values(gateway.values("ai_statistics_folded_total"))[0]);
    assert.ok(folded > 0 && folded % 3 === 0, `${folded}`);
  });
});
