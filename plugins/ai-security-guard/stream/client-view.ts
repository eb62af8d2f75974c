import { Api } from "../../../assembly/ai/api";
import { hasFinished } from "../../../assembly/ai/choice-end";
import {
  writeBlockStop,
  writeDeniedBlock,
  writeDeniedChunk,
  writeDeniedResponse,
  writeMessageStart,
  writeResponseCreated,
} from "../../../assembly/ai/denial";
import { writeStreamError } from "../../../assembly/ai/stream-error";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { readU64 } from "../../../assembly/bytes/integers";
import { ABSENT, Slice, sliceEquals } from "../../../assembly/bytes/slice";
import {
  jsonContent,
  jsonFirst,
  jsonGet,
  jsonInteger,
  JsonKind,
  jsonKind,
  jsonNext,
} from "../../../assembly/json/value";
import { sseDone } from "../../../assembly/sse/encoder";

/** The most choices that are ended. */
const MOST_CHOICES: i64 = 64;

/** The size of a copy of it. */
export const VIEW_SIZE: i32 = 32;

/** What the client of a stream has begun to read, and must be ended. */
export class ClientView {
  /** The choices that have begun and not ended, and those that have begun, one bit each. `seen` is 1 if Messages or Responses have begun. */
  private open: u64 = 0;
  private seen: u64 = 0;
  /** The last content block of Messages, twice, plus 1 if it is open, or output of Responses, twice; -2 before the first. */
  private block: i64 = -2;
  private events: i64 = 0;

  /** Reads the next event. Returns whether a choice, or the stream, ends with it. */
  read(json: Slice, type: Slice): bool {
    this.events++;
    const choices = jsonGet(json, "choices");
    if (jsonKind(choices) == JsonKind.Array) return this.readChoices(choices);
    if (sliceEquals(type, "message_start") || sliceEquals(type, "response.created")) this.seen = 1;
    else if (sliceEquals(type, "content_block_start")) this.block = jsonInteger(jsonGet(json, "index")) * 2 + 1;
    else if (sliceEquals(type, "response.output_item.added"))
      this.block = jsonInteger(jsonGet(json, "output_index")) * 2;
    else if (sliceEquals(type, "content_block_stop")) {
      this.block = jsonInteger(jsonGet(json, "index")) * 2;
      return true;
    }
    return isLast(type);
  }

  /** Appends a copy. */
  save(out: ByteBuffer): void {
    out.u64(this.open).u64(this.seen).u64(this.block).u64(this.events);
  }

  /** Becomes the copy at an offset. */
  load(from: Slice, at: i32): void {
    this.open = readU64(from, at);
    this.seen = readU64(from, at + 8);
    this.block = <i64>readU64(from, at + 16);
    this.events = <i64>readU64(from, at + 24);
  }

  /**
   * Appends the end of a stream that is refused: `message` and the end of each open choice or block, or an incomplete response. A client that
   * has read no beginning gets one, too. `head`: the members of `StreamHead`. `guardrail`: what stands beside the message in a choice, or `ABSENT`.
   */
  writeDenial(out: ByteBuffer, api: Api, head: Slice, message: Slice, guardrail: Slice): void {
    if (api == Api.Messages) {
      if (!this.seen) writeMessageStart(out);
      if (this.block & 1) writeBlockStop(out, <i32>(this.block >> 1));
      writeDeniedBlock(out, <i32>(this.block >> 1) + 1, message);
    } else if (api == Api.Responses) {
      let sequence = <i32>this.events;
      if (!this.seen) writeResponseCreated(out, head, sequence++);
      writeDeniedResponse(out, head, <i32>(this.block >> 1) + 1, message, sequence);
    } else {
      const isChat = api != Api.Completions;
      for (let i: i64 = 0; i < MOST_CHOICES; i++)
        if ((this.open >> i) & 1) writeDeniedChunk(out, isChat, <i32>i, false, head, message, guardrail);
      if (!this.seen) writeDeniedChunk(out, isChat, 0, true, head, message, guardrail);
      sseDone(out);
    }
  }

  /** Appends the end of a stream that cannot be checked. */
  writeError(out: ByteBuffer, api: Api, status: i32, message: Slice, code: Slice): void {
    writeStreamError(out, api, status, message, code, <i32>this.events);
  }

  /** Forgets the stream. */
  reset(): void {
    this.open = 0;
    this.seen = 0;
    this.block = -2;
    this.events = 0;
  }

  private readChoices(choices: Slice): bool {
    let ends = false;
    for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
      const index = jsonInteger(jsonGet(choice, "index"), 0);
      if (<u64>index >= <u64>MOST_CHOICES) continue;
      const bit = (<u64>1) << index;
      this.seen |= bit;
      this.open |= bit;
      if (!hasFinished(choice)) continue;
      this.open &= ~bit;
      ends = true;
    }
    return ends;
  }
}

/** The type of an event of Messages or Responses. */
export function typeOf(json: Slice): Slice {
  return jsonContent(jsonGet(json, "type"));
}

function isLast(type: Slice): bool {
  if (sliceEquals(type, "message_stop") || sliceEquals(type, "response.completed")) return true;
  return sliceEquals(type, "response.incomplete") || sliceEquals(type, "response.failed");
}
