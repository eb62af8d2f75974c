// SPDX-License-Identifier: Apache-2.0
// Of an event that repeats the one before it but for its text only the text is read. What the client gets is the same as if each event
// were read whole.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random, seed } from "../unit/random.ts";
import { ProxyHost } from "./proxy-host.ts";

const host = new ProxyHost("build/ai-data-masking.wasm");
const rules = ["email", "phone"].map((detector) => ({ detector, value: "<*>", directions: ["response"] }));
const configuration = { deny_words: ["FALCON"], replace_roles: rules };
const context = host.configure("ai-data-masking", JSON.stringify(configuration))!;

function stream(events: (string | Buffer)[]): string {
  const stream = host.stream(context);
  const request = [[":method", "POST"], [":path", "/v1/chat/completions"], [":authority", "gateway.example"]] as const; // prettier-ignore
  stream.requestHeaders(request.map(([name, value]) => [name, value]), true); // prettier-ignore
  stream.responseHeaders([[":status", "200"], ["content-type", "text/event-stream"]], false); // prettier-ignore
  for (const [at, event] of events.entries()) stream.responseBody(Buffer.from(event), at === events.length - 1);
  host.check();
  return Buffer.concat(stream.client.body).toString("latin1");
}

/** An event whose text is the content of a JSON string; `extra`: a member behind the choices. */
const chunk = (content: string, extra = "", index = 0, delta = "content"): string =>
  `data: {"id":"c","choices":[{"index":${index},"delta":{"${delta}":"${content}"},"finish_reason":null}]${extra}}\n\n`;

/** The members that make each event unlike the one before it. */
const unlike = (at: number): string => `,"obfuscation":"${"x".repeat(at % 5)}${at}"`;
const withoutUnlike = (text: string): string => text.replaceAll(/,"obfuscation":"x*\d+"/g, "");

/** The texts of the stream, by choice. */
function texts(got: string): string[] {
  const found: string[] = [];
  for (const line of got.split("\n").filter((line) => line.startsWith("data: {"))) {
    for (const { index, delta } of JSON.parse(line.slice(6)).choices) {
      found[index] = (found[index] ?? "") + (delta.content ?? delta.reasoning_content ?? "");
    }
  }
  return found;
}

const PIECES = ["a", " ann", "@ex", "ample.", "com", ", ", "13800", "138000", "\\u0041", "\\ud83d", "\\ude00", "\\n", '\\"', "\\\\", "é", "😀", ""]; // prettier-ignore

describe("a stream whose events differ in their texts only", () => {
  it("is masked as if each of them were read whole", () => {
    const random = new Random(seed());
    for (let round = 0; round < 300; round++) {
      const parts = Array.from({ length: 40 }, () => [random.pick(PIECES), random.below(10) ? 0 : 1] as const);
      const ending = [0, 1].map((index) =>
        chunk("", "", index).replace('"finish_reason":null', '"finish_reason":"stop"'),
      );
      const repeated = stream([...parts.map(([piece, index]) => chunk(piece, "", index)), ...ending]);
      const read = stream([...parts.map(([piece, index], at) => chunk(piece, unlike(at), index)), ...ending]);
      assert.equal(repeated, withoutUnlike(read));
      assert.ok(!texts(repeated).join().includes("ann@example.com"));
    }
  });

  const hostile: [what: string, event: string | Buffer][] = [
    ["a text that ends its string", chunk('a"},"b":{"c":"ann@example.com')],
    ["a second text", chunk('a","x":"ann@example.com')],
    ["a key twice", chunk('a","content":"ann@example.com')],
    ["invalid UTF-8", Buffer.from(chunk("\xff ann@example.com "), "latin1")],
    ["an escape that is none", chunk("\\x ann@example.com ")],
    ["a backslash at the end", chunk("ann@example.com\\")],
    ["a line end", chunk("a\ndata: ann@example.com ")],
    ["nothing between its quotes but one of them", chunk('"')],
    ["a finish reason", chunk(" ann@example.com").replace('"finish_reason":null', '"finish_reason":"stop"')],
    ["logprobs", chunk("b").replace('"delta"', '"logprobs":{"content":[{"token":"ann@example.com"}]},"delta"')],
    ["another text of its choice", chunk(" ann@example.com ", "", 0, "reasoning_content")],
    ["a refused word", chunk("FALCON ann@example.com ")],
  ];
  for (const [what, event] of hostile)
    it(`and then in ${what}, lets nothing pass`, () => {
      const got = stream([chunk("one "), chunk("two "), event, chunk(" three "), "data: [DONE]\n\n"]);
      assert.ok(!got.includes("ann@"), got);
      assert.ok(got.startsWith(chunk("one ")), got);
      assert.ok(got.endsWith("data: [DONE]\n\n"), got);
    });

  it("passes byte by byte what has no match", () => {
    const events = ["", "1 ", "+ ", "[2] ", "😀\\n", "\\u0000 "].map((text) => chunk(text));
    assert.equal(stream(events), Buffer.from(events.join("")).toString("latin1"));
  });
});
