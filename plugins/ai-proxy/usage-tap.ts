import { ABSENT, byteAt, indexOfText, isSpace, Slice, sliceSize } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { jsonFirst, jsonKind, JsonKind } from "../../assembly/json/value";
import { SseDecoder } from "../../assembly/sse/decoder";
import { Exchange } from "./exchange";

const COLON = 0x3a;
const OPEN = 0x7b;

const document = new JsonDocument();

/**
 * Looks for usage in an event that is OpenAI's on both sides. Gives whether the client may have the event: the one that
 * only the gateway asked for is dropped.
 */
export function tapEvent(exchange: Exchange, decoder: SseDecoder): bool {
  const data = decoder.data;
  // Where usage was asked for, every event names it, but for all of them except one it is null.
  if (!decoder.hasData || usageObjectAt(data, 0) < 0) return true;
  if (document.parse(data) != JsonError.None) return true;
  const usage = document.get("usage");
  if (jsonKind(usage) != JsonKind.Object) return true;
  exchange.usage.read(usage);
  const choices = document.get("choices");
  const isOnlyUsage = jsonKind(choices) == JsonKind.Array && jsonFirst(choices) == ABSENT;
  return !(isOnlyUsage && exchange.asksForUsage);
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
