// SPDX-License-Identifier: Apache-2.0
// Streams of Gemini's own API that last, or that are not what its page promises.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const MODEL = "gemini-3-flash-preview";
const CHAT = JSON.stringify({ model: MODEL, stream: true, messages: [{ role: "user", content: "hi" }] });
const MESSAGE = JSON.stringify({ ...JSON.parse(CHAT), max_tokens: 9 });
const clients = { "/v1/chat/completions": CHAT, "/v1/messages": MESSAGE };
/** The most bytes that an open stream may hold. */
const MOST_HELD = 1_500;
const OPEN_STREAMS = 500;

const event = (candidate: object | object[], rest: object = {}): string =>
  `data: ${JSON.stringify({ candidates: [candidate].flat(), responseId: "r", ...rest })}\r\n\r\n`;
const piece = event({ content: { parts: [{ text: "piece" }], role: "model" }, index: 0 });

function setup(): { host: ProxyHost; begin: (path: string, body: string) => HttpStream; held: () => number } {
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
  const provider = { type: "gemini", apiTokens: ["sk-test-gemini"] };
  const context = host.configure("ai-proxy", JSON.stringify({ provider }))!;
  const begin = (path: string, body: string): HttpStream => {
    const stream = host.stream(context);
    stream.requestHeaders(
      [
        [":method", "POST"],
        [":path", path],
        [":authority", "gateway.example"],
        ["content-type", "application/json"],
      ],
      false,
    );
    stream.requestBody(Buffer.from(body), true);
    stream.responseHeaders(
      [
        [":status", "200"],
        ["content-type", "text/event-stream"],
      ],
      false,
    );
    return stream;
  };
  const held = (): number => {
    host.collectGarbage();
    host.check();
    return host.vm.heapUse()!.bytes;
  };
  return { host, begin, held };
}

const send = (stream: HttpStream, text: string): string => {
  stream.responseBody(Buffer.from(text), false);
  return String(Buffer.concat(stream.client.body.splice(0)));
};

for (const [path, body] of Object.entries(clients)) {
  describe(`streams of Gemini for ${path}`, () => {
    test("ten thousand events hold no more than a hundred", () => {
      const { begin, held } = setup();
      const stream = begin(path, body);
      const play = (count: number): void => {
        for (let i = 0; i < count; i += 10) assert.match(send(stream, piece.repeat(10)), /piece/);
      };
      play(100);
      const first = held();
      play(10_000);
      assert.equal(held(), first);
      stream.clientReset();
    });

    test(`${OPEN_STREAMS} open streams hold little, and leave nothing`, (t) => {
      const { begin, held } = setup();
      const idle = held();
      const open = (): HttpStream[] => {
        const streams = Array.from({ length: OPEN_STREAMS }, () => begin(path, body));
        for (const stream of streams) send(stream, piece + piece.slice(0, piece.length / 2));
        return streams;
      };
      const streams = open();
      const each = Math.round((held() - idle) / OPEN_STREAMS);
      t.diagnostic(`${each} bytes for each open stream`);
      assert.ok(each <= MOST_HELD, `${each} bytes for each open stream`);
      for (const stream of streams) stream.clientReset();
      const closed = held();
      for (const stream of open()) stream.clientReset();
      assert.ok(held() - closed < 1024, `${held() - closed} bytes are left`);
    });

    test("candidates and calls without end take a bounded memory", () => {
      const { begin, held } = setup();
      const before = held();
      const stream = begin(path, body);
      const call = { functionCall: { name: "f", args: { a: "b" } }, thoughtSignature: "c2ln" };
      for (let n = 0; n < 10_000; n += 10) {
        const candidates = Array.from({ length: 10 }, (_, i) => ({ content: { parts: [call] }, index: (n + i) * 7 }));
        send(stream, event([...candidates, { content: { parts: [call] }, index: 0 }]));
      }
      assert.ok(held() - before < 256 * 1024, `${held() - before} bytes`);
      stream.clientReset();
    });

    test("values of other kinds in any place end in an event, never in a trap", () => {
      const { begin, host } = setup();
      const odd = [null, 7, "x", true, [], {}, [[]], [null], { parts: 7 }, "\ud83d"];
      const places: ((value: unknown) => object)[] = [
        (value) => ({ candidates: value }),
        (value) => ({ candidates: [value] }),
        (value) => ({ candidates: [{ content: value, index: value, finishReason: value, finishMessage: value }] }),
        (value) => ({ candidates: [{ content: { parts: value } }], usageMetadata: value, responseId: value }),
        (value) => ({ candidates: [{ content: { parts: [value] } }], promptFeedback: value }),
        (value) => ({
          candidates: [{ content: { parts: [{ text: value, thought: value, thoughtSignature: value }] } }],
        }),
        (value) => ({ candidates: [{ content: { parts: [{ functionCall: value, inlineData: value }] } }] }),
        (value) => ({
          candidates: [{ content: { parts: [{ functionCall: { name: value, args: value, id: value } }] } }],
        }),
        (value) => ({ promptFeedback: { blockReason: value } }),
        (value) => ({ error: value }),
        (value) => ({ error: { code: value, message: value, status: value } }),
      ];
      for (const place of places) {
        for (const value of odd) {
          const stream = begin(path, body);
          send(stream, piece);
          send(stream, `data: ${JSON.stringify(place(value))}\n\n`);
          stream.responseBody(Buffer.from(event({ finishReason: "STOP", index: 0 })), true);
          assert.ok(stream.isOver, JSON.stringify(place(value)));
          host.check();
        }
      }
    });
  });
}
