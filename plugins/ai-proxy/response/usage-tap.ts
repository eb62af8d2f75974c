import { Api } from "../../../assembly/ai/api";
import { ABSENT, byteAt, indexOfText, isSpace, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { jsonFirst, jsonGet, jsonKind, JsonKind } from "../../../assembly/json/value";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { Exchange } from "../exchange";
import { endsResponse } from "./stream-end";

const COLON = 0x3a;
const OPEN = 0x7b;

const document = new JsonDocument();

/** Whether responses of the API report token usage. */
export function tellsUsage(api: Api): bool {
  return (
    api == Api.ChatCompletions ||
    api == Api.Completions ||
    api == Api.Embeddings ||
    api == Api.Responses ||
    api == Api.Messages
  );
}

/**
 * Looks for usage, and for the end of the response, in an event that is in the client's protocol already. Returns whether the
 * client may have the event: the one that only the gateway asked for is dropped.
 */
export function tapEvent(exchange: Exchange, decoder: SseDecoder): bool {
  const data = decoder.data;
  if (!decoder.hasData) return true;
  exchange.events++;
  if (!exchange.isComplete && endsResponse(exchange.api, decoder)) exchange.isComplete = true;
  // Where usage was asked for, every event names it, but for all of them except one it is null.
  if (usageObjectAt(data, 0) < 0) return true;
  if (document.parse(data) != JsonError.None) return true;
  const usage = usageOf(exchange.api);
  if (usage == ABSENT) return true;
  exchange.usage.read(usage);
  const choices = document.get("choices");
  const isOnlyUsage = jsonKind(choices) == JsonKind.Array && jsonFirst(choices) == ABSENT;
  return !(isOnlyUsage && exchange.asksForUsage);
}

/** The usage object of an event; the first event of a message has it below `message`, a response's below `response`. */
function usageOf(api: Api): Slice {
  let usage = document.get("usage");
  if (api == Api.Responses) usage = jsonGet(document.get("response"), "usage");
  else if (api == Api.Messages && usage == ABSENT) usage = jsonGet(document.get("message"), "usage");
  return jsonKind(usage) == JsonKind.Object ? usage : ABSENT;
}

/** The position of the `{` of the first `"usage": {` at or after `from`; -1 if none. */
function usageObjectAt(text: Slice, from: i32): i32 {
  for (let at = indexOfText(text, '"usage"', from); at >= 0; at = indexOfText(text, '"usage"', at)) {
    at += 7;
    let next = skipSpace(text, at);
    if (next == sliceSize(text) || byteAt(text, next) != COLON) continue;
    next = skipSpace(text, next + 1);
    if (next < sliceSize(text) && byteAt(text, next) == OPEN) return next;
  }
  return -1;
}

function skipSpace(text: Slice, from: i32): i32 {
  let at = from;
  while (at < sliceSize(text) && isSpace(byteAt(text, at))) at++;
  return at;
}
