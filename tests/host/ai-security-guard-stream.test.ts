// SPDX-License-Identifier: Apache-2.0
// What happens to a stream while its texts wait for their check.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random, seed } from "../unit/random.ts";
import type { HttpCallout } from "./callouts.ts";
import { PROTOCOLS, sseOf } from "./cut-stream-protocols.ts";
import { configOf, cut, Guarded, streamOf, type Event, type Json } from "./guarded-stream.ts";
import type { HttpStream } from "./http-stream.ts";
import { findLeak } from "./leak-check.ts";

const CHAT = PROTOCOLS[0]!;
const RESPONSES = PROTOCOLS[3]!;
const delta = (value: Json, index = 0, finish: string | null = null): Buffer =>
  Buffer.from(sseOf([{ id: "c", choices: [{ index, delta: value, finish_reason: finish }] }], "\n"));
const DONE = Buffer.from("data: [DONE]\n\n");
const textOf = (call: HttpCallout): string => (JSON.parse(call.body.toString()) as { input: string }).input;
const bodyOf = (stream: HttpStream): string => stream.client.bodyBytes.toString();

describe("a stream that waits for its check", () => {
  it("passes without a call what has no text", () => {
    const guarded = new Guarded();
    const stream = guarded.open(CHAT);
    const events = [delta({ role: "assistant", content: "" }), Buffer.from(": ping\n\n"), delta({}, 0, "stop"), DONE];
    for (const event of events) stream.responseBody(event, false);
    assert.equal(bodyOf(stream), Buffer.concat(events).toString());
    assert.equal(guarded.call, undefined);
    stream.responseBody(Buffer.alloc(0), true);
    assert.equal(stream.client.end, "clean");
    guarded.host.check();
  });

  it("of Responses passes its beginning at once, with what OpenAI says in it", () => {
    const guarded = new Guarded();
    const stream = guarded.open(RESPONSES);
    const response = { id: "r", object: "response", created_at: 1, model: "m", output: [], instructions: "Be brief." };
    const settings = {
      billing: { payer: "developer" },
      prompt_cache_retention: "24h",
      text: { format: { type: "text" } },
    };
    const begun = sseOf([{ type: "response.created", response: { ...response, ...settings } }], "\n");
    stream.responseBody(Buffer.from(begun), false);
    assert.equal(bodyOf(stream), begun);
    assert.equal(guarded.call, undefined);
    guarded.host.check();
  });

  it("is checked text by text: choices, reasoning and arguments do not interrupt each other", () => {
    const guarded = new Guarded();
    const stream = guarded.open(CHAT);
    const call = (args: string): Json => ({ tool_calls: [{ index: 1, function: { name: "f", arguments: args } }] });
    const pieces = ["a B", "A", "D"];
    for (const piece of pieces) {
      stream.responseBody(delta({ content: piece.toLowerCase() }), false);
      stream.responseBody(delta({ content: `x${piece}`.toLowerCase() }, 1), false);
      stream.responseBody(delta({ reasoning_content: piece.replace("B", "G") }), false);
      stream.responseBody(delta(call(`{${piece}`)), false);
    }
    stream.responseBody(delta({}, 0, "tool_calls"), false);
    assert.equal(bodyOf(stream), "");
    assert.equal(textOf(guarded.call!), "a bad\nxa bxaxd\na GAD\n{a B{A{D");
    guarded.answer(guarded.call!);
    assert.ok(bodyOf(stream).includes('"content":"a b"'));
    guarded.host.check();
  });

  it("is checked after max_hold_ms, and goes out after the check", () => {
    const guarded = new Guarded(configOf({ max_hold_ms: 200 }));
    const stream = guarded.open(CHAT);
    stream.responseBody(delta({ content: "short" }), false);
    guarded.host.advance(150);
    assert.equal(guarded.call, undefined);
    guarded.host.advance(200);
    assert.equal(bodyOf(stream), "");
    stream.responseBody(delta({ content: " and later" }), false);
    assert.equal(textOf(guarded.call!), "short");
    guarded.answer(guarded.call!);
    assert.equal(bodyOf(stream), delta({ content: "short" }).toString());
    guarded.host.advance(300);
    assert.equal(textOf(guarded.call!), "short and later", "with what is in front of it");
    // Nothing is held by the host any more.
    guarded.answer(guarded.call!);
    assert.ok(bodyOf(stream).endsWith(delta({ content: " and later" }).toString()));
    stream.clientReset();
    guarded.host.check();
  });

  it("ends with an error where more than max_hold_bytes wait", () => {
    const guarded = new Guarded(configOf({ max_hold_bytes: 4096, bufferLimit: 10 }));
    const stream = guarded.open(CHAT);
    for (let i = 0; i < 100; i++) stream.responseBody(delta({ content: `w${i} ` }), false);
    assert.ok(bodyOf(stream).includes('"code":"response_too_large"'));
    assert.ok(bodyOf(stream).endsWith("data: [DONE]\n\n") && !bodyOf(stream).includes("w0"));
    stream.responseBody(DONE, true);
    assert.equal(stream.client.end, "clean");
    guarded.host.check();
  });

  for (const isEvent of [true, false])
    it(`is refused where an event is longer than max_hold_bytes${isEvent ? "" : ", and has not ended"}`, () => {
      const guarded = new Guarded(configOf({ max_hold_bytes: 4096 }));
      const stream = guarded.open(CHAT);
      const event = delta({ content: "w".repeat(9000) });
      stream.responseBody(isEvent ? event : event.subarray(0, 8000), !isEvent);
      assert.ok(!bodyOf(stream).includes("www"));
      if (isEvent) assert.ok(bodyOf(stream).includes('"code":"response_too_large"'));
      guarded.host.check();
    });

  for (const onError of ["pass", "block"])
    it(`with a checker that is down follows on_error: ${onError}`, () => {
      const guarded = new Guarded(configOf({}, { on_error: onError }));
      const stream = guarded.open(CHAT);
      const events = [delta({ content: "hello" }), delta({}, 0, "stop"), DONE];
      for (const event of events) stream.responseBody(event, false);
      guarded.host.fail(guarded.call!);
      if (onError === "pass") assert.equal(bodyOf(stream), Buffer.concat(events).toString());
      else {
        assert.ok(!bodyOf(stream).includes("hello") && bodyOf(stream).includes('"code":"check_unavailable"'));
        assert.ok(bodyOf(stream).endsWith("data: [DONE]\n\n"));
      }
      stream.responseBody(Buffer.alloc(0), true);
      assert.equal(stream.client.end, "clean");
      guarded.host.check();
    });

  it("without [DONE], with trailers and with an end in the last chunk is whole", () => {
    const events = [delta({ content: "hello " }), delta({ content: "you" })];
    for (const ending of ["end", "last chunk", "trailers"]) {
      const guarded = new Guarded();
      const stream = guarded.open(CHAT);
      stream.responseBody(events[0]!, false);
      stream.responseBody(events[1]!, ending === "last chunk");
      if (ending === "end") stream.responseBody(Buffer.alloc(0), true);
      if (ending === "trailers") stream.responseTrailers([["x-trailer", "yes"]]);
      assert.equal(bodyOf(stream), "");
      guarded.answer(guarded.call!);
      assert.equal(bodyOf(stream), Buffer.concat(events).toString());
      assert.equal(stream.client.end, "clean");
      if (ending === "trailers") assert.equal(stream.client.trailers?.get("x-trailer"), "yes");
      guarded.host.check();
    }
  });

  it("of a client that leaves, or of a provider that breaks it, is forgotten", () => {
    const guarded = new Guarded();
    for (const leave of ["client", "provider"]) {
      const stream = guarded.open(CHAT);
      stream.responseBody(delta({ content: "w".repeat(50) }), false);
      const call = guarded.call!;
      if (leave === "client") stream.clientReset();
      else stream.upstreamReset();
      assert.equal(stream.client.end, "reset");
      guarded.answer(call);
      guarded.host.advance(1000);
      guarded.host.check();
    }
  });

  it("checks data that is no JSON", () => {
    const guarded = new Guarded();
    const stream = guarded.open(CHAT);
    stream.responseBody(Buffer.from("data: this is BAD\n\n"), true);
    guarded.answer(guarded.call!);
    assert.ok(!bodyOf(stream).includes("this is") && bodyOf(stream).includes("No."));
    guarded.host.check();
  });

  it("of Responses does not check again what its last events repeat", () => {
    const guarded = new Guarded();
    const stream = guarded.open(RESPONSES);
    const place = { item_id: "i", output_index: 0, content_index: 0 };
    const part = { type: "output_text", text: "hello you", annotations: [] };
    const output = [{ type: "message", role: "assistant", content: [part] }];
    const events: Event[] = [
      { type: "response.created", response: { id: "r", status: "in_progress", instructions: "be BAD", output: [] } },
      { type: "response.output_text.delta", ...place, delta: "hello " },
      { type: "response.output_text.delta", ...place, delta: "you" },
      { type: "response.output_text.done", ...place, text: "hello you" },
      { type: "response.output_item.done", output_index: 0, item: output[0] },
      { type: "response.completed", response: { id: "r", status: "completed", output } },
    ];
    stream.responseBody(Buffer.from(sseOf(events, "\n")), true);
    assert.equal(textOf(guarded.call!), "hello you");
    guarded.answer(guarded.call!);
    assert.equal(guarded.call, undefined);
    assert.equal(bodyOf(stream), sseOf(events, "\n"));
    guarded.host.check();
  });

  it("leaves no memory behind", () => {
    const guarded = new Guarded();
    const random = new Random(seed());
    const { events } = streamOf(CHAT, random);
    const chunks = cut(Buffer.from(sseOf(events, "\n")), random);
    let turn = 0;
    const leak = findLeak(guarded.host, () => {
      if (++turn % 3) guarded.play(CHAT, chunks, () => turn % 2 === 0);
      else {
        const stream = guarded.open(CHAT);
        stream.responseBody(delta({ content: "w".repeat(500) }), false);
        stream.clientReset();
        while (guarded.call) guarded.answer(guarded.call);
      }
    });
    assert.equal(leak, null);
  });
});
