// SPDX-License-Identifier: Apache-2.0
// What ai-history stores is the same wherever the network cuts a stream; nobody gets another one's history.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Random, seed } from "../unit/random.ts";
import { MESSAGE_STREAM, STREAM } from "./ai-cache-responses.ts";
import { ask, asked, CHATS, forget, historyOf, MESSAGES, respond, start, whole } from "./ai-history-gateway.ts";

const PAIRS = 1_000;
const SSE = "text/event-stream";
const question = { role: "user", content: "hi" };
const CHAT_ANSWER = {
  role: "assistant",
  content: "Grüße 🌍 🌍\n",
  reasoning_content: 'Let me "see"',
  tool_calls: [
    { id: "call_1", type: "function", function: { name: "f", arguments: '{"a":1}' } },
    { id: "call_2", type: "function", function: { name: "g", arguments: "{}" } },
  ],
};
const MESSAGES_ANSWER = {
  role: "assistant",
  content: [
    { type: "thinking", thinking: 'Let me "see"', signature: "" },
    { type: "text", text: "Grüße 🌍\n" },
    { type: "tool_use", id: "toolu_1", name: "f", input: { a: 1 } },
  ],
};

for (const [path, events, answer] of [
  [CHATS, STREAM, CHAT_ANSWER],
  [MESSAGES, MESSAGE_STREAM, MESSAGES_ANSWER],
] as const) {
  it(`a stream that is cut at any byte is stored as the same message (${path})`, () => {
    const gateway = start();
    for (let at = 1; at < events.length; at++) {
      respond(ask(gateway, "hi", { path }), [events.subarray(0, at), events.subarray(at)], SSE);
      assert.deepEqual(historyOf(gateway), [question, answer], `${at}`);
      forget(gateway);
    }
    gateway.host.check();
  });

  it(`a stream that ends or whose client leaves anywhere before its end is not stored (${path})`, () => {
    const gateway = start();
    // The last event says nothing new: the body may end before it.
    const end = events.lastIndexOf(path === CHATS ? '"finish_reason"' : '"stop_reason"');
    for (let at = 1; at < end; at += 3) {
      respond(ask(gateway, "hi", { path }), [events.subarray(0, at)], SSE);
      const left = ask(gateway, "hi", { path });
      respond(left, [events.subarray(0, at)], SSE, { ends: false });
      left.clientReset();
      const broken = ask(gateway, "hi", { path });
      respond(broken, [events.subarray(0, at)], SSE, { ends: false });
      broken.upstreamReset();
      assert.deepEqual(historyOf(gateway), [], `${at}`);
    }
    gateway.host.check();
  });

  it(`a stream is stored whose client leaves behind the last event (${path})`, () => {
    const gateway = start();
    const stream = ask(gateway, "hi", { path });
    respond(stream, [events], SSE, { ends: false });
    stream.clientReset();
    assert.deepEqual(historyOf(gateway), [question, answer]);
    gateway.host.check();
  });
}

it(`${PAIRS} random pairs of identities never share a message`, (t) => {
  const random = new Random(seed());
  t.diagnostic(`SEED=${seed()}`);
  const gateway = start({ identityHeader: "x-user", memory: { places: 65536 } });
  for (let n = 0; n < PAIRS; n++) {
    const consumer = `c${random.below(40)}`;
    const user = `${random.pick(["a", "x-user", "1"])}${n}`;
    const other = random.pick([
      { consumer: `${consumer}x`, user },
      { consumer, user: `${user}x` },
      { consumer: `${consumer}x-user`, user: user.slice(1) },
      { consumer: user, user: consumer },
      { consumer: `${consumer}${user}`, user: "a" },
    ]);
    const as = (one: { consumer: string; user: string }): { consumer: string; headers: [string, string][] } => ({
      consumer: one.consumer,
      headers: [
        ["x-user", one.user],
        ["x-mse-consumer", consumer],
      ],
    });
    respond(ask(gateway, `secret ${n}`, as({ consumer, user })), [whole(`of ${n}`)]);
    const stranger = ask(gateway, "what was said?", as(other));
    assert.equal(asked(stranger).length, 1, JSON.stringify([consumer, user, other]));
    stranger.clientReset();
    assert.deepEqual(historyOf(gateway, as(other)), []);
    forget(gateway, as(other));
    // The pair itself: a store that found nothing at all would pass.
    const again = ask(gateway, "what was said?", as({ consumer, user }));
    assert.deepEqual(asked(again)[0], { role: "user", content: `secret ${n}` });
    again.clientReset();
  }
  gateway.host.check();
});

it("exchanges at the same time are all stored, each as a whole", () => {
  const gateway = start({ fillHistoryCnt: 100 });
  const streams = Array.from({ length: 50 }, (_, n) => ask(gateway, `question ${n}`));
  for (const stream of streams) assert.equal(asked(stream).length, 1);
  for (const [n, stream] of streams.entries()) respond(stream, [whole(`answer ${n}`)]);
  const history = historyOf(gateway) as { content: string }[];
  assert.deepEqual(
    history.map(({ content }) => content),
    streams.flatMap((_, n) => [`question ${n}`, `answer ${n}`]),
  );
});

it("the oldest exchanges give way to the limit of bytes, whole rounds to the limit of tokens", () => {
  const gateway = start({ max_bytes: 2000, max_tokens: 60, fillHistoryCnt: 100 });
  for (let n = 0; n < 40; n++) respond(ask(gateway, `question ${n}`), [whole(`answer ${n}`)]);
  const history = historyOf(gateway) as { content: string }[];
  assert.equal(history.at(-1)?.content, "answer 39");
  assert.ok(history.length > 10 && history.length < 40, `${history.length}`);
  assert.match(history[0].content, /^question/);
  const sent = asked(ask(gateway, "now")) as { role: string; content: string }[];
  assert.ok(sent.length > 3 && sent.length < history.length, `${sent.length}`);
  assert.match(sent[0].content, /^question/);
  respond(ask(gateway, "large"), [whole("x".repeat(1990))]);
  assert.equal((historyOf(gateway).at(-1) as { content: string }).content, "answer 39");
});

it("a history ends its lifetime after its last exchange", () => {
  const gateway = start({ cacheTTL: 10 });
  respond(ask(gateway, "one"), [whole("1")]);
  gateway.host.advance(9_000);
  respond(ask(gateway, "two"), [whole("2")]);
  gateway.host.advance(9_000);
  assert.equal(historyOf(gateway).length, 4);
  gateway.host.advance(2_000);
  assert.deepEqual(historyOf(gateway), []);
  respond(ask(gateway, "three"), [whole("3")]);
  assert.equal(historyOf(gateway).length, 2);
});
