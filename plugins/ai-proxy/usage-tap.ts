import { writeError } from "../../assembly/ai/error";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceIncludes } from "../../assembly/bytes/slice";
import { jsonFirst, jsonGet, JsonKind, jsonKind } from "../../assembly/json/value";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { SseDecoder } from "../../assembly/sse/decoder";
import { Exchange } from "./exchange";

const event = new JsonDocument();

/**
 * Looks for usage in a stream that is OpenAI's on both sides. Every event goes on as it came, but the one that only the
 * gateway asked for, which is dropped.
 */
export class UsageTap {
  constructor(private readonly exchange: Exchange) {}

  /** Reads one event; gives whether the client may have it. */
  read(decoder: SseDecoder): bool {
    const data = decoder.data;
    if (!decoder.hasData || !sliceIncludes(data, '"usage"')) return true;
    if (event.parse(data) != JsonError.None) return true;
    const usage = event.get("usage");
    if (jsonKind(usage) != JsonKind.Object) return true;
    this.exchange.usage.read(usage);
    const choices = event.get("choices");
    const isOnlyUsage = jsonKind(choices) == JsonKind.Array && jsonFirst(choices) == ABSENT;
    return !(isOnlyUsage && this.exchange.asksForUsage);
  }
}
