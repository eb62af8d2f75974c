import { Api } from "../../assembly/ai/api";
import {
  writeBlockStop,
  writeDeniedBlock,
  writeDeniedChunk,
  writeDeniedResponse,
  writeMessageStart,
  writeResponseCreated,
} from "../../assembly/ai/denial";
import { writeStreamError } from "../../assembly/ai/stream-error";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";
import { sseDone } from "../../assembly/sse/encoder";

const CODE = String.UTF8.encode("content_blocked");
/** The most choices that are ended. */
const MOST_CHOICES = 128;

/**
 * Appends the end of a stream that is refused: the message and the end of each choice or content block, or an error event where the API has
 * no text for it. `last`: the highest choice, block or output so far, -1 for none, -2 if the client has read no beginning; `isOpen`: the block
 * is not ended. `events`: their number. `head`: the members of `StreamHead`.
 */
export function endDenied(
  out: ByteBuffer,
  api: Api,
  last: i32,
  isOpen: bool,
  events: i32,
  head: Slice,
  message: Slice,
): void {
  if (api == Api.Messages) {
    if (last < -1) writeMessageStart(out);
    if (isOpen) writeBlockStop(out, last);
    writeDeniedBlock(out, max(last, -1) + 1, message);
  } else if (api == Api.ChatCompletions || api == Api.Completions) {
    const count = min(max(last, 0), MOST_CHOICES - 1);
    for (let choice = 0; choice <= count; choice++) {
      writeDeniedChunk(out, api == Api.ChatCompletions, choice, last < 0, head, message);
    }
    sseDone(out);
  } else if (api == Api.Responses) {
    let sequence = events;
    if (last < -1) writeResponseCreated(out, head, sequence++);
    writeDeniedResponse(out, head, max(last, -1) + 1, message, sequence);
  } else writeStreamError(out, api, 400, message, sliceOfBuffer(CODE), events);
}
