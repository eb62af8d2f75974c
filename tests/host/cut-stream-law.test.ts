// SPDX-License-Identifier: Apache-2.0
// A stream that ai-token-ratelimit cuts reaches the client as whole events, the same however its bytes are cut into chunks.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runStream } from "./exchange.ts";
import { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import type { HostRoute } from "./routes.ts";

const TEXT = "The committee will meet again. ";
const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const content = event({ id: "c", choices: [{ index: 0, delta: { content: TEXT } }] });
const end = event({ id: "c", choices: [{ index: 0, delta: {}, finish_reason: "length" }] });
const CHAT = Buffer.from('{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}');

const host = new ProxyHost("build/ai-token-ratelimit.wasm", { logLevel: "error" });
const config = {
  rule_name: "law",
  rule_items: [{ limit_by_per_header: "x-key", limit_keys: [{ key: "*", token_per_hour: 24 }] }],
  cut_stream: true,
};
const root = host.configure("ai-token-ratelimit", JSON.stringify(config))!;
const cutsOf = (text: string): Buffer[][] => {
  const all = Buffer.from(text);
  const halves = Array.from(all, (_, at) => [all.subarray(0, at), all.subarray(at)]).slice(1);
  return [[all], Array.from(all, (_, at) => all.subarray(at, at + 1)), ...halves];
};
const routes: HostRoute[] = [{ name: "all", match: { prefix: "/" }, cluster: "upstream" }];
let key = 0;

/** What a client gets that has a limit of its own. */
function bodyOf(chunks: Buffer[]): string {
  const http = new HttpStream(
    { downstream: [{ vm: host.vm, root }], upstream: [] },
    { routes, clusters: [{ name: "upstream" }] },
  );
  const headers: [string, string][] = [
    ["content-type", "application/json"],
    ["content-length", String(CHAT.length)],
    ["x-key", String(key++)],
  ];
  const { response } = runStream(
    host,
    http,
    { method: "POST", path: "/v1/chat/completions", authority: "gateway.example", chunks: [CHAT], headers },
    { answer: () => ({ status: 200, headers: [["content-type", "text/event-stream"]], chunks, end: "clean" }) },
  );
  assert.equal(response.status, 200);
  return response.body.toString();
}

describe("a stream that is cut, cut into chunks at every offset", () => {
  for (const [name, lineEnd] of [
    ["LF", "\n"],
    ["CRLF", "\r\n"],
  ])
    it(`has whole events and one end (${name})`, () => {
      const event = content.replaceAll("\n", lineEnd);
      const [whole, ...rest] = cutsOf(event.repeat(9)).map(bodyOf);
      const passed = whole.slice(0, whole.indexOf(end));
      assert.equal(whole, `${passed}${end}data: [DONE]\n\n`);
      const count = passed.length / event.length;
      assert.ok(Number.isInteger(count) && count > 1 && count < 9, whole);
      // A CR that ends a chunk ends the event: its LF is left out.
      const plain = (text: string): string => text.replaceAll(/\r\n?/g, "\n").replaceAll("\n\n\n", "\n\n");
      for (const body of rest) assert.equal(plain(body), plain(whole));
    });
});
