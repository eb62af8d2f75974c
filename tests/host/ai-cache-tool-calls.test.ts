// SPDX-License-Identifier: Apache-2.0
// Responses with very many tool calls: what is stored has all of them, and is no larger than it may be.
import assert from "node:assert/strict";
import { it } from "node:test";
import { ask, bodyOf, completion, isAsked, respond, start } from "./ai-cache-gateway.ts";

const callOf = (n: number): object => ({ id: `${n}`, type: "function", function: { name: "f", arguments: "{}" } });
const chunk = (delta: object, finish: string | null = null): Buffer =>
  Buffer.from(
    `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n${finish ? "data: [DONE]\n\n" : ""}`,
  );

/** The calls in what the cache sends for a response with so many; null if it is not stored. */
function replayed(count: number, isStream: boolean, maxBytes: number): unknown[] | null {
  const gateway = start({ store_tool_calls: true, max_bytes: maxBytes });
  const calls = Array.from({ length: count }, (_, n) => callOf(n));
  const stream = ask(gateway, [], { stream: isStream });
  if (isStream) {
    stream.responseHeaders(
      [
        [":status", "200"],
        ["content-type", "text/event-stream"],
      ],
      false,
    );
    for (const [index, call] of calls.entries())
      stream.responseBody(chunk({ tool_calls: [{ index, ...call }] }), false);
    stream.responseBody(chunk({}, "tool_calls"), true);
  } else respond(stream, completion({ content: null, tool_calls: calls }, "tool_calls"));
  const again = ask(gateway);
  gateway.host.check();
  if (isAsked(again)) return null;
  const { choices } = JSON.parse(bodyOf(again)) as { choices: { message: { tool_calls: unknown[] } }[] };
  return choices[0].message.tool_calls;
}

for (const isStream of [false, true]) {
  const form = isStream ? "a stream" : "a whole response";
  it(`${form} with 100 calls is stored with all of them`, () => {
    assert.deepEqual(
      replayed(100, isStream, 100_000),
      Array.from({ length: 100 }, (_, n) => callOf(n)),
    );
  });
  it(`${form} with more calls than are read is not stored`, () => {
    assert.equal(replayed(1_000, isStream, 500_000), null);
  });
}

it("a stream of small calls that are large together is not stored", () => {
  assert.equal(replayed(200, true, 4_000), null);
});

const called = (more: object): object => ({ index: 0, type: "function", ...more });
for (const [what, first, later] of [
  ["name comes later", { id: "1", function: { arguments: "{}" } }, { function: { name: "f" } }],
  ["name comes in pieces", { id: "1", function: { name: "get_", arguments: "" } }, { function: { name: "time" } }],
  ["id comes later", { function: { name: "f", arguments: "{}" } }, { id: "1" }],
] as const)
  it(`a stream with a call whose ${what} is not stored`, () => {
    const gateway = start({ store_tool_calls: true });
    const stream = ask(gateway, [], { stream: true });
    stream.responseHeaders(
      [
        [":status", "200"],
        ["content-type", "text/event-stream"],
      ],
      false,
    );
    for (const call of [first, later]) stream.responseBody(chunk({ tool_calls: [called(call)] }), false);
    stream.responseBody(chunk({}, "tool_calls"), true);
    const again = ask(gateway);
    assert.ok(isAsked(again));
    again.clientReset();
    gateway.host.check();
  });
