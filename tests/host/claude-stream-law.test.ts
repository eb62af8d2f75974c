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
import { chat } from "./law-clients.ts";

/** What a client puts together from a stream, as the official clients do. */
function assembled(body: string): Json {
  const events = body.split("\n\n").filter(Boolean);
  assert.equal(events.pop(), "data: [DONE]");
  return chat.assemble(events.map((data) => JSON.parse(data.slice("data: ".length)) as Json));
}

describe("messages of Claude for clients of chats", () => {
  for (const [name, { content, reason }] of Object.entries(MESSAGES)) {
    test(`${name}: a stream gives what the whole message gives, wherever it is cut`, () => {
      const { host, begin } = setup();
      const usage = { ...USAGE, output_tokens: 9 };
      const message = begin(false);
      message.responseBody(Buffer.from(JSON.stringify({ ...head, content, stop_reason: reason, usage })), true);
      const expected = chat.whole(JSON.parse(received(message)) as Json);

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
        const text = received(stream);
        if (text !== chunks) assert.equal(text, chunks, `cut at ${at.slice(0, 3).join()}`);
      };
      for (let at = 1; at < body.length; at++) cut(at);
      cut(...Array.from({ length: body.length - 1 }, (_, at) => at + 1));
      host.check();
    });
  }
});
