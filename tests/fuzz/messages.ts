// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from "node:zlib";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";
import type { Random } from "../unit/random.ts";
import { corpusOf } from "./corpus.ts";
import { nativePlaces, openAiPlaces } from "./response-shapes.ts";
import { chatObjects, chatPlaces, objects, repeated, shapes } from "./shapes.ts";
import { mutateJson, mutateStream, pieces } from "./mutate.ts";
import { GATEWAY_KEY, type Target } from "./targets.ts";

/** A request as a hostile client sends it. */
export interface Attack {
  method: string;
  path: string;
  headers: HeaderPair[];
  body: Buffer;
  chunks: Buffer[];
  trailers: HeaderPair[] | null;
  /** The client disconnects after this number of steps. */
  leavesAfter: number;
}

/** The prefix of every client credential. */
export const CLIENT_KEY = "sk-client-";

const PATHS = [
  "/v1/embeddings",
  "/v1/completions",
  "/v1/models",
  "/v1/models/a%2Fb",
  "/v1/responses",
  "/v1/files/file-1/content",
  "/v1/batches/b/cancel",
  "/v1/images/generations",
  "/v1/audio/transcriptions",
  "/v1/messages",
  "/v1/reranks",
  "/v1/realtime?model=x",
  "/",
  "/anything?a=b",
];
const PATH_PIECES = [
  "/",
  "//",
  "..",
  "%",
  "%00",
  "%2e%2e/",
  "?",
  "&",
  "#",
  ";",
  "\\",
  "@",
  ":",
  "{file_id}",
  "~",
  "\u00ff",
  "x".repeat(3000),
];
const TYPES = [
  "application/json; charset=utf-8",
  "text/plain",
  "multipart/form-data; boundary=x",
  "text/event-stream",
  "",
  "JSON",
  "a".repeat(500),
];
const CREDENTIALS = [
  "authorization",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
  "x-authorization",
  "proxy-authorization",
];
const PARAMETERS = ["key", "api-key", "API_KEY", "apikey", "acc%65ss_token", "x-api-key", "authorization"];
const NAMES = [
  "accept",
  "accept-encoding",
  "x-dashscope-sse",
  "x-mse-consumer",
  "x-custom",
  "cookie",
  "traceparent",
  "te",
  "expect",
];
const VALUES = [
  "",
  " ",
  "a",
  "enable",
  "text/event-stream",
  "gzip, br",
  "\t",
  "\u0080\u00ff",
  "a,b,,c",
  "x".repeat(4000),
  "Bearer ",
  "{}",
  '"\\',
];

/** One in this number of messages is wide, up to this number of bytes. */
const WIDE = 30;
const WIDEST = 6_000;

const anyOf = <T>(record: Record<string, T>, random: Random): T => random.pick(Object.values(record));
const sizeOf = (random: Random): number => 40 + random.below(WIDEST);

/** A chat with many fields, many elements, or long texts somewhere. */
function wideChat(random: Random): string {
  if (random.below(3) === 0) return anyOf(chatObjects, random)(anyOf(objects, random), sizeOf(random));
  return anyOf(chatPlaces, random)(anyOf(shapes, random)(sizeOf(random)));
}

/** A response with such a value somewhere, in the target's format. */
function wideResponse({ corpus }: Target, random: Random, most: number): string {
  const places = corpus === "qwen" ? nativePlaces : openAiPlaces;
  return anyOf(places, random)(anyOf(shapes, random)(40 + random.below(most)));
}

/** Wide events, or many smaller ones. */
function wideStream(target: Target, random: Random): string {
  const event = (most: number): string => `data: ${wideResponse(target, random, most)}\n\n`;
  return random.below(2) > 0 ? event(WIDEST) : repeated(event(400), sizeOf(random));
}

/** A request for one of the target's APIs, mostly a chat. */
export function attack(target: Target, random: Random): Attack {
  const corpus = corpusOf(target);
  const text = random.below(WIDE) > 0 ? random.pick(corpus.requests) : wideChat(random);
  const body = random.below(40) === 0 ? Buffer.alloc(0) : mutateJson(text, random);
  const chunks = body.length === 0 ? [] : pieces(body, random);
  const path = pathOf(random);
  return {
    method: random.below(30) > 0 ? "POST" : random.pick(["GET", "HEAD", "PUT", "OPTIONS", "post", "X"]),
    path,
    headers: headersOf(body, random),
    body,
    chunks,
    trailers: random.below(25) === 0 ? [["x-trailer", "t"]] : null,
    leavesAfter: random.below(20) === 0 ? random.below(12) : Infinity,
  };
}

function pathOf(random: Random): string {
  const api = random.below(6) > 0 ? "/v1/chat/completions" : random.pick(PATHS);
  const key = `${random.pick(PARAMETERS)}=${CLIENT_KEY}${random.below(9)}`;
  const path =
    random.below(10) > 0 ? api : `${api}${api.includes("?") ? "&" : "?"}${random.pick(["", "a=b&"])}${key}&c`;
  if (random.below(8) > 0) return path;
  const at = 1 + random.below(path.length);
  return path.slice(0, at) + random.pick(PATH_PIECES) + path.slice(at + random.below(3));
}

function headersOf(body: Buffer, random: Random): HeaderPair[] {
  const headers: HeaderPair[] = [];
  if (random.below(4) > 0)
    headers.push(["content-type", random.below(5) > 0 ? "application/json" : random.pick(TYPES)]);
  if (random.below(2) > 0) headers.push(["content-length", String(body.length)]);
  for (let count = random.below(3); count > 0; count--) {
    headers.push([
      random.pick(CREDENTIALS),
      random.pick(["Bearer ", "bearer ", "", "Basic "]) + CLIENT_KEY + random.below(9),
    ]);
  }
  for (let count = random.below(4); count > 0; count--) headers.push([random.pick(NAMES), random.pick(VALUES)]);
  if (random.below(200) === 0) for (let count = 0; count < 100; count++) headers.push([`x-${count}`, "v"]);
  return headers;
}

/** An API key of the gateway, plain or with each letter escaped. */
function keyOf(random: Random): string {
  const key = `${GATEWAY_KEY}${1 + random.below(2)}`;
  if (random.below(2)) return key;
  return [...key].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join("");
}

/** Inserts an API key of the gateway at the start of a string, or anywhere. */
function planted(body: Buffer, random: Random): Buffer {
  const text = body.toString("latin1");
  const strings = [...text.matchAll(/"[^"\\]+"(?!\s*:)/g)];
  const at = strings.length > 0 && random.below(4) > 0 ? random.pick(strings).index + 1 : random.below(text.length + 1);
  return Buffer.from(text.slice(0, at) + keyOf(random) + text.slice(at), "latin1");
}

const STATUSES = [201, 202, 204, 206, 304, 400, 401, 404, 429, 500, 502, 503, 529, 599];

/** The response of a broken or hostile provider; `streams` says whether a stream was requested. */
export function providerReply(target: Target, streams: boolean, random: Random): ProviderReply {
  const corpus = corpusOf(target);
  const status = random.below(4) > 0 ? 200 : random.pick(STATUSES);
  const isStream = random.below(12) === 0 ? !streams : streams;
  const isWide = random.below(WIDE) === 0;
  let body: Buffer;
  if (status >= 400 || random.below(25) === 0) body = mutateJson(random.pick(corpus.errors), random);
  else if (isStream) body = mutateStream(isWide ? wideStream(target, random) : random.pick(corpus.streams), random);
  else body = mutateJson(isWide ? wideResponse(target, random, WIDEST) : random.pick(corpus.responses), random);
  const headers: HeaderPair[] = [];
  if (target.hasKey && random.below(6) === 0) {
    body = planted(body, random);
    if (random.below(2)) headers.push([random.pick(["x-debug", "set-cookie", "location"]), `a=${keyOf(random)}`]);
  }
  const type = isStream ? "text/event-stream;charset=UTF-8" : "application/json";
  if (random.below(15) > 0) headers.push(["content-type", random.below(12) > 0 ? type : random.pick(TYPES)]);
  if (random.below(40) === 0) {
    headers.push(["content-encoding", random.pick(["gzip", "identity", "br", "", "x"])]);
    body = gzipSync(body);
  }
  if (random.below(5) === 0) headers.push(["retry-after", random.pick(VALUES)]);
  if (random.below(9) === 0) headers.push(["x-ai-provider", "forged"], ["x-ai-model", "forged"]);
  const chunks = status === 204 || status === 304 || random.below(40) === 0 ? [] : pieces(body, random);
  const end = random.below(12) === 0 ? random.pick(["cut", "hang", "refuse"] as const) : "clean";
  if (end === "clean" && random.below(3) === 0) headers.push(["content-length", String(Buffer.concat(chunks).length)]);
  return { status, headers, chunks, end, ...(random.below(25) === 0 ? { trailers: [["x-took", "1"]] } : {}) };
}
