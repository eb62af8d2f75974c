// SPDX-License-Identifier: Apache-2.0
// The law of masked streams: wherever a text is cut into events, what the client puts together is the masked whole text, and at no time is
// more held than a match may have.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const MOST = 32;
const config = {
  max_match_length: MOST,
  replace_roles: [
    { detector: "email", value: "<mail>", directions: ["request", "response"] },
    { detector: "phone", value: 'a "phone"', directions: ["response"] },
    { detector: "credit_card", value: "<card>", directions: ["response"] },
    { detector: "api_key", value: "<key>", directions: ["response"] },
    { regex: "(?P<first>[A-Z])[a-z]+ Doe", value: "$first. D.", directions: ["response"] },
    { regex: "secret-\\w{4}", restore: true },
  ],
};
const question = "I am secret-abcd";
const KEY = `sk-${"a1".repeat(40)}`;
const TEXT = `Jane Doe, jane@example.com: 13800138000 — 4111 1111 1111 1111, not 4111111111111112; "${KEY}" 😀 [[T1]] or [[T2]]\né`;
const MASKED = `J. D., <mail>: a "phone" — <card>, not 4111111111111112; "<key>" 😀 secret-abcd or [[T2]]\né`;

const host = new ProxyHost("build/ai-data-masking.wasm");
const context = host.configure("ai-data-masking", JSON.stringify(config))!;

/** What the client gets for these events, as the chunks that come for each of them. */
function stream(path: string, events: string[]): string[] {
  const got: string[] = [];
  const stream = host.stream(context);
  const headers: [string, string][] = [
    [":method", "POST"],
    [":path", path],
    [":authority", "gateway.example"],
    ["content-type", "application/json"],
  ];
  stream.requestHeaders(headers, false);
  stream.requestBody(
    Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: question }] })),
    true,
  );
  stream.responseHeaders(
    [
      [":status", "200"],
      ["content-type", "text/event-stream"],
    ],
    false,
  );
  let before = 0;
  for (const [at, event] of events.entries()) {
    stream.responseBody(Buffer.from(event), at === events.length - 1);
    got.push(Buffer.concat(stream.client.body.slice(before)).toString());
    before = stream.client.body.length;
  }
  return got;
}

const dataOf = (text: string): any[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("data: ") && line !== "data: [DONE]")
    .map((line) => JSON.parse(line.slice(6)));
const event = (data: object, type?: string): string =>
  `${type ? `event: ${type}\n` : ""}data: ${JSON.stringify(data)}\n\n`;
const chunk = (index: number, delta: object, finish: string | null = null): string =>
  event({
    id: "c1",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index, delta, finish_reason: finish }],
  });

/** One kind of text in a stream: how a piece of it is written, and read. */
interface Field {
  text: string;
  masked: string;
  delta(piece: string): object;
  read(delta: any): string;
}
const args = JSON.stringify({ to: TEXT, 'a"b@example.com': 13800138000, list: [TEXT] });
const maskedArgs = JSON.stringify({ to: MASKED, 'a"b@example.com': 13800138000, list: [MASKED] });
const fields: Record<string, Field> = {
  content: { text: TEXT, masked: MASKED, delta: (content) => ({ content }), read: ({ content }) => content ?? "" },
  reasoning: {
    text: TEXT,
    masked: MASKED,
    delta: (piece) => ({ reasoning_content: piece }),
    read: (delta) => delta.reasoning_content ?? "",
  },
  "tool arguments": {
    text: args,
    masked: maskedArgs,
    delta: (piece) => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] }),
    read: (delta) => delta.tool_calls?.[0].function.arguments ?? "",
  },
};

describe("a masked stream", () => {
  for (const [name, field] of Object.entries(fields))
    for (const choices of [1, 2])
      it(`of ${name} in ${choices} choices is the masked whole text, cut anywhere`, () => {
        const characters = [...field.text];
        for (let cut = 0; cut <= characters.length; cut++) {
          const pieces = [characters.slice(0, cut).join(""), characters.slice(cut).join("")];
          const events: string[] = [];
          for (const piece of pieces) for (let i = 0; i < choices; i++) events.push(chunk(i, field.delta(piece)));
          for (let i = 0; i < choices; i++) events.push(chunk(i, {}, "stop"));
          events.push("data: [DONE]\n\n");
          const got = stream("/v1/chat/completions", events).join("");
          for (let i = 0; i < choices; i++) {
            const text = dataOf(got)
              .filter(({ choices: [choice] }) => choice.index === i)
              .map(({ choices: [choice] }) => field.read(choice.delta))
              .join("");
            assert.equal(text, field.masked, `cut at ${cut}`);
          }
          assert.ok(got.endsWith("data: [DONE]\n\n"));
          const finishes = dataOf(got).map(({ choices: [choice] }) => [choice.index, choice.finish_reason]);
          for (let i = 0; i < choices; i++)
            assert.deepEqual(
              finishes.findLast(([index]) => index === i),
              [i, "stop"],
            );
        }
        host.check();
      });

  it("holds at most the longest match, character by character", () => {
    for (const [name, field] of Object.entries(fields)) {
      const words = "a long text without any match, 12 and so on, ".repeat(3);
      // A key that continues beyond the longest match is dropped as it comes.
      const events = [...field.text.replaceAll(KEY, words)].map((piece) => chunk(0, field.delta(piece)));
      const got = stream("/v1/chat/completions", [...events, chunk(0, {}, "stop")]);
      let sent = 0;
      let longest = 0;
      for (const part of got) {
        const text = dataOf(part)
          .map(({ choices: [choice] }) => field.read(choice.delta))
          .join("");
        sent = text.length ? 0 : sent + 1;
        longest = Math.max(longest, sent);
      }
      assert.ok(longest <= MOST + 1, `${name}: nothing for ${longest} characters`);
    }
  });

  it("of messages is the masked whole text, cut anywhere", () => {
    const kinds = [
      ["text_delta", "text", TEXT, MASKED],
      ["thinking_delta", "thinking", TEXT, MASKED],
      ["input_json_delta", "partial_json", args, maskedArgs],
    ] as const;
    for (const [type, key, whole, masked] of kinds)
      for (let cut = 0; cut <= whole.length; cut++) {
        const pieces = [whole.slice(0, cut), whole.slice(cut)];
        if (/[\ud800-\udbff]$/.test(pieces[0]!)) continue;
        const events = pieces.map((piece) =>
          event({ type: "content_block_delta", index: 1, delta: { type, [key]: piece } }, "content_block_delta"),
        );
        events.push(event({ type: "content_block_stop", index: 1 }, "content_block_stop"));
        events.push(event({ type: "message_stop" }, "message_stop"));
        const got = dataOf(stream("/v1/messages", events).join(""));
        const text = got
          .filter(({ delta }) => delta)
          .map(({ delta }) => delta[key])
          .join("");
        assert.equal(text, masked, `cut at ${cut}`);
        assert.deepEqual(
          got.slice(-2).map((data) => data.type),
          ["content_block_stop", "message_stop"],
        );
      }
    host.check();
  });

  it("of responses is the masked whole text, cut anywhere, as in its repeats", () => {
    const kinds = [
      ["response.output_text", "text", TEXT, MASKED],
      ["response.function_call_arguments", "arguments", args, maskedArgs],
    ] as const;
    for (const [type, key, whole, masked] of kinds)
      for (let cut = 0; cut <= whole.length; cut++) {
        const pieces = [whole.slice(0, cut), whole.slice(cut)];
        if (/[\ud800-\udbff]$/.test(pieces[0]!)) continue;
        const place = { item_id: "i", output_index: 0, content_index: 0 };
        const events = pieces.map((delta, at) =>
          event({ type: `${type}.delta`, ...place, delta, sequence_number: at }, `${type}.delta`),
        );
        events.push(event({ type: `${type}.done`, ...place, [key]: whole, sequence_number: 2 }, `${type}.done`));
        const got = dataOf(stream("/v1/responses", events).join(""));
        assert.equal(got.map(({ delta }) => delta ?? "").join(""), masked, `cut at ${cut}`);
        assert.equal(got.at(-1)[key], masked);
      }
    host.check();
  });

  it("is that of the whole response", () => {
    const reply = (json: object) => ({
      status: 200,
      headers: [["content-type", "application/json"]] as [string, string][],
      chunks: [Buffer.from(JSON.stringify(json))],
    });
    const message = {
      role: "assistant",
      content: TEXT,
      reasoning_content: TEXT,
      tool_calls: [{ function: { name: "f", arguments: args } }],
    };
    const request = {
      method: "POST",
      path: "/v1/chat/completions",
      authority: "gateway.example",
      headers: [["content-type", "application/json"]] as [string, string][],
      chunks: [Buffer.from(JSON.stringify({ messages: [{ role: "user", content: question }] }))],
    };
    const { response, received } = runExchange(host, context, request, {
      answer: () => reply({ choices: [{ message }] }),
    });
    assert.deepEqual(JSON.parse(received!.body.toString()), { messages: [{ role: "user", content: "I am [[T1]]" }] });
    const got = JSON.parse(response.body.toString()).choices[0].message;
    assert.deepEqual([got.content, got.reasoning_content], [MASKED, MASKED]);
    assert.equal(got.tool_calls[0].function.arguments, maskedArgs);
  });
});
