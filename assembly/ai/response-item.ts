import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice } from "../bytes/slice";
import { sseData, sseEnd, sseEvent } from "../sse/encoder";

/** The number of events that `writeItemEvents` appends. */
export const ITEM_EVENTS: i32 = 6;

/**
 * Appends the events of a message in a stream of Responses, at an index of the output; the first one has the number `sequence`. `id` is the content of a
 * JSON string, `text` a JSON string. https://platform.openai.com/docs/api-reference/responses-streaming
 */
export function writeItemEvents(out: ByteBuffer, id: Slice, index: i32, sequence: i32, text: Slice): void {
  writeItem(beginItemEvent(out, "response.output_item.added", sequence, index), id, ABSENT);
  endResponseEvent(out);
  writePart(beginPartEvent(out, "response.content_part.added", sequence + 1, id, index, "part"), ABSENT);
  endResponseEvent(out);
  beginPartEvent(out, "response.output_text.delta", sequence + 2, id, index, "delta").append(text);
  endResponseEvent(out);
  beginPartEvent(out, "response.output_text.done", sequence + 3, id, index, "text").append(text);
  endResponseEvent(out);
  writePart(beginPartEvent(out, "response.content_part.done", sequence + 4, id, index, "part"), text);
  endResponseEvent(out);
  writeItem(beginItemEvent(out, "response.output_item.done", sequence + 5, index), id, text);
  endResponseEvent(out);
}

/** Appends a message of the output with its text; without one (`ABSENT`) it has only begun. `id` and `text` as above. */
export function writeItem(out: ByteBuffer, id: Slice, text: Slice): void {
  const hasText = text != ABSENT;
  out.text('{"id":"').append(id).text('","type":"message","role":"assistant","status":"');
  out.text(hasText ? 'completed","content":[' : 'in_progress","content":[');
  if (hasText) writePart(out, text);
  out.text("]}");
}

/** Begins an event of Responses: what follows is more members, each with a comma before it. */
export function beginResponseEvent(out: ByteBuffer, type: string, sequence: i32): ByteBuffer {
  sseEvent(out, type);
  sseData(out);
  return out.text('{"type":"').text(type).text('","sequence_number":').integer(sequence);
}

/** Ends an event of Responses. */
export function endResponseEvent(out: ByteBuffer): void {
  out.byte(0x7d);
  sseEnd(out);
}

function beginItemEvent(out: ByteBuffer, type: string, sequence: i32, index: i32): ByteBuffer {
  return beginResponseEvent(out, type, sequence).text(',"output_index":').integer(index).text(',"item":');
}

/** Begins an event about the first part of a message, up to the value of its member `name`. */
function beginPartEvent(out: ByteBuffer, type: string, sequence: i32, id: Slice, index: i32, name: string): ByteBuffer {
  beginResponseEvent(out, type, sequence).text(',"item_id":"').append(id).text('","output_index":').integer(index);
  return out.text(',"content_index":0,"').text(name).text('":');
}

/** Without a text (`ABSENT`) it is the part that has only begun. */
function writePart(out: ByteBuffer, text: Slice): void {
  out.text('{"type":"output_text","text":');
  if (text == ABSENT) out.text('""');
  else out.append(text);
  out.text(',"annotations":[]}');
}
