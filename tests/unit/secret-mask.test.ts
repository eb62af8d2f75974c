// SPDX-License-Identifier: Apache-2.0
// Secrets in texts, plain and escaped: none is left, nothing else changes, and the position of a cut changes nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadModule } from "./module.ts";
import { Random, seed } from "./random.ts";

const { exports, put, out } = await loadModule("secrets");

const LETTER = /((?:\\\\)+)(?=\\{6,7}(?!\\))|\\{1,7}u([0-9a-f]{4})|\\{0,7}%([0-9a-f]{2})|\\{0,7}([^\\])|\\{1,7}/gis;

const NO_LETTER = "\uffff";

interface Letter {
  from: number;
  to: number;
  value: string;
}

/** The meaning of a text for a reader of JSON strings and of URLs, letter by letter. */
function lettersOf(text: string): Letter[] {
  return [...text.matchAll(LETTER)].map((match) => {
    const code = match[2] ?? match[3];
    // The first backslashes of a long run belong to no letter of a secret.
    const letter = match[1] ? NO_LETTER : (match[4] ?? "\\");
    const value = code ? String.fromCharCode(parseInt(code, 16)) : letter;
    return { from: match.index, to: match.index + match[0].length, value };
  });
}

const said = (text: string): string =>
  lettersOf(text)
    .map(({ value }) => value)
    .join("");

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Every position of a secret, plain or escaped. */
function placesOf(text: string, secrets: string[]): [number, number][] {
  const letters = lettersOf(text);
  const read = said(text);
  const places: [number, number][] = [];
  for (const secret of secrets) {
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      places.push([at, at + secret.length]);
    const plain = said(secret).replaceAll(NO_LETTER, "").replace(/\\+$/, "");
    if (plain.length < 8) continue;
    for (let at = read.indexOf(plain); at >= 0; at = read.indexOf(plain, at + 1))
      places.push([letters[at]!.from, letters[at + plain.length - 1]!.to]);
  }
  return places;
}

function begin(secrets: string[]): void {
  const bytes = Buffer.from(secrets.join("\n"));
  assert.equal(exports.begin!(put(bytes), bytes.length), 1);
}

function masked(text: string): string {
  exports.restart!();
  const bytes = Buffer.from(text, "latin1");
  exports.mask!(put(bytes), bytes.length);
  return out().toString("latin1");
}

function maskedInPieces(pieces: string[]): { text: string; mostHeld: number } {
  exports.restart!();
  let mostHeld = 0;
  pieces.forEach((piece, at) => {
    const bytes = Buffer.from(piece, "latin1");
    mostHeld = Math.max(mostHeld, exports.push!(put(bytes), bytes.length, Number(at === pieces.length - 1)));
  });
  return { text: out().toString("latin1"), mostHeld };
}

/** A text that cannot contain a secret is not changed; of a masked secret nothing is left. */
function assertMasked(text: string, secrets: string[]): string {
  const result = masked(text);
  const what = `${JSON.stringify(secrets)} in ${JSON.stringify(text)}: ${JSON.stringify(result)}`;
  assert.equal(result.length, text.length, what);
  assert.deepEqual(placesOf(result, secrets), [], what);
  const places = placesOf(text, secrets);
  const first = Math.min(...places.map(([from]) => from));
  const last = Math.max(...places.map(([, to]) => to));
  for (let at = 0; at < text.length; at++) {
    if (result[at] === text[at]) continue;
    assert.equal(result[at], "*", what);
    assert.ok(at >= first && at < last, what);
  }
  return result;
}

const KEY = "sk-ABC/d+e=f";
const FORMS = [
  KEY,
  KEY.replaceAll("/", "\\/"),
  KEY.replaceAll("/", "\\\\/"),
  KEY.replaceAll("/", "\\u002f").replaceAll("+", "\\u002B"),
  KEY.replaceAll("/", "\\\\u002F"),
  [...KEY].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  [...KEY].map((letter) => `\\\\\\u00${letter.charCodeAt(0).toString(16).toUpperCase()}`).join(""),
  encodeURIComponent(KEY),
  [...KEY].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join(""),
];

test("each form of a key is masked, with as many asterisks as it has bytes", () => {
  begin([KEY, "another-secret"]);
  for (const form of FORMS) {
    for (const [before, after] of [
      ["", ""],
      ['{"message":"bad ', ' here\\n"}'],
      ["\\n", "\\n"],
      ["s", "sk-"],
      ["sk-AB", "%"],
      [`${"x".repeat(40)}\\\\`, "y".repeat(40)],
      ["\\u00", "\\"],
    ]) {
      const result = assertMasked(before + form + after, [KEY]);
      const stars = /\*+/.exec(result)?.[0].length ?? 0;
      // Backslashes before the first letter belong to it: a half escape would not be an escape.
      assert.ok(stars >= form.length && stars <= form.length + 2, `${before}${form}: ${result}`);
    }
  }
});

test("a text in JSON stays JSON", () => {
  begin([KEY]);
  for (const form of FORMS.filter((form) => !form.includes("%"))) {
    const text = `{"a":"x\\n${form}","b":["${form}\\\\","\\"${form}\\""]}`;
    const value = JSON.parse(masked(text)) as Record<string, unknown>;
    assert.ok(!JSON.stringify(value).includes("ABC"), JSON.stringify(value));
  }
});

test("a key behind backslashes of any number is masked, whatever its letters are escaped with", () => {
  begin([KEY, "another-secret"]);
  for (let count = 0; count < 40; count++) {
    for (const form of FORMS.slice(0, -2)) {
      const text = `{"a":"${"\\".repeat(count)}${form}"}`;
      const result = assertMasked(text, [KEY]);
      assert.ok(!/ABC|u0041/.test(result), result);
      if (isJson(text)) assert.ok(isJson(result), `${text}: ${result}`);
      for (let at = 0; at <= text.length; at++)
        assert.equal(maskedInPieces([text.slice(0, at), text.slice(at)]).text, result, `cut at ${at}`);
    }
  }
});

test("text that only resembles a key is kept", () => {
  begin([KEY, "another-secret"]);
  for (const text of [
    "sk-ABC/d+e=",
    "\\u0073k-abc",
    "100% \\ %4",
    "\\\\\\\\\\\\\\\\",
    "",
    "sk-",
    "%73%6b",
    "another-secre\\u0073",
  ])
    assert.equal(masked(text), text);
});

test("a key of fewer than eight bytes is not looked for", () => {
  const bytes = Buffer.from("1234567\n\nshort");
  assert.equal(exports.begin!(put(bytes), bytes.length), 0);
});

test("the output is the same for a cut at any offset and byte by byte, and at most the length of a key is held", () => {
  for (const secrets of [[KEY], ["aaaaaaaab", "aaaaaaaa"], ["abcdefgh", "efghijkl", "abcdefghij", "cdefghij"]]) {
    begin(secrets);
    const texts = [
      ...FORMS.map((form) => `data: {"m":"${form} sk-${form}\\"}\n\n`),
      "a".repeat(40),
      "abcdefghijklabcdefgh",
    ];
    for (const text of texts) {
      const whole = assertMasked(text, secrets);
      for (let at = 0; at <= text.length; at++)
        assert.equal(maskedInPieces([text.slice(0, at), text.slice(at)]).text, whole, `cut at ${at}`);
      const { text: bytewise, mostHeld } = maskedInPieces([...text]);
      assert.equal(bytewise, whole);
      assert.ok(mostHeld <= 12 * (Math.max(...secrets.map(({ length }) => length)) + 1), `${mostHeld} bytes held`);
    }
  }
});

test("nothing is held after text that begins no key", () => {
  begin([KEY]);
  for (const text of ["data: [DONE]\n\n", `data: ${KEY}`, `${FORMS[5]}`, "\\n", "sk_", "%2f", "\\u002f"]) {
    exports.restart!();
    const bytes = Buffer.from(text);
    assert.equal(exports.push!(put(bytes), bytes.length, 0), 0, text);
    assert.equal(out().length, bytes.length);
  }
  for (const [text, held] of [
    ["data: s", 1],
    ["sk-A", 4],
    ["sk-\\u004", 8],
    ["x\\", 1],
    ["%", 1],
    ["sk-sk-", 3],
  ] as const) {
    exports.restart!();
    const bytes = Buffer.from(text);
    assert.equal(exports.push!(put(bytes), bytes.length, 0), held, text);
  }
});

test("random texts and keys of few letters, escaped at random and cut at random", (t) => {
  const random = new Random(seed());
  t.diagnostic(`SEED=${seed()}`);
  const alphabet = ["a", "a", "b", "u", "0", "6", "1", "%", "\\", "/"];
  const word = (letters: string[], length: number): string =>
    Array.from({ length }, () => random.pick(letters)).join("");
  const escaped = (text: string): string =>
    [...text]
      .map((letter) => {
        const code = letter.charCodeAt(0).toString(16);
        return random.pick([letter, letter, `\\${letter}`, `\\u00${code}`, `%${code}`, `\\\\u00${code}`]);
      })
      .join("");
  for (let round = 0; round < 3_000; round++) {
    const letters = round % 3 === 0 ? alphabet : ["a", "b", "/"];
    const secrets = Array.from({ length: 1 + random.below(7) }, () => word(letters, 8 + random.below(6)));
    // Keys of which one ends inside another.
    if (random.below(3) === 0) secrets.push(secrets[0] + word(letters, 3));
    begin(secrets);
    for (let count = 0; count < 10; count++) {
      let text = "";
      for (let parts = random.below(6); parts > 0; parts--)
        text += random.pick([
          word(alphabet, random.below(9)),
          escaped(random.pick(secrets)),
          random.pick(secrets),
          "\\".repeat(random.below(20)),
          "\n",
        ]);
      const whole = round % 3 === 0 ? masked(text) : assertMasked(text, secrets);
      for (const secret of secrets) assert.ok(!whole.includes(secret), `${secret} in ${whole} of ${text}`);
      const pieces: string[] = [];
      for (let at = 0; at < text.length;) pieces.push(text.slice(at, (at += 1 + random.below(7))));
      assert.equal(maskedInPieces([...pieces, ""]).text, whole, JSON.stringify([secrets, pieces]));
    }
  }
});
