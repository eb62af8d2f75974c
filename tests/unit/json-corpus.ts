import { Random } from "./random.ts";

/** Valid texts that mutations start from: requests, responses, and unusual parts of the grammar. */
const TEXTS = [
  `{"model":"qwen-max","messages":[{"role":"user","content":"Hello, \\"you\\""}],"stream":true,"temperature":0.7}`,
  `{ "model" : "gpt-4o" ,\r\n\t"messages" : [ { "role" : "system" , "content" : "你好，世界 😀" } ] , "n" : 1 }`,
  `{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"\\u4f60\\u597d \\ud83d\\ude00"},"finish_reason":null}]}`,
  `{"usage":{"prompt_tokens":12345678901234567890,"completion_tokens":1e3,"total":-0.0,"cost":1.5E-7}}`,
  `{"a":{"b":{"c":[[[[]]],[{}],{"d":[1,2,3,[4,5,{"e":null}]]}]}},"f":false,"t":true}`,
  `[1,-1,0,-0,0.5,1e5,1E+5,1e-5,123456789,true,false,null,"",{},[]]`,
  `["\\"","\\\\","\\/","\\b\\f\\n\\r\\t","\\u0000","\\u001f","\\ud800","\\udc00","\\ud83d\\ude00","\\uDBFF\\uDFFF"]`,
  `{"":1,"\\u0061":2,"a b":3,"key with a rather long name, past sixteen bytes":4,"é":5,"日本語":6,"\\n":7}`,
  `"plain text of more than sixteen bytes and then some more to fill another block, and an end"`,
  `"é߿ࠀ퟿\uffff\u{10000}\u{10ffff} ASCII between 漢字仮名交じり文 and behind"`,
  `{"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}],"tool_choice":"auto"}`,
  `{"x":"0123456789abcde\\n0123456789abcdef\\u00e9","y":"0123456789abcdef\\\\","z":"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"}`,
  `   \n\t\r  {"a":1}   \r\n`,
  ` 0 `,
  `-12.5e+10`,
  `null`,
  `""`,
  `{}`,
  `[]`,
];

const CORPUS = TEXTS.map((text) => Buffer.from(text));

/** Bytes with a meaning in the grammar or in UTF-8, inserted at random positions. */
const PIECES = [
  ...'{}[],:"\\/ \n\t\r0123456789-+.eEtfnul',
  ...[
    '""',
    "null",
    "true",
    "false",
    "{}",
    "[]",
    '"a":',
    '"a":1,',
    "1e5",
    "-0",
    "00",
    "1.",
    ".5",
    "\\u",
    "\\u12",
    "\\ud800",
  ],
  ...[
    "\\udc00",
    "\\x",
    "\\u00e9",
    "é",
    "漢",
    "😀",
    "\u2028",
    "\u007f",
    "\ufeff",
    "NaN",
    "Infinity",
    "//",
    "'",
    "[[[[",
    "]]]]",
  ],
].map((text) => Buffer.from(text));

const MALFORMED = [
  [0x00], [0x01], [0x1f], [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf], [0xe2, 0x82],
  [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xef, 0xbf], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf], [0xf0, 0x9f, 0x98],
  [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0xfe],
].map((bytes) => Buffer.from(bytes)); // prettier-ignore

/** A document for the validator: one of the texts, mutated up to four times, often invalid. */
export function mutated(random: Random): Buffer {
  let bytes: Buffer = random.pick(CORPUS);
  for (let n = random.below(5); n > 0; n--) bytes = mutate(bytes, random);
  return bytes;
}

/** The text with one mutation. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const size = random.below(Math.min(bytes.length - at + 1, 12));
  const before = bytes.subarray(0, at);
  switch (random.below(10)) {
    case 0:
      return Buffer.concat([before, bytes.subarray(at + size)]);
    case 1:
      return Buffer.concat([before, random.pick(MALFORMED), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([before, bytes.subarray(at, at + size), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([before, random.pick(CORPUS), bytes.subarray(at)]);
    case 4:
      return before;
    case 5:
      return Buffer.concat([before, Buffer.from([random.below(256)]), bytes.subarray(at + 1)]);
    case 6:
      return Buffer.concat([
        before,
        Buffer.alloc(random.below(40), random.pick([0x20, 0x61, 0x30, 0x5c, 0x5b])),
        bytes.subarray(at),
      ]);
    case 7:
      return Buffer.concat([before, random.pick(PIECES), bytes.subarray(at + size)]);
    default:
      return Buffer.concat([before, random.pick(PIECES), bytes.subarray(at)]);
  }
}

const KEYS = [
  "a",
  "b",
  "model",
  "stream",
  "stream_options",
  "漢",
  "",
  'q"uote',
  "back\\slash",
  "\n",
  "a key of more than sixteen bytes",
];
const STRINGS = [
  "",
  "x",
  "Hello",
  "漢字 and 😀",
  'quo"te\\',
  "\u0000\u001f\u007f",
  "sixteen bytes ok",
  "a somewhat longer text, past two blocks",
];
const SPACES = ["", "", "", " ", "\n", "\t", "\r\n", "  ", "\n      "];

/** A random value of the test. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A random value; `depth` limits the nesting. */
export function randomValue(random: Random, depth: number): Json {
  switch (random.below(depth > 0 ? 8 : 5)) {
    case 0:
      return random.pick([null, true, false]);
    case 1:
      return random.pick([0, -1, 1.5, 1e21, 1e-7, 123456789, random.below(1e9)]);
    case 5:
      return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
    case 6:
    case 7:
      return randomObject(random, depth - 1);
    default:
      return random.pick(STRINGS);
  }
}

/** A random object. */
export function randomObject(random: Random, depth: number): { [key: string]: Json } {
  const object: { [key: string]: Json } = {};
  for (let n = random.below(6); n > 0; n--) object[random.pick(KEYS)] = randomValue(random, depth);
  return object;
}

/** One of the keys that random objects have. */
export function randomKey(random: Random): string {
  return random.pick(KEYS);
}

/** The value as JSON with random white space, and with some strings written with escapes. */
export function spaced(value: Json, random: Random): string {
  const space = () => random.pick(SPACES);
  if (typeof value === "string") return spelled(value, random);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value))
    return `[${space()}${value.map((e) => spaced(e, random)).join(`${space()},${space()}`)}${space()}]`;
  const members = Object.entries(value).map(
    ([key, element]) => `${spelled(key, random)}${space()}:${space()}${spaced(element, random)}`,
  );
  return `{${space()}${members.join(`${space()},${space()}`)}${space()}}`;
}

function spelled(text: string, random: Random): string {
  if (random.below(4) > 0) return JSON.stringify(text);
  const escapes = [...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`);
  return `"${escapes.join("")}"`;
}
