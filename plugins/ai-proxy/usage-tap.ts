import { ByteBuffer } from "../../assembly/bytes/buffer";
import {
  ABSENT,
  byteAt,
  indexOfText,
  isSpace,
  Slice,
  sliceEnd,
  sliceSize,
  sliceStart,
  subslice,
} from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { tokenAt } from "../../assembly/json/token";
import { jsonFirst, jsonGet, jsonKind, JsonKind } from "../../assembly/json/value";
import { SseDecoder } from "../../assembly/sse/decoder";
import { Exchange } from "./exchange";

const COLON = 0x3a;
const OPEN = 0x7b;
/** How much of a body's end is looked at: providers write the usage behind the choices. */
const TAIL_BYTES = 4096;

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

/** The end of a body that passes by, in which the usage stands. */
export class BodyTail {
  private readonly bytes: ByteBuffer = new ByteBuffer();

  /** Keeps the end of what has passed. */
  push(chunk: Slice): void {
    const kept = subslice(chunk, sliceSize(chunk) - TAIL_BYTES);
    const excess = this.bytes.size + sliceSize(kept) - TAIL_BYTES;
    if (excess > 0) this.bytes.dropFront(min(excess, this.bytes.size));
    this.bytes.append(kept);
  }

  /** Reads the last usage object of the body, if there is one. */
  read(exchange: Exchange): void {
    const tail = this.bytes.slice;
    let object = -1;
    for (let at = usageObjectAt(tail, 0); at >= 0; at = usageObjectAt(tail, at)) object = at;
    if (object < 0) return;
    const usage = tokenAt(sliceStart(tail) + object, sliceEnd(tail));
    if (document.parse(usage) == JsonError.None) exchange.usage.read(document.root);
  }

  /** Gives the memory back. */
  dispose(): void {
    this.bytes.dispose();
  }
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
