import { Api } from "../../../assembly/ai/api";
import {
  byteAt,
  indexOfByte,
  indexOfText,
  isSpace,
  Slice,
  sliceEquals,
  sliceIncludes,
  sliceSize,
  subslice,
} from "../../../assembly/bytes/slice";
import { SseDecoder } from "../../../assembly/sse/decoder";

const COLON = 0x3a;
const QUOTE = 0x22;
/** The type of an event stands among its first bytes. */
const HEAD_BYTES = 64;

/** Whether the end of the API's streams can be told from their events. */
export function hasKnownEnd(api: Api): bool {
  return api == Api.ChatCompletions || api == Api.Completions || api == Api.Responses || api == Api.Messages;
}

/**
 * Whether an event says that the response is whole, or why it is not: `[DONE]` or a finish reason of a chat, the last event
 * of a response or a message, an error.
 */
export function endsResponse(api: Api, event: SseDecoder): bool {
  if (sliceEquals(event.event, "error")) return true;
  if (api == Api.Messages) return names(event, "message_stop", '"message_stop"') || names(event, "error", '"error"');
  if (api == Api.Responses) {
    return (
      names(event, "response.completed", '"response.completed"') ||
      names(event, "response.incomplete", '"response.incomplete"') ||
      names(event, "response.failed", '"response.failed"') ||
      names(event, "error", '"error"')
    );
  }
  return sliceEquals(event.data, "[DONE]") || hasText(event.data, '"finish_reason"') || isError(event.data);
}

/** Whether the event is of a type, by its own line or by its data. */
function names(event: SseDecoder, type: string, quoted: string): bool {
  return sliceEquals(event.event, type) || sliceIncludes(subslice(event.data, 0, HEAD_BYTES), quoted);
}

/** Whether one of the members of this name (with its quotes) has a text that is not empty. */
function hasText(json: Slice, name: string): bool {
  for (let at = indexOfText(json, name); at >= 0; at = indexOfText(json, name, at)) {
    at = skip(json, at + name.length, COLON);
    if (at < sliceSize(json) && byteAt(json, at) == QUOTE && indexOfByte(json, QUOTE, at + 1) > at + 1) return true;
  }
  return false;
}

/** Whether an object begins with the member `error`. */
function isError(json: Slice): bool {
  const at = indexOfText(subslice(json, 0, HEAD_BYTES), '"error"');
  if (at < 1) return false;
  for (let i = 1; i < at; i++) if (!isSpace(byteAt(json, i))) return false;
  return true;
}

/** The position behind white space and one byte. */
function skip(text: Slice, from: i32, byte: u32): i32 {
  let at = from;
  while (at < sliceSize(text) && (isSpace(byteAt(text, at)) || byteAt(text, at) == byte)) at++;
  return at;
}
