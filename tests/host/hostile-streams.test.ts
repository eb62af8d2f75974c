// SPDX-License-Identifier: Apache-2.0
// What lasts: hundreds of thousands of events, thousands of open streams, answers far longer than any memory that is kept for them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { targets } from "../fuzz/targets.ts";
import type { HeaderPair } from "../providers/types.ts";
import type { RootContext } from "./contexts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const EVENTS = 200_000;
const WARM_UP = 10_000;
const EVENTS_PER_PIECE = 10;
const PIECES_PER_STREAM = 100;
const OPEN_STREAMS = 2_000;
const MEBIBYTE = 1024 * 1024;

const REQUEST = '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"hi"}]}';
const NATIVE =
  'id:1\nevent:result\ndata:{"output":{"choices":[{"message":{"content":"piece"}}]},"request_id":"r-1"}\n\n';
const OPENAI =
  'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"piece"}}]}\n\n';
/** How each kind of stream goes through the plugin, an event of it, and the most bytes that an open stream may hold. */
const kinds = {
  "qwen, native": { event: NATIVE, most: 1_540 },
  "qwen, native, edited": { event: NATIVE, most: 2_065 },
  openai: { event: OPENAI, most: 920 },
  "openai, every option": { event: OPENAI, most: 1_290 },
  "openai, no usage": { event: OPENAI, most: 690 },
};

interface Setup {
  host: ProxyHost;
  context: RootContext;
}

function setup(name: string): Setup {
  const target = targets.find((one) => one.name === name)!;
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
  return { host, context: host.configure("ai-proxy", JSON.stringify(target.config))! };
}

/** A chat that was asked for, and whose answer has begun. */
function begun({ host, context }: Setup, answerType = "text/event-stream", body = REQUEST): HttpStream {
  const stream = host.stream(context);
  const pseudo: HeaderPair[] = [
    [":method", "POST"],
    [":path", "/v1/chat/completions"],
    [":authority", "gateway.example"],
  ];
  stream.requestHeaders([...pseudo, ["content-type", "application/json"]], false);
  stream.requestBody(Buffer.from(body), true);
  stream.responseHeaders(
    [
      [":status", "200"],
      ["content-type", answerType],
    ],
    false,
  );
  return stream;
}

/** Sends a piece, and gives the bytes that came out of it, which are not kept. */
function send(stream: HttpStream, piece: Buffer): number {
  stream.responseBody(piece, false);
  return stream.client.body.splice(0).reduce((sum, { length }) => sum + length, 0);
}

function held({ host }: Setup): { bytes: number; memory: number } {
  host.collectGarbage();
  host.check();
  return { bytes: host.vm.heapUse()!.bytes, memory: host.vm.memory.byteLength };
}

describe("ai-proxy's memory", () => {
  for (const [name, { event, most }] of Object.entries(kinds)) {
    test(`${name}: ${EVENTS} events leave nothing behind after the first ${WARM_UP}`, (t) => {
      const lane = setup(name);
      const piece = Buffer.from(event.repeat(EVENTS_PER_PIECE));
      let [events, out] = [0, 0];
      const play = (until: number): void => {
        while (events < until) {
          const stream = begun(lane);
          for (let count = 0; count < PIECES_PER_STREAM; count++) out += send(stream, piece);
          events += PIECES_PER_STREAM * EVENTS_PER_PIECE;
          stream.clientReset();
        }
      };
      play(WARM_UP);
      const [first, firstOut] = [held(lane), out];
      play(EVENTS);
      const last = held(lane);
      assert.equal(last.bytes, first.bytes);
      // What a thousand exchanges leave until it is collected.
      assert.ok(last.memory <= 1.5 * MEBIBYTE, `${last.memory} bytes of memory`);
      assert.equal(out, (firstOut * EVENTS) / WARM_UP);
      t.diagnostic(`${last.bytes} bytes held, ${last.memory / 1024} KiB of memory, ${out} bytes went out`);
    });

    test(`${name}: one stream of a hundred thousand events is as small as one of a thousand`, () => {
      const lane = setup(name);
      const stream = begun(lane);
      const piece = Buffer.from(event.repeat(EVENTS_PER_PIECE));
      const play = (pieces: number): void => {
        for (let count = 0; count < pieces; count++)
          assert.ok(send(stream, piece) > 0 || name === "openai, every option");
      };
      play(100);
      const first = held(lane);
      play(10_000);
      assert.deepEqual(held(lane), first);
      stream.clientReset();
    });

    test(`${name}: ${OPEN_STREAMS} open streams`, (t) => {
      const lane = setup(name);
      const idle = held(lane).bytes;
      // Each has sent an event and the half of another one.
      const piece = Buffer.from(event + event.slice(0, event.length / 2));
      const open = (): HttpStream[] => {
        const streams = Array.from({ length: OPEN_STREAMS }, () => begun(lane));
        for (const stream of streams) send(stream, piece);
        return streams;
      };
      const streams = open();
      const { bytes, memory } = held(lane);
      const each = Math.round((bytes - idle) / OPEN_STREAMS);
      t.diagnostic(`${each} bytes for each open stream, ${memory / 1024} KiB of memory for all`);
      assert.ok(each <= most, `${each} bytes for each open stream`);
      for (const stream of streams) stream.clientReset();
      const closed = held(lane).bytes;
      // The table of streams is kept, and what stands for one in it.
      assert.ok(closed - idle < 128 * OPEN_STREAMS, `${closed - idle} bytes are left of ${OPEN_STREAMS} streams`);
      for (let round = 0; round < 5; round++) for (const stream of open()) stream.clientReset();
      assert.ok(
        held(lane).bytes - closed < 1024,
        `${held(lane).bytes - closed} bytes more are left of five times as many`,
      );
    });
  }

  test("grows by what an event holds, and not by what goes by", () => {
    for (const [name, { event }] of Object.entries(kinds)) {
      const lane = setup(name);
      const stream = begun(lane);
      // No line end comes for ten megabytes: it is held up to a limit, and no longer.
      const piece = Buffer.alloc(64 * 1024, "x");
      send(stream, Buffer.from("data: "));
      for (let count = 0; count < 160; count++) send(stream, piece);
      assert.ok(held(lane).memory <= 8 * MEBIBYTE, `${name}: ${held(lane).memory} bytes of memory`);
      stream.responseBody(Buffer.from(`\n\n${event}`), true);
      assert.ok(stream.isOver);
    }
  });

  test("does not depend on the length of an answer that nobody has to see whole", () => {
    const passing = ["openai", "openai, original", "qwen, compatible", "generic", "deepseek"];
    for (const name of passing) {
      const sizes = [1, 10].map((megabytes) => {
        const lane = setup(name);
        const stream = begun(lane, "application/json", REQUEST.replace("true", "false"));
        const piece = Buffer.alloc(64 * 1024, "x");
        let out = 0;
        for (let count = 0; count < megabytes * 16; count++) out += send(stream, piece);
        assert.equal(out, megabytes * MEBIBYTE);
        return held(lane);
      });
      assert.deepEqual(sizes[1], sizes[0], name);
    }
  });

  test("comes back from a request of ten megabytes", () => {
    // A request that waits for its context goes nowhere here.
    for (const { name } of targets.filter((target) => target.name !== "openai, context")) {
      const lane = setup(name);
      const ask = (content: string): void => {
        const stream = lane.host.stream(lane.context, { bufferLimitBytes: 32 * MEBIBYTE });
        stream.requestHeaders(
          [
            [":method", "POST"],
            [":path", "/v1/chat/completions"],
            [":authority", "gateway.example"],
          ],
          false,
        );
        stream.requestBody(Buffer.from(REQUEST.replace("hi", content)), true);
        assert.equal(stream.upstream.end, "clean", name);
        stream.clientReset();
      };
      ask("hi");
      const before = held(lane).bytes;
      ask("x".repeat(10 * MEBIBYTE));
      ask("hi");
      assert.ok(held(lane).bytes < before + MEBIBYTE, `${name}: ${held(lane).bytes} bytes after ${before}`);
    }
  });

  test("does not depend on how many choices and tool calls a stream names", () => {
    const many = 100_000;
    const call = (n: number): string => `{"index":${n},"id":"c${n}","function":{"name":"f","arguments":"{}"}}`;
    const thing: Record<string, (n: number) => string> = {
      "a choice": (n) => `{"index":${n},"message":{"content":"a"},"delta":{"reasoning_content":"a"}}`,
      "a call": (n) => `{"index":0,"message":{"tool_calls":[${call(n)}]},"delta":{"tool_calls":[${call(n)}]}}`,
      "a call of a choice": (n) =>
        `{"index":${n},"message":{"tool_calls":[${call(n)}]},"delta":{"tool_calls":[${call(n)}]}}`,
    };
    for (const name of Object.keys(kinds)) {
      for (const [what, choice] of Object.entries(thing)) {
        const lane = setup(name);
        const before = held(lane).bytes;
        const stream = begun(lane);
        for (let n = 0; n < many; n += 10) {
          const choices = Array.from({ length: 10 }, (_, i) => choice((n + i) * 21));
          const list = `[${choices.join(",")}]`;
          send(
            stream,
            Buffer.from(`data: {"id":"c","request_id":"r","output":{"choices":${list}},"choices":${list}}\n\n`),
          );
        }
        const { bytes } = held(lane);
        assert.ok(bytes - before < 128 * 1024, `${name}, ${what}: ${bytes - before} bytes held`);
        stream.clientReset();
      }
    }
  });
});
