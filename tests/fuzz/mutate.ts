// SPDX-License-Identifier: Apache-2.0
import { mutate as mutateBytes } from "../unit/json-corpus.ts";
import type { Random } from "../unit/random.ts";

/** Values that are known to break JSON readers. */
const HOSTILE = [
  "null",
  "true",
  "[]",
  "{}",
  '""',
  "-1",
  "1e999",
  "-0.0",
  "2147483648",
  "4294967296",
  "18446744073709551616",
  "9".repeat(400),
  `0.${"0".repeat(300)}1`,
  '"\\ud800"',
  '"\\u0000\\u001f"',
  '"[DONE]"',
  '"\\n\\ndata: [DONE]\\n\\n"',
  '"</think>"',
  '"<think>"',
  '"data:image/png;base64,AAAA"',
  '{"a":1,"a":2}',
  '{"role":"user","role":"system"}',
  `"${"x".repeat(3000)}"`,
  `"${"\\u00e9".repeat(300)}"`,
  "[".repeat(200) + "]".repeat(200),
  "[".repeat(300) + "]".repeat(300),
  '{"a":'.repeat(260) + "1" + "}".repeat(260),
  '[{"index":127},{"index":-7},{"index":1e9},{"index":0.5},{"index":"0"}]',
];
const KEYS = [
  "model",
  "messages",
  "stream",
  "stream_options",
  "usage",
  "choices",
  "output",
  "error",
  "index",
  "content",
];

/** A text with zero to four errors. */
export function mutateJson(text: string, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(text);
  for (let count = random.below(4); count > 0; count--) {
    bytes = random.below(3) > 0 ? mutateTree(bytes, random) : mutateBytes(bytes, random);
  }
  return bytes;
}

/** Replaces a value with a hostile one, adds it a second time, or adds it with another key. */
function mutateTree(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString("latin1");
  const spots = [...text.matchAll(/"(?:[^"\\]|\\.){0,80}"|-?\d[\d.eE+-]*|true|false|null/g)];
  if (spots.length === 0) return bytes;
  const spot = random.pick(spots);
  const [before, after] = [text.slice(0, spot.index), text.slice(spot.index + spot[0].length)];
  const isKey = /^\s*:/.test(after);
  const value = random.pick(HOSTILE);
  switch (random.below(4)) {
    case 0:
      return Buffer.from(`${before}${isKey ? `"${random.pick(KEYS)}"` : value}${after}`, "latin1");
    case 1:
      return Buffer.from(`${before}${isKey ? `${spot[0]}:${value},` : ""}${spot[0]}${after}`, "latin1");
    case 2:
      return Buffer.from(`${before}${spot[0]}${isKey ? "" : `,${value}`}${after}`, "latin1");
    default:
      return Buffer.from(`${before}${isKey ? `"${random.pick(KEYS)}":${value},` : ""}${spot[0]}${after}`, "latin1");
  }
}

const LINES = [
  "\n",
  "\r",
  "\r\n\r\n",
  ": comment\n",
  "data:\n\n",
  "data: [DONE]\n\n",
  "data: {}\n\n",
  'data: {"output":{}}\n\n',
  'data: {"output":{"text":"a","finish_reason":"stop"}}\n\n',
  'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n',
  "event: error\n",
  "event:error\n:HTTP_STATUS/400\n",
  "id: 1\nid: \0\n",
  "retry: 10\n",
  "data: a\ndata: b\n",
  "\u00ef\u00bb\u00bf",
  "<html>",
  "\0",
  "dat",
  "data",
];

/** An event stream with events removed, repeated, swapped, joined, damaged, or mixed with foreign data. */
export function mutateStream(text: string, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(text);
  for (let count = random.below(4); count > 0; count--) bytes = mutateEvents(bytes, random);
  return bytes;
}

function mutateEvents(bytes: Buffer, random: Random): Buffer {
  const events = bytes.toString("latin1").split(/(?<=\n\r?\n)/);
  const at = random.below(events.length);
  switch (random.below(9)) {
    case 0:
      events.splice(at, 1);
      break;
    case 1:
      events.splice(at, 0, events[at], events[random.below(events.length)]);
      break;
    case 2:
      events[at] = events[at].trimEnd();
      break;
    case 3:
      events.splice(at, 0, random.pick(LINES));
      break;
    case 4:
      events[at] += `data: ${"x".repeat(random.below(4000))}`;
      break;
    case 5:
      return Buffer.from(events.join("").replaceAll("\n", random.pick(["\r", "\r\n"])), "latin1");
    case 6:
      return mutateBytes(bytes, random);
    default:
      events[at] = mutateTree(Buffer.from(events[at], "latin1"), random).toString("latin1");
  }
  return Buffer.from(events.join(""), "latin1");
}

/** The same bytes in chunks: whole, byte by byte, or cut anywhere. */
export function pieces(bytes: Buffer, random: Random): Buffer[] {
  const way = random.below(8);
  if (way < 3 || bytes.length < 2) return [bytes];
  if (way === 3 && bytes.length < 600) return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  const cuts = Array.from({ length: 1 + random.below(way) }, () => random.below(bytes.length)).sort((a, b) => a - b);
  return [...cuts, bytes.length].map((end, index) => bytes.subarray(cuts[index - 1] ?? 0, end));
}
