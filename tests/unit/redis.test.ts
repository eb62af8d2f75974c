import assert from "node:assert/strict";
import { test } from "node:test";
import { loadModule } from "./module.ts";
import { Random, seed } from "./random.ts";

const LIMIT = 1 << 20;
const MALFORMED = 1;
const TOO_LARGE = 2;

const { exports, put, out } = await loadModule("redis");

// The forms of https://valkey.io/topics/protocol/, RESP2.
const REPLIES = [
  "+OK\r\n",
  "+\r\n",
  "-ERR unknown command 'asdf'\r\n",
  ":0\r\n",
  ":-1\r\n",
  ":+9223372036854775807\r\n",
  "$5\r\nhello\r\n",
  "$0\r\n\r\n",
  "$7\r\n\r\n:1\r\n\n\r\n",
  "$-1\r\n",
  "*-1\r\n",
  "*0\r\n",
  "*3\r\n:1\r\n$-1\r\n*2\r\n+a\r\n*1\r\n*0\r\n",
  "*2\r\n*0\r\n-WRONGTYPE x\r\n",
];

test("replies are found wherever they are cut", () => {
  const stream = Buffer.from(REPLIES.join(""));
  for (let at = 0; at <= stream.length; at++) {
    assert.deepEqual(decode([stream.subarray(0, at), stream.subarray(at)]), REPLIES, `cut at ${at}`);
  }
  assert.deepEqual(decode([...stream].map((byte) => Buffer.from([byte]))), REPLIES, "byte by byte");
  assert.equal(exports.fault!(), 0);
  assert.equal(exports.isWithin!(), 0);
});

test("a reply is reported with its last byte", () => {
  for (const reply of REPLIES) {
    exports.begin!(LIMIT);
    for (const byte of reply.slice(0, -1)) assert.equal(push(byte), 0, reply);
    assert.equal(exports.isWithin!(), 1);
    assert.equal(push(reply.at(-1)!), 1, reply);
  }
});

test("bytes that are not RESP2 stop the decoder, wherever they are cut", () => {
  const faults = [
    "OK\r\n",
    "\r\n",
    "+OK\n\r\n",
    "+OK\rx",
    ":\r\n",
    ":1x\r\n",
    ":99999999999999999999\r\n",
    "$x\r\n",
    "$-2\r\n",
    "$3\r\nabcde\r\n",
    "$3\r\nabc\n\r",
    "*-2\r\n",
    "*1\r\nx",
    // RESP3, which the client does not ask for.
    "%1\r\n+a\r\n+b\r\n",
    "_\r\n",
    "HTTP/1.1 400 Bad Request\r\n",
  ];
  for (const fault of faults) {
    const stream = Buffer.from(`+OK\r\n${fault}+OK\r\n`);
    for (let at = 0; at <= stream.length; at++) {
      assert.deepEqual(decode([stream.subarray(0, at), stream.subarray(at)]), ["+OK\r\n"], `${fault} cut at ${at}`);
      assert.equal(exports.fault!(), MALFORMED, fault);
    }
    exports.reset!();
    assert.equal(push("+OK\r\n"), 1);
  }
});

test("a reply that is too large is refused as soon as its size is known", () => {
  const faults = [
    "$1048577\r\n",
    "$9223372036854775807\r\n",
    "*65537\r\n",
    "*9223372036854775807\r\n",
    "*2\r\n*40000\r\n" + ":1\r\n".repeat(40_000) + "*40000\r\n",
    "*1\r\n".repeat(9),
    `+${"x".repeat(LIMIT)}`,
  ];
  for (const fault of faults) {
    exports.begin!(LIMIT);
    assert.equal(push(fault), 0);
    assert.equal(exports.fault!(), TOO_LARGE, fault.slice(0, 40));
  }
  const fitting = [
    `$1048000\r\n${"x".repeat(1_048_000)}\r\n`,
    `${"*1\r\n".repeat(8)}:1\r\n`,
    `*65536\r\n${":1\r\n".repeat(65536)}`,
  ];
  for (const reply of fitting) {
    exports.begin!(LIMIT);
    assert.equal(push(reply), 1, reply.slice(0, 40));
  }
});

test("an endless line, array and number keep memory bounded", () => {
  for (const [head, text] of [
    ["+", "x".repeat(65536)],
    [":", "0".repeat(65536)],
    ["*65536\r\n", `$50\r\n${"x".repeat(50)}\r\n`.repeat(1000)],
  ]) {
    exports.begin!(LIMIT);
    push(head);
    const bytes = Buffer.from(text);
    const address = put(bytes);
    for (let count = 0; count < 64; count++) exports.push!(address, bytes.length);
    const before = exports.memoryBytes!();
    for (let count = 0; count < 1000; count++) exports.push!(address, bytes.length);
    assert.equal(exports.memoryBytes!(), before);
    assert.notEqual(exports.fault!(), 0);
  }
});

test("1,400,000 replies, whole and cut, do not change the memory size", () => {
  const stream = Buffer.from(REPLIES.join(""));
  exports.begin!(LIMIT);
  const address = put(stream);
  exports.pushInSteps!(address, stream.length, 7, 10);
  const before = exports.memoryBytes!();
  for (const step of [1, 3, 7, 64, stream.length]) {
    assert.equal(exports.pushInSteps!(address, stream.length, step, 20_000), 20_000 * REPLIES.length);
  }
  assert.equal(exports.memoryBytes!(), before);
});

test("a long reply in one-byte chunks takes linear work", () => {
  const size = LIMIT - 100;
  for (const stream of [`$${size}\r\n${"x".repeat(size)}\r\n`, `+${"x".repeat(size)}\r\n`].map((text) =>
    Buffer.from(text),
  )) {
    exports.begin!(LIMIT);
    // Scanning the rest again for every byte would take 5 * 10^11 steps, and would not end in reasonable time.
    assert.equal(exports.pushInSteps!(put(stream), stream.length, 1, 1), 1);
  }
});

test("mutated replies trap nothing, and say the same however they are cut", (t) => {
  const random = new Random(seed());
  t.diagnostic(`SEED=${seed()}`);
  const pieces = [
    "\r\n",
    "\r",
    "\n",
    "$",
    "*",
    ":",
    "+",
    "-",
    "1",
    "9999999999",
    "-1",
    "0",
    "x",
    "*1\r\n",
    "$3\r\nabc\r\n",
  ];
  for (let i = 0; i < 30_000; i++) {
    const texts = Array.from({ length: 1 + random.below(6) }, () =>
      random.below(3) ? random.pick(REPLIES) : random.pick(pieces),
    );
    const stream = Buffer.from(texts.join(""));
    if (random.below(2) && stream.length) stream[random.below(stream.length)] = random.below(256);
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length;) chunks.push(stream.subarray(at, (at += 1 + random.below(9))));
    const whole = decode([stream]);
    const fault = exports.fault!();
    assert.deepEqual(decode(chunks), whole, `stream ${i}: ${JSON.stringify(stream.toString())}`);
    assert.equal(exports.fault!(), fault, `stream ${i}: ${JSON.stringify(stream.toString())}`);
  }
});

function decode(chunks: Buffer[], limit = LIMIT): string[] {
  exports.begin!(limit);
  for (const chunk of chunks) exports.push!(put(chunk), chunk.length);
  return out().toString().split("\0").slice(0, -1);
}

function push(text: string): number {
  const bytes = Buffer.from(text);
  return exports.push!(put(bytes), bytes.length);
}
