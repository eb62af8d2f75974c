// SPDX-License-Identifier: Apache-2.0
// What streams of translated Responses hold: their text until the end, within a bound, and nothing behind it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const OPEN_STREAMS = 1_000;
/** Without its text; such a stream of chats holds 920 bytes at most. */
const MOST_HELD = 2_200;
const MEBIBYTE = 1 << 20;
const CONFIG = { provider: { type: "nvidia", apiTokens: ["nvapi-for-tests"] } };
const TOOLS = [{ type: "custom", name: "patch" }];
const REQUEST = JSON.stringify({ model: "m", stream: true, input: "hi", tools: TOOLS });
const event = (content: string): string =>
  `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta: { content } }] })}\n\n`;
const END = `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;

interface Lane {
  host: ProxyHost;
  context: RootContext;
}

function lane(): Lane {
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
  return { host, context: host.configure("ai-proxy", JSON.stringify(CONFIG))! };
}

/** A response whose stream has begun. */
function begun({ host, context }: Lane): HttpStream {
  const stream = host.stream(context);
  const path: [string, string][] = [
    [":method", "POST"],
    [":path", "/v1/responses"],
    [":authority", "gateway.example"],
    ["content-type", "application/json"],
  ];
  stream.requestHeaders(path, false);
  stream.requestBody(Buffer.from(REQUEST), true);
  const answer: [string, string][] = [
    [":status", "200"],
    ["content-type", "text/event-stream"],
  ];
  stream.responseHeaders(answer, false);
  return stream;
}

const send = (stream: HttpStream, text: string): string => {
  stream.responseBody(Buffer.from(text), false);
  return Buffer.concat(stream.client.body.splice(0)).toString();
};

function held({ host }: Lane): { bytes: number; memory: number } {
  host.collectGarbage();
  host.check();
  return { bytes: host.vm.heapUse()!.bytes, memory: host.vm.memory.byteLength };
}

test(`${OPEN_STREAMS} open streams of Responses hold few bytes beside their text, and leave none`, (t) => {
  const one = lane();
  const idle = held(one).bytes;
  const open = (): HttpStream[] => {
    const streams = Array.from({ length: OPEN_STREAMS }, () => begun(one));
    for (const stream of streams)
      assert.match(send(stream, event("piece") + event("x").slice(0, 40)), /"delta":"piece"/);
    return streams;
  };
  const streams = open();
  const each = Math.round((held(one).bytes - idle) / OPEN_STREAMS);
  t.diagnostic(`${each} bytes for each open stream`);
  assert.ok(each <= MOST_HELD, `${each} bytes for each open stream`);
  for (const stream of streams) stream.clientReset();
  const closed = held(one).bytes;
  for (let round = 0; round < 3; round++) for (const stream of open()) stream.clientReset();
  assert.ok(held(one).bytes - closed < 1024, `${held(one).bytes - closed} bytes more are left`);
});

test("a stream of a million events holds its text once, and nothing is left behind it", (t) => {
  const one = lane();
  const piece = event("a").repeat(1000);
  const stream = begun(one);
  send(stream, piece);
  const first = held(one).bytes;
  for (let i = 1; i < 1000; i++) send(stream, piece);
  const kept = held(one).bytes - first;
  t.diagnostic(`${kept} bytes for 1,000,000 bytes of text, ${held(one).memory >> 10} KiB of memory`);
  assert.ok(kept >= 990_000 && kept <= 2 * MEBIBYTE, `${kept}`);
  assert.match(send(stream, END), /"response\.completed"/);
  stream.clientReset();
  // The memory in which the end was written is given back with the next piece of any stream.
  const next = begun(one);
  send(next, event("a"));
  assert.ok(held(one).bytes < first + 64 * 1024, `${held(one).bytes - first}`);
  assert.ok(held(one).memory <= 32 * MEBIBYTE, `${held(one).memory}`);
});

test("a stream that is longer than what is kept ends as incomplete, and the rest is dropped", () => {
  const one = lane();
  const stream = begun(one);
  const piece = event("x".repeat(100_000));
  let last = "";
  for (let i = 0; i < 60 && !last.includes("event: response.incomplete"); i++) last = send(stream, piece);
  assert.match(last, /event: response\.incomplete\n/);
  assert.equal(send(stream, piece + END), "");
  stream.clientReset();
  assert.ok(held(one).memory <= 64 * MEBIBYTE, `${held(one).memory}`);
});
