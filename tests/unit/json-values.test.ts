import assert from "node:assert/strict";
import { test } from "node:test";
import { loadModule } from "./module.ts";
import { Random, seed } from "./random.ts";

const { exports, put, out } = await loadModule("json");

const NO_INTEGER = -77n;

test("numbers are read as JSON.parse reads them", (t) => {
  const random = new Random(seed());
  t.diagnostic(`SEED=${seed()}`);
  const digits = (most: number) => Array.from({ length: 1 + random.below(most) }, () => random.below(10)).join("");
  for (let i = 0; i < 100_000; i++) {
    const whole = random.below(3)
      ? String(random.below(10 ** (1 + random.below(9))))
      : digits(25).replace(/^0+(?=.)/, "");
    const fraction = random.below(2) ? `.${random.below(3) ? digits(18) : "000"}` : "";
    const exponent = random.below(2)
      ? random.pick(["e", "E", "e+", "e-", "E-"]) + random.below(random.pick([4, 24, 330]))
      : "";
    const text = (random.below(2) ? "-" : "") + whole + fraction + exponent;
    const bytes = Buffer.from(text);
    const address = put(bytes);
    const value = exports.number!(address, bytes.length);
    const expected = JSON.parse(text) as number;
    assert.ok(isClose(value, expected), `${text} was read as ${value}`);
    if (isExact(whole + fraction, Number(exponent.slice(1)) || 0)) assert.equal(value, expected, text);

    const exact = exactInteger(text);
    const integer = exports.integer!(address, bytes.length, NO_INTEGER) as unknown as bigint;
    assert.equal(integer, exact ?? NO_INTEGER, text);
    assert.equal(Boolean(exports.isInteger!(address, bytes.length)), exact !== undefined, text);
  }
});

test("every text survives escaping and unescaping, and malformed UTF-8 becomes U+FFFD as in TextDecoder", (t) => {
  const random = new Random(seed());
  t.diagnostic(`SEED=${seed()}`);
  const pieces = [
    "a",
    "plain text",
    "é",
    "漢字",
    "😀",
    '"',
    "\\",
    "\n",
    "\u0000",
    "\u001f",
    "\u007f",
    "/",
    "\u2028",
    "0123456789abcdef",
  ];
  const bytes = [0x80, 0xc0, 0xc3, 0xe0, 0xe6, 0xed, 0xf0, 0xf4, 0xf5, 0xff, 0xa0, 0x9f, 0x90, 0x8f];
  for (let i = 0; i < 50_000; i++) {
    const parts = Array.from({ length: random.below(12) }, () =>
      random.below(6) ? Buffer.from(random.pick(pieces)) : Buffer.from([random.pick(bytes)]),
    );
    const text = Buffer.concat(parts);
    exports.escape!(put(text), text.length);
    const escaped = Buffer.concat([Buffer.from('"'), out(), Buffer.from('"')]);
    assert.equal(escaped.toString(), JSON.stringify(new TextDecoder("utf-8", { ignoreBOM: true }).decode(text)));
    exports.unescape!(put(escaped), escaped.length);
    assert.equal(out().toString(), text.toString());
    exports.rewriteText!(put(escaped), escaped.length);
    assert.equal(out().toString(), escaped.toString());
  }
});

test("nesting is accepted up to 256 levels and refused beyond, without a trap at any depth", () => {
  for (const [open, close] of [
    ["[", "]"],
    ['{"a":', "}"],
  ] as const) {
    for (const depth of [1, 63, 64, 65, 255, 256, 257, 1000, 1_000_000]) {
      const text = Buffer.from(open.repeat(depth) + "1" + close.repeat(depth));
      const error = exports.validate!(put(text), text.length);
      assert.equal(error === 0, depth <= 256, `${depth} levels of ${open}: error ${error}`);
      if (error) assert.equal(exports.errorOffset!(), 256 * open.length);
      // The readers accept texts that were not validated.
      const key = Buffer.from("a");
      exports.getFromText!(put(text), text.length, put(key), key.length);
    }
  }
});

test("an object may have 256 members to be indexed, and any number to be validated", () => {
  for (const count of [255, 256, 257, 100_000]) {
    const text = Buffer.from(JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]))));
    assert.equal(exports.validate!(put(text), text.length), 0);
    assert.equal(exports.parse!(put(text), text.length) === 0, count <= 256);
    assert.equal(exports.memberCount!(), count <= 256 ? count : 0);
  }
});

test("a duplicate is found among the most members, and where its escapes are many", () => {
  const keys = Array.from({ length: 255 }, (_, i) => `k${i}`);
  const escaped = [..."k254"].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join("");
  const text = Buffer.from(`{${[...keys, escaped].map((key) => `"${key}":0`).join()}}`);
  assert.equal(exports.parse!(put(text), text.length), 0);
  exports.duplicate!();
  assert.equal(out().toString(), `"${escaped}"`);
});

test("long keys made to have one hash are refused, not compared with each other for ever", () => {
  const keys = collidingKeys(200, 40_000);
  const text = Buffer.from(`{${keys.map((key) => `"${key}":0`).join()}}`);
  assert.equal(exports.validate!(put(text), text.length), 0);
  assert.equal(exports.parse!(put(text), text.length), 11);
  const few = Buffer.from(
    `{${keys
      .slice(0, 5)
      .map((key) => `"${key}":0`)
      .join()}}`,
  );
  assert.equal(exports.parse!(put(few), few.length), 0);
  exports.duplicate!();
  assert.equal(out().toString(), "ABSENT");
});

/** Whether the reader guarantees to round the number correctly. */
function isExact(decimal: string, exponent: number): boolean {
  const digits = decimal.replace(".", "").replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const fraction = (decimal.split(".")[1] ?? "").length;
  return significant.length <= 15 && Math.abs(exponent - fraction + digits.length - significant.length) <= 22;
}

function isClose(value: number, expected: number): boolean {
  if (value === expected) return true;
  // Near the ends of the range a unit of the last place is larger.
  if (Math.abs(expected) < 1e-290) return Math.abs(value - expected) < 1e-305;
  if (!Number.isFinite(expected) || !Number.isFinite(value))
    return Math.min(Math.abs(value), Math.abs(expected)) > 1.797e308;
  return Math.abs(value - expected) <= Math.abs(expected) * 1e-14;
}

function exactInteger(text: string): bigint | undefined {
  const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text)!;
  const digits = BigInt(whole! + fraction);
  const power = Number(exponent) - fraction.length;
  const scale = 10n ** BigInt(Math.abs(power));
  if (power < 0 && digits % scale !== 0n) return undefined;
  const value = (power < 0 ? digits / scale : digits * scale) * (sign ? -1n : 1n);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** Keys with equal hashes: the first words differ, and the second word makes the hash the same again. */
function collidingKeys(count: number, size: number): string[] {
  const multiplier = 0x9e3779b97f4a7c15n;
  const mix = (hash: bigint, word: bigint) => {
    const product = BigInt.asUintN(64, (hash ^ word) * multiplier);
    return product ^ (product >> 32n);
  };
  const word = (text: string) => Buffer.from(text, "latin1").readBigUInt64LE();
  const start = BigInt.asUintN(64, BigInt(size) * multiplier);
  const keys: string[] = [];
  // Any second word of plain ASCII is suitable: it needs no escape and is valid UTF-8.
  const target = mix(start, word("aaaaaaaa")) ^ word("bbbbbbbb");
  for (let i = 0; keys.length < count; i++) {
    assert.ok(i < 10_000_000, "the hash is another one by now: craft its collisions anew");
    const first = (10_000_000 + i).toString(16).split("").reverse().join("").padEnd(8, "-");
    const second = Buffer.alloc(8);
    second.writeBigUInt64LE(target ^ mix(start, word(first)));
    const text = second.toString("latin1");
    if (/^[ !#-[\]-~]{8}$/.test(text)) keys.push((first + text).padEnd(size, "c"));
  }
  return keys;
}
