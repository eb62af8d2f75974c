// SPDX-License-Identifier: Apache-2.0
// Messages of Claude for clients of chats: a stream gives what the whole message gives, wherever it is cut.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ending,
  eventsOf,
  head,
  type Json,
  MESSAGES,
  ping,
  received,
  setup,
  start,
  stop,
  USAGE,
} from "./claude-messages.ts";

/** What a client puts together from a stream, as the official clients do. */
function assembled(body: string): Json {
  const events = body.split("\n\n").filter(Boolean);
  assert.equal(events.at(-1), "data: [DONE]");
  const chunks = events.slice(0, -1).map((data) => JSON.parse(data.slice("data: ".length)) as Json);
  const message: Json = { content: null };
  const calls: { function: { arguments: string } }[] = [];
  const details: Json[] = [];
  let finish: unknown;
  let usage: unknown;
  for (const chunk of chunks) {
    assert.equal(chunk.id, "msg_1");
    if (chunk.usage) usage = chunk.usage;
    for (const { delta, finish_reason: reason } of chunk.choices as { delta: Json; finish_reason?: unknown }[]) {
      assert.ok(!finish, "nothing is behind the end");
      finish = reason;
      for (const name of ["content", "reasoning_content"]) {
        if (delta[name] !== undefined) message[name] = String(message[name] ?? "") + String(delta[name]);
      }
      for (const detail of (delta.reasoning_details ?? []) as Json[]) {
        const known = details.find(({ index }) => index === detail.index);
        if (known) Object.assign(known, { ...detail, ...joined(known, detail) });
        else details.push(detail);
      }
      for (const { index, ...rest } of (delta.tool_calls ?? []) as {
        index: number;
        function: { arguments: string };
      }[]) {
        if (calls[index]) calls[index].function.arguments += rest.function.arguments;
        else calls[index] = rest;
      }
    }
  }
  return { ...message, calls: calls.map(parsedCall), details, finish, usage };
}

const joined = (known: Json, detail: Json): Json =>
  detail.text === undefined ? {} : { text: String(known.text ?? "") + String(detail.text) };
const parsedCall = (value: { function: { arguments: string } }): Json => ({
  ...value,
  function: { ...value.function, arguments: JSON.parse(value.function.arguments) as unknown },
});

function whole(body: string): Json {
  const { choices, usage } = JSON.parse(body) as {
    choices: { message: Json; finish_reason: unknown }[];
    usage: unknown;
  };
  const { message, finish_reason: finish } = choices[0];
  const { role, tool_calls: calls = [], reasoning_details: details = [], ...rest } = message;
  assert.equal(role, "assistant");
  return { ...rest, calls: (calls as { function: { arguments: string } }[]).map(parsedCall), details, finish, usage };
}

describe("messages of Claude for clients of chats", () => {
  for (const [name, { content, reason }] of Object.entries(MESSAGES)) {
    test(`${name}: a stream gives what the whole message gives, wherever it is cut`, () => {
      const { host, begin } = setup();
      const usage = { ...USAGE, output_tokens: 9 };
      const message = begin(false);
      message.responseBody(Buffer.from(JSON.stringify({ ...head, content, stop_reason: reason, usage })), true);
      const expected = whole(received(message));

      const blocks = content.map(eventsOf);
      const body = Buffer.from([start, ping, blocks.join(ping), ending(reason), stop].join(""));
      const once = begin();
      once.responseBody(body, true);
      const chunks = received(once);
      assert.deepEqual(assembled(chunks), expected);

      const cut = (...at: number[]): void => {
        const stream = begin();
        let from = 0;
        for (const to of at) stream.responseBody(body.subarray(from, (from = to)), false);
        stream.responseBody(body.subarray(from), true);
        assert.deepEqual(assembled(received(stream)), expected, `cut at ${at.slice(0, 3).join()}`);
      };
      for (let at = 1; at < body.length; at++) cut(at);
      cut(...Array.from({ length: body.length - 1 }, (_, at) => at + 1));
      host.check();
    });
  }
});
