import assert from "node:assert/strict";
import { test } from "node:test";
import { loadModule } from "./module.ts";
import { Random, seed } from "./random.ts";
import { type ReferenceEvent, decodeWhole, readRecords } from "./sse-reference.ts";

const LINE_ENDS = { LF: "\n", CRLF: "\r\n", CR: "\r" };
const LIMIT = 1 << 20;

const { exports, put, out } = await loadModule("sse");

/** Streams as lines; each line is ended the same way. */
const STREAMS: { [name: string]: string[] } = {
  "chat chunks and [DONE]": ['data: {"choices":[{"delta":{"content":"Hi"}}]}', "", "data: [DONE]", ""],
  "characters of two, three and four bytes": ["data: é 漢字 😀", "", "event: é漢😀", "data: 😀", ""],
  "DashScope's fields": ["id:1", "event:result", ":HTTP_STATUS/200", 'data:{"output":{"finish_reason":"null"}}', ""],
  "several data lines": ["data: a", "data:  b", "data", "data:", "data:c", "", "data: d", "data: e", ""],
  "comments alone": [": keep-alive", "", ":", "", "data: x", "", ":a", ":b", ""],
  "blank lines between": ["", "", "data: x", "", "", "", "data: y", "", "", ""],
  "a byte order mark": ["\ufeffdata: x", "", "data: y", ""],
  "a byte order mark on a line of its own": ["\ufeff", "data: x", ""],
  "nothing but a byte order mark": ["\ufeff", "", "", "data: x", ""],
  "a later byte order mark": ["data: x", "", "\ufeffdata: y", ""],
  "names that are no field's": ["dat: x", "dataa: x", "Data: x", " data: x", "eventx: y", "idd: z", "retry: 10", ""],
  "fields without a value": [
    "event",
    "id",
    "data",
    "",
    "event:",
    "id: ",
    "data: ",
    "",
    "id: a\u0000b",
    "id: c",
    "data: ",
    "",
  ],
  "an event without data": ["event: ping", "", "id: 7", ""],
  "an event whose blank line is missing": ["data: x", "", "event: end", "data: y"],
  "an event whose line end is missing": ["data: x", "", "data: [DONE"],
  "lines of more than sixteen bytes": [
    `data: ${"0123456789".repeat(5)}`,
    `: ${"c".repeat(31)}`,
    "",
    `data: ${"x".repeat(15)}`,
    "",
  ],
};

for (const [name, lines] of Object.entries(STREAMS)) {
  for (const [kind, lineEnd] of Object.entries(LINE_ENDS)) {
    const stream = Buffer.from(lines.join(lineEnd));
    test(`${name} (${kind}), cut once at every offset and byte by byte`, () => {
      const expected = decodeWhole(stream);
      for (let at = 0; at <= stream.length; at++) {
        assert.deepEqual(decode([stream.subarray(0, at), stream.subarray(at)]), expected, `cut at ${at}`);
      }
      assert.deepEqual(decode([...stream].map((byte) => Buffer.from([byte]))), expected, "byte by byte");
    });
  }
}

test("random streams in random chunks, with line ends of all kinds mixed, have the same fields", (t) => {
  const random = new Random(seed());
  t.diagnostic(`SEED=${seed()}`);
  const pieces = [
    "data: x",
    "data:",
    "event: e",
    ":c",
    "id:1",
    "\n",
    "\n",
    "\r\n",
    "\r\n",
    "\r",
    "\r",
    "漢",
    " ",
    "d",
    "\ufeff",
    "a".repeat(20),
  ];
  for (let i = 0; i < 50_000; i++) {
    const stream = Buffer.from(Array.from({ length: random.below(20) }, () => random.pick(pieces)).join(""));
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length;) chunks.push(stream.subarray(at, (at += 1 + random.below(9))));
    const fields = (events: ReferenceEvent[]) =>
      events.map((event) => ({ ...event, raw: event.raw?.replace(/[\r\n]+$/, "") }));
    const message = `stream ${i}: ${JSON.stringify(chunks.map(String))}`;
    assert.deepEqual(fields(decode(chunks)), fields(decodeWhole(stream)), message);
    // A CR at the very end, after a line that ended in CRLF, is treated as the first half of a CRLF.
    const whole = /\r\n\r$/.test(stream.toString()) ? Buffer.concat([stream, Buffer.from("\n")]) : stream;
    assert.deepEqual(decode([stream]), decodeWhole(whole), message);
  }
});

test("an event is reported with the byte that makes it whole", () => {
  for (const blank of ["\n\n", "\r\r", "\r\n\n", "\n\r"]) assertWholeAfter(`data: x${blank}`);
  // Of CRLF CRLF the last LF has no meaning, but it is part of the event.
  assertWholeAfter("data: x\r\n\r", "data: x\r\n\r\n");
  assert.equal(push("\n"), 0);
  assert.equal(exports.pending!(), 0);
  assert.equal(push("data: y\r\n\r\n"), 1);
});

test("the bytes of an unfinished event are reported, and none after the event", () => {
  exports.begin!(LIMIT);
  push("data: x");
  assert.equal(exports.pending!(), 7);
  push("\n");
  assert.equal(exports.pending!(), 8);
  push("\ndata");
  assert.equal(exports.pending!(), 4);
  assert.equal(exports.finish!(), 1);
  assert.equal(exports.pending!(), 0);
  assert.equal(exports.finish!(), 0);
});

test("an event above the limit is skipped up to its blank line and reported once, however it is cut", () => {
  const limit = 64;
  const fitting = `data: ${"x".repeat(limit - 8)}\n\n`;
  for (const lineEnd of Object.values(LINE_ENDS)) {
    const stream = Buffer.from(
      [
        "data: before",
        "",
        `data: ${"x".repeat(limit)}`,
        "data: more",
        "",
        "data: after",
        "",
        `: ${"y".repeat(200)}`,
      ].join(lineEnd),
    );
    const expected = decodeWhole(stream);
    expected[1] = expected[3] = { tooLong: true };
    for (let at = 0; at <= stream.length; at++) {
      assert.deepEqual(decode([stream.subarray(0, at), stream.subarray(at)], limit), expected, `cut at ${at}`);
    }
    assert.deepEqual(
      decode(
        [...stream].map((byte) => Buffer.from([byte])),
        limit,
      ),
      expected,
    );
  }
  for (let at = 0; at <= fitting.length; at++) {
    const cut = (text: string) => [Buffer.from(text.slice(0, at)), Buffer.from(text.slice(at))];
    assert.equal(decode(cut(fitting), limit)[0]!.tooLong, undefined);
    assert.deepEqual(decode(cut(`d${fitting}`), limit), [{ tooLong: true }]);
  }
});

test("an endless line and an endless event keep memory bounded", () => {
  for (const text of ["x".repeat(65536), "data: x\n".repeat(8192), ": c\r\n".repeat(8192)]) {
    exports.begin!(LIMIT);
    const address = put(Buffer.from(text));
    const feed = (bytes: number) => {
      for (let at = 0; at < bytes; at += text.length) {
        assert.equal(exports.push!(address, text.length), 0);
        assert.ok(exports.pending!() <= LIMIT);
      }
    };
    feed(4 * LIMIT);
    const before = exports.memoryBytes!();
    feed(128 * LIMIT);
    assert.equal(exports.memoryBytes!(), before);
    assert.equal(push("\n\ndata: y\n\n"), 2);
    assert.deepEqual(readRecords(out()).at(-1)!.data, "y");
  }
});

test("1,000,000 events, whole and cut, do not change the memory size", () => {
  const event = `data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"token"}}]}\n\n`;
  const stream = Buffer.from(event.repeat(100));
  exports.begin!(LIMIT);
  const address = put(stream);
  exports.pushInSteps!(address, stream.length, 7);
  const before = exports.memoryBytes!();
  assert.equal(exports.repeat!(address, stream.length, 9_000), 900_000);
  let events = 0;
  for (let i = 0; i < 1_000; i++) events += exports.pushInSteps!(address, stream.length, 1 + (i % 100));
  assert.equal(events, 100_000);
  assert.equal(exports.memoryBytes!(), before);
});

test("a long event in one-byte chunks takes linear work", () => {
  const stream = Buffer.from(`data: ${"x".repeat(LIMIT - 100)}\n\n`);
  exports.begin!(LIMIT);
  // Scanning the whole rest again for every byte would take 5 * 10^11 steps, and would not end in reasonable time.
  assert.equal(exports.pushInSteps!(put(stream), stream.length, 1), 1);
});

test("the encoder writes what the decoder reads", () => {
  const [type, data] = [Buffer.from("error"), Buffer.from('{"message":"漢"}')];
  const both = put(Buffer.concat([type, data]));
  exports.encode!(both, type.length, both + type.length, data.length);
  assert.equal(out().toString(), 'event: error\ndata: {"message":"漢"}\n\ndata: [DONE]\n\n');
});

function decode(chunks: Buffer[], limit = LIMIT): ReferenceEvent[] {
  exports.begin!(limit);
  for (const chunk of chunks) exports.push!(put(chunk), chunk.length);
  exports.finish!();
  return readRecords(out());
}

function push(text: string): number {
  const bytes = Buffer.from(text);
  return exports.push!(put(bytes), bytes.length);
}

function assertWholeAfter(text: string, raw = text): void {
  exports.begin!(LIMIT);
  for (const byte of text.slice(0, -1)) assert.equal(push(byte), 0);
  assert.equal(push(text.at(-1)!), 1, JSON.stringify(text));
  assert.equal(readRecords(out())[0]!.raw, raw);
}
