import { writeStreamError } from "../../../assembly/ai/stream-error";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { sliceEquals } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { Exchange } from "../exchange";
import { BAD_GATEWAY } from "./response-reply";

const document = new JsonDocument();
const message = new ByteBuffer().text("The provider's stream ended before its response did.");
const code = new ByteBuffer().text("upstream_stream_incomplete");

/** Whether the last event of a stream, which lacks its blank line, was cut within its data. */
export function isCut(event: SseDecoder): bool {
  return event.hasData && !sliceEquals(event.data, "[DONE]") && document.parse(event.data) != JsonError.None;
}

/** Appends the error that ends a stream whose response did not end. `isWithinEvent`: the client has a part of an event. */
export function endBroken(exchange: Exchange, isWithinEvent: bool, out: ByteBuffer): void {
  if (isWithinEvent) out.text("\n\n");
  writeStreamError(out, exchange.api, BAD_GATEWAY, message.slice, code.slice, exchange.events);
}
