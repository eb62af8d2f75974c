import { Api } from "../../assembly/ai/api";
import { CACHE_HEADER, MODEL_HEADER, PROVIDER_HEADER } from "../../assembly/ai/contract";
import { errorBodyOf } from "../../assembly/ai/refusal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { isHeaderValue } from "../../assembly/bytes/header-value";
import { ABSENT, Slice, sliceSize } from "../../assembly/bytes/slice";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { sendLocalReply, sendReplyOf } from "../../assembly/host/reply";
import { unescapeJson } from "../../assembly/json/string";
import { AiCacheConfig } from "./config";
import { Entry } from "./entry/entry";
import { isText, replayOf, writeTemplate } from "./entry/replay";
import { hits } from "./metrics";
import { noteFree, noteHit } from "./pass-state";
import { CachedRequest } from "./request/cached-request";
import { semanticHits } from "./semantic/notes";

/** Response header of a hit that was found by meaning. */
const MATCH_HEADER = "x-ai-cache-match";
const KEPT_BYTES: i32 = 64 << 10;
const GATEWAY_TIMEOUT = 504;

const body = new ByteBuffer();
const value = new ByteBuffer();
const headers = new HeaderPairs();
/** The headers that every hit has, but its age. */
const wholeHeaders = new HeaderPairs()
  .addText(CACHE_HEADER, "hit")
  .addText("content-type", "application/json; charset=utf-8");
const streamHeaders = new HeaderPairs()
  .addText(CACHE_HEADER, "hit")
  .addText("content-type", "text/event-stream; charset=utf-8");
const details = new ByteBuffer().text("ai-cache.hit");
const message = new ByteBuffer().text(
  "Nothing is stored for this request, and Cache-Control: only-if-cached forbids another.",
);

/** Replies with a stored response, `age` seconds old; `isSimilar`: to a question that means the same. Returns `false`, and nothing is sent, if it cannot be read. */
export function replyWith(
  entry: Entry,
  config: AiCacheConfig,
  api: Api,
  request: CachedRequest,
  age: i64,
  isSimilar: bool,
): bool {
  const isStream = request.isStream;
  const template = isStream ? config.streamTemplate : config.template;
  let response = replayOf(entry.response, api, request, body);
  if (response == ABSENT) return false;
  if (template !== null && api == Api.ChatCompletions && isText(entry.response)) {
    body.clear();
    writeTemplate(entry.response, template, body);
    response = body.slice;
  }
  value.clear();
  headers
    .clear()
    .addAll(isStream ? streamHeaders : wholeHeaders)
    .add("age", value.integer(age).slice);
  if (isSimilar) headers.addText(MATCH_HEADER, "semantic");
  addHeader(PROVIDER_HEADER, entry.provider);
  addHeader(MODEL_HEADER, entry.model);
  hits.add();
  if (isSimilar) semanticHits.add();
  noteHit();
  noteFree();
  sendReplyOf(200, details.slice, response, headers);
  body.release(KEPT_BYTES);
  return true;
}

/** Refuses a request of which nothing is stored; `result`: what the cache's header says. */
export function replyNotCached(api: Api, result: string): void {
  const text = errorBodyOf(api == Api.Messages, GATEWAY_TIMEOUT, message.slice, "not_cached");
  headers.clear().addText(CACHE_HEADER, result);
  sendLocalReply(GATEWAY_TIMEOUT, "ai-cache.not_cached", "application/json", text, headers);
}

function addHeader(name: string, text: Slice): void {
  if (!sliceSize(text)) return;
  value.clear();
  unescapeJson(text, value);
  if (isHeaderValue(value.slice)) headers.add(name, value.slice);
}
