// SPDX-License-Identifier: Apache-2.0
// A stream in the client's protocol that ends, cleanly, before its response does: in a fallback set the client gets whole events and,
// at the end, an error event; elsewhere the provider's bytes.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { chatTo } from "../harness/armed.ts";
import type { ProviderReply } from "../providers/types.ts";
import { onNode, RealGateway } from "./armed/hosts.ts";
import { compileArmed } from "./armed/compile.ts";

interface Api {
  name: string;
  /** The events of a whole response; the last ones, from `end` on, say that it is whole. */
  events: string[];
  end: number;
  /** What a broken stream ends with, after `count` events with data. */
  error: (count: number) => string;
}

const message = "The provider's stream ended before its response did.";
const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const named = (type: string, more: object): string => `event: ${type}\n${data({ type, ...more })}`;
const ofOpenAi = (): string =>
  `${data({ error: { message, type: "server_error", param: null, code: "upstream_stream_incomplete" } })}data: [DONE]\n\n`;

const apis: Api[] = [
  {
    name: "chat/completions",
    events: [
      data({ id: "c", choices: [{ index: 0, delta: { role: "assistant", content: "" } }] }),
      ": a comment\n\n",
      data({ id: "c", choices: [{ index: 0, delta: { content: "Grüße" } }] }),
      data({ id: "c", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
      "data: [DONE]\n\n",
    ],
    ...{ end: 3, error: ofOpenAi },
  },
  {
    name: "completions",
    events: [data({ choices: [{ index: 0, text: "one", finish_reason: null }] }), "data: [DONE]\n\n"],
    ...{ end: 1, error: ofOpenAi },
  },
  {
    name: "responses",
    events: [
      named("response.created", { response: { id: "r" }, sequence_number: 0 }),
      named("response.output_text.delta", { delta: "one", sequence_number: 1 }),
      named("response.completed", { response: { id: "r" }, sequence_number: 2 }),
    ],
    end: 2,
    // https://platform.openai.com/docs/api-reference/responses-streaming/error
    error: (count) =>
      named("error", { code: "upstream_stream_incomplete", message, param: null, sequence_number: count }),
  },
  {
    name: "messages",
    events: [
      named("message_start", { message: { id: "m", content: [] } }),
      named("content_block_delta", { index: 0, delta: { type: "text_delta", text: "one" } }),
      named("message_stop", {}),
    ],
    end: 2,
    // https://platform.claude.com/docs/en/build-with-claude/streaming#error-events
    error: () => named("error", { error: { type: "api_error", message } }),
  },
];

const EVENTS: [string, string] = ["content-type", "text/event-stream"];
const streamOf = (text: Buffer | string, chunk = 0): ProviderReply => {
  const bytes = Buffer.from(text as string);
  const size = chunk || Math.max(bytes.length, 1);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, i * size + size),
  );
  return { status: 200, headers: [EVENTS], chunks };
};

describe("a stream that ends before its response", () => {
  let envoy: RealGateway;
  before(async () => {
    await compileArmed();
    envoy = await RealGateway.start();
  });
  after(() => envoy?.close());

  for (const { name, events, end, error } of apis) {
    const request = chatTo("openai", true, { api: name });
    const whole = Buffer.from(events.join(""));

    it(`${name}, cut at every offset: whole events and an error event`, () => {
      for (let at = 0; at <= whole.length; at++) {
        // An event that lacks its blank line alone is whole.
        const count = events.filter((_, i) => at >= Buffer.byteLength(events.slice(0, i + 1).join("")) - 2).length;
        for (const chunk of [0, 1, 7]) {
          const { response } = onNode("last", request, streamOf(whole.subarray(0, at), chunk));
          const got = response.body.toString();
          const wholeEvents = events.slice(0, count).join("").trimEnd();
          assert.ok(got.startsWith(wholeEvents), `${at}: ${got}`);
          if (count > end) {
            assert.doesNotMatch(got, /ended before/, `${at}: ${got}`);
            continue;
          }
          const withData = events.slice(0, count).filter((event) => event.includes("data: ")).length;
          assert.ok(got.endsWith(error(withData)), `${at}: ${got}`);
          const between = got.slice(wholeEvents.length, got.length - error(withData).length);
          assert.doesNotMatch(between, /data:[^\n]*[^\n]/, `${at}: a part of an event reached the client: ${between}`);
        }
      }
    });

    it(`${name}, in both hosts`, async () => {
      const broken = streamOf(events.slice(0, end).join("") + 'data: {"cut');
      const expected = events.slice(0, end).join("");
      const withData = events.slice(0, end).filter((event) => event.includes("data: ")).length;
      for (const seen of [onNode("last", request, broken), await envoy.run("last", request, broken)]) {
        assert.equal(seen.response.end, "clean");
        assert.equal(seen.response.body.toString(), expected + error(withData));
      }
      for (const seen of [onNode("none", request, broken), await envoy.run("none", request, broken)])
        assert.equal(seen.response.body.toString(), `${expected}data: {"cut`);
      for (const seen of [onNode("last", request, streamOf(whole)), await envoy.run("last", request, streamOf(whole))])
        assert.deepEqual(seen.response.body, whole);
    });
  }

  it("before any content, where another target is left: the other target serves", async () => {
    const request = chatTo("openai", true);
    const broken = streamOf(": a comment\n\n");
    for (const seen of [onNode("armed", request, broken), await envoy.run("armed", request, broken)]) {
      assert.deepEqual(seen.asked, ["openai", "second"]);
      assert.match(seen.response.body.toString(), /data: \[DONE\]\n\n$/);
      assert.doesNotMatch(seen.response.body.toString(), /ended before/);
    }
  });
});
