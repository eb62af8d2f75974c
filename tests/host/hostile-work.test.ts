// SPDX-License-Identifier: Apache-2.0
// Messages made to cost as much as they can: the work grows with their length and no faster, as do the bytes that go out.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { countSteps } from "../fuzz/counted.ts";
import { targets } from "../fuzz/targets.ts";
import type { ClientRequest } from "../harness/http-client.ts";
import type { ProviderReply } from "../providers/types.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const COUNTED = "build/test/ai-proxy.counted.wasm";
const SMALL = 20_000;
const LARGE = 4 * SMALL;
/** Above this an exchange is cut off. */
const LIMIT = 2_000_000_000;
const LIMIT_BYTES = 64 * 1024 * 1024;

const repeated = (text: string, size: number): string => text.repeat(Math.ceil(size / text.length));
const numbered = (text: (n: number) => string, size: number): string => {
  const parts: string[] = [];
  for (let length = 0; length < size; length += parts.at(-1)!.length) parts.push(text(parts.length));
  return parts.join("");
};
const HEAD = '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"a"}]';
const headless = (messages: string): string =>
  `{"model":"gpt-4o","messages":[${messages}{"role":"user","content":"a"}]}`;

/** Bodies of a client, by their size. */
const bodies: Record<string, (size: number) => string> = {
  "many members": (size) => `${HEAD}${numbered((n) => `,"k${n}":0`, size)}}`,
  "many members of one length": (size) => `${HEAD}${numbered((n) => `,"k${String(n).padStart(7, "0")}":0`, size)}}`,
  "members that differ in escapes": (size) => `${HEAD}${numbered((n) => `,"\\u0061${n}":0`, size)}}`,
  "many settings in the way": (size) => `${HEAD},"a":{${numbered((n) => `"b${n}":{},`, size)}"b":{"c":0}}}`,
  "a long model": (size) => HEAD.replace("gpt-4o", repeated("m", size)) + "}",
  "a long model of escapes": (size) => HEAD.replace("gpt-4o", repeated("\\u0001", size)) + "}",
  "a long key, twice": (size) => `${HEAD},"${repeated("k", size)}":0,"${repeated("k", size)}":0}`,
  "many messages": (size) => headless(repeated('{"role":"user","content":"a"},', size)),
  "many cleanups": (size) => headless(repeated('{"role":"user","content":"/clear"},', size)),
  "many developers": (size) => headless(repeated('{"role":"developer","content":"a"},', size)),
  "many developers with a name, who reason": (size) =>
    headless(repeated('{"role":"developer","name":"a","reasoning_content":"b","content":"a"},', size)),
  "many names in one message": (size) => headless(`{${repeated('"name":"a",', size)}"role":"developer"},`),
  "many parts": (size) =>
    headless(`{"role":"user","content":[${repeated('{"type":"text","text":"a"},', size)}{"type":"text","text":"b"}]},`),
  "many pictures": (size) =>
    headless(
      `{"role":"user","content":[${repeated('{"type":"image_url","image_url":{"url":"a"}},', size)}{"type":"text","text":"b"}]},`,
    ),
  "many tools": (size) => `${HEAD},"tools":[${repeated('{"type":"function","function":{"name":"f"}},', size)}{}]}`,
  "many calls": (size) =>
    headless(
      `{"role":"assistant","tool_calls":[${repeated('{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}},', size)}{}]},`,
    ),
  "deep lists": (size) => `${HEAD},"x":[${repeated(`${"[".repeat(200)}${"]".repeat(200)},`, size)}0]}`,
  "white space": (size) => `${repeated(" \n", size)}${HEAD}}`,
  "nothing but opening brackets": (size) => repeated("[", size),
  "an endless string": (size) => `{"model":"${repeated("\\\\", size)}`,
};

const event = (data: string): string => `data: ${data}\n\n`;
const output = (choices: string): string => `{"request_id":"r","output":{"choices":[${choices}]}}`;

/** Streams of a provider, by their size. */
const streams: Record<string, (size: number) => string> = {
  "empty lines": (size) => repeated("\n", size),
  "empty events": (size) => repeated("data:\n\n", size),
  comments: (size) => repeated(":\n\n", size),
  "one endless line": (size) => `data: ${repeated("x", size)}`,
  "one endless event": (size) => repeated("data: x\n", size),
  "carriage returns": (size) => repeated("data: {}\r", size),
  "events of one letter": (size) => repeated(event(output('{"message":{"content":"a"}}')), size),
  "many choices": (size) => event(output(numbered((n) => `{"index":${n},"message":{"content":"a"}},`, size) + "{}")),
  "many finished choices": (size) => event(output(repeated('{"index":0,"finish_reason":"stop"},', size) + "{}")),
  "many calls in one event": (size) =>
    event(
      output(`{"message":{"tool_calls":[${numbered((n) => `{"index":${n},"function":{"arguments":"a"}},`, size)}{}]}}`),
    ),
  "calls in turn": (size) =>
    repeated(event(output('{"message":{"tool_calls":[{"index":0,"id":"c"},{"index":1,"id":"d"}]}}')), size),
  "an id that each chunk repeats": (size) =>
    event(output('{"message":{"content":"a"}}').replace('"r"', `"${repeated("r", size / 2)}"`)) +
    repeated(event(output('{"message":{"content":"a"}}')), size / 2),
  "chunks of OpenAI's": (size) => repeated(event('{"choices":[{"delta":{"content":"a"}}],"usage":{}}'), size),
  thoughts: (size) => repeated(event('{"choices":[{"index":0,"delta":{"reasoning_content":"a"}}]}'), size),
  "thoughts of many choices": (size) =>
    numbered((n) => event(`{"choices":[{"index":${n},"delta":{"reasoning_content":"a"}}]}`), size),
  "tags in pieces": (size) => repeated(event('{"choices":[{"index":0,"delta":{"content":"<think></th"}}]}'), size),
  "names of reasoning": (size) => repeated(event('{"choices":[{"index":0,"delta":{"reasoning":"a"}}]}'), size),
  "usage that is none": (size) => event(repeated('"usage":', size)),
};

interface Cost {
  steps: number;
  upstream: number;
  client: number;
}

/** What one exchange costs on a fresh VM. */
function cost(config: object, body: string, reply: ProviderReply, path = "/v1/chat/completions", offered = ""): Cost {
  const host = new ProxyHost(COUNTED);
  const context = host.configure("ai-proxy", JSON.stringify(config))!;
  const headers: ClientRequest["headers"] = [["content-type", "application/json"]];
  if (offered) headers.push(["sec-websocket-protocol", offered]);
  const request = { method: "POST", path, authority: "gateway.example", headers, chunks: [Buffer.from(body)] };
  // What was there before is taken off: the exchange of next to nothing.
  host.vm.call(context, "test_limit", [LIMIT]);
  const outcome = runExchange(host, context, request, { answer: () => reply }, { bufferLimitBytes: LIMIT_BYTES });
  const steps = host.vm.call(context, "test_steps", []);
  return { steps, upstream: outcome.received?.body.length ?? 0, client: outcome.response.body.length };
}

/** Four times the bytes cost four times as much, a fixed part aside. */
function assertLinear(what: string, measure: (size: number) => Cost): void {
  const [small, large] = [measure(SMALL), measure(LARGE)];
  const grown = `${what}: ${JSON.stringify(small)} at ${SMALL} bytes, ${JSON.stringify(large)} at ${LARGE}`;
  assert.ok(large.steps < 6 * small.steps + 50_000 && large.steps < 60 * LARGE, grown);
  assert.ok(large.upstream < 6 * small.upstream + 50_000, grown);
  assert.ok(large.client < 6 * small.client + 50_000 && large.client < 40 * LARGE, grown);
}

/** A provider that is only data, with what the others have not: fields of messages that are dropped, tags in contents. */
const groq = { name: "groq", config: { provider: { type: "groq", apiToken: "sk-test" } } };
const chosen = ["openai", "qwen, native", "qwen, native, edited", "moonshot", "openai, every option"];

describe("ai-proxy's work grows no faster than the message", () => {
  before(() => void countSteps("build/ai-proxy.wasm", COUNTED));
  const good = (chunks: string[], type = "text/event-stream"): ProviderReply => ({
    status: 200,
    headers: [["content-type", type]],
    chunks: chunks.map((chunk) => Buffer.from(chunk)),
  });
  const stream = event(output('{"message":{"content":"a"}}')).repeat(50);

  for (const { name, config } of [...targets.filter((target) => chosen.includes(target.name)), groq]) {
    for (const [what, body] of Object.entries(bodies)) {
      test(`${name}, a request with ${what}`, () => {
        assertLinear(what, (size) => cost(config, body(size), good([stream])));
      });
    }
    for (const [what, text] of Object.entries(streams)) {
      test(`${name}, a stream of ${what}`, () => {
        assertLinear(what, (size) => cost(config, `${HEAD}}`, good([text(size)])));
        assertLinear(`${what}, byte by byte`, (size) => cost(config, `${HEAD}}`, good([...text(size / 8)])));
      });
      test(`${name}, an error of ${what}`, () => {
        assertLinear(what, (size) => cost(config, `${HEAD}}`, { ...good([text(size)]), status: 500 }));
      });
    }
  }

  test("a long path", () => {
    for (const { config } of targets) {
      assertLinear("path", (size) =>
        cost(config, `${HEAD}}`, good([]), `${repeated("/%2e", size)}/v1/chat/completions`),
      );
      assertLinear("query", (size) =>
        cost(config, `${HEAD}}`, good([]), `/v1/chat/completions?${repeated("a=?&", size)}`),
      );
      assertLinear("keys in a query behind a long path", (size) =>
        cost(
          config,
          `${HEAD}}`,
          good([]),
          `${repeated("/a", size)}/v1/chat/completions?${repeated("%6bey=a&b&", size)}`,
        ),
      );
    }
  });

  test("keys in many subprotocols", () => {
    const [{ config }] = targets;
    const path = "/v1/chat/completions";
    assertLinear("subprotocols", (size) =>
      cost(config, `${HEAD}}`, good([]), path, repeated("a, openai-insecure-api-key.b,", size)),
    );
  });

  test("an error that repeats the key", () => {
    const config = { provider: { type: "openai", apiToken: "sk-aaaaaaaaaaaa" } };
    for (const text of ["sk-aaaaaaaaaaaa", "sk-", "sk-aaaaaaaaaaa-"])
      assertLinear(text, (size) => cost(config, `${HEAD}}`, { ...good([repeated(text, size)]), status: 500 }));
  });
});
