import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, byteAt, indexOfByte, isSpace, Slice, sliceEquals, sliceSize, subslice, trimmed } from "../bytes/slice";
import { freeUnmanaged } from "../bytes/unmanaged";
import { jsonFirst } from "../json/value";
import { jsonValidate } from "../json/validate";
import { SseDecoder } from "../sse/decoder";
import { Api } from "./api";
import { FirstContent, isErrorObject, readContentEvent } from "./content-event";

export { FirstContent } from "./content-event";

const OPEN_OBJECT: u32 = 0x7b;
const OPEN_ARRAY: u32 = 0x5b;
const QUOTE: u32 = 0x22;

/** What the first bytes of the body show it to be. */
const enum Framing {
  Unknown,
  Events,
  Json,
}

/**
 * Looks for the first event of a stream that has content or is an error, in the protocol of the client's API; of any other API
 * the first event with data has content. However the stream is cut into chunks the result is the same, and once it is not
 * `Waiting` it does not change. A body that is JSON in place of events is an error or content. Holds at most `limit` bytes; a
 * longer event, or a longer JSON text, is content. `dispose` it once.
 */
// @ts-ignore: decorator
@unmanaged
export class FirstContentReader {
  private readonly decoder: SseDecoder;
  private readonly json: ByteBuffer = new ByteBuffer();
  private framing: Framing = Framing.Unknown;
  /** What the stream has said so far. */
  result: FirstContent = FirstContent.Waiting;
  /** After `Error`, the error as JSON; valid until the chunk is gone, or until `dispose`. */
  error: Slice = ABSENT;

  constructor(
    private readonly api: Api,
    private readonly limit: i32,
  ) {
    this.decoder = new SseDecoder(limit);
  }

  /** Reads the next chunk. */
  push(chunk: Slice): FirstContent {
    if (this.result != FirstContent.Waiting || !sliceSize(chunk)) return this.result;
    if (this.framing == Framing.Unknown) {
      const at = firstSolid(chunk);
      if (at >= 0) this.framing = isBracket(byteAt(chunk, at)) ? Framing.Json : Framing.Events;
      if (this.framing == Framing.Json) return this.pushJson(subslice(chunk, at));
    }
    if (this.framing == Framing.Json) return this.pushJson(chunk);
    const decoder = this.decoder;
    decoder.push(chunk);
    while (decoder.next()) if (this.note()) break;
    return this.result;
  }

  /** Reads the end of the stream; never gives `Waiting`. */
  finish(): FirstContent {
    if (this.result != FirstContent.Waiting) return this.result;
    if (this.framing == Framing.Json) return (this.result = this.judge(true));
    if (!this.decoder.finish() || !this.note()) this.result = FirstContent.End;
    return this.result;
  }

  /** Frees the memory and the reader itself, which is not used again. */
  dispose(): void {
    this.decoder.dispose();
    this.json.dispose();
    freeUnmanaged(this);
  }

  /** Judges the decoder's event; `false` while nothing is known. */
  private note(): bool {
    const decoder = this.decoder;
    if (decoder.tooLong) this.result = FirstContent.Content;
    else if (decoder.hasData) this.result = readContentEvent(this.api, decoder.event, decoder.data);
    if (this.result == FirstContent.Error) this.error = decoder.data;
    return this.result != FirstContent.Waiting;
  }

  private pushJson(chunk: Slice): FirstContent {
    const json = this.json;
    if (sliceSize(chunk) > this.limit - json.size) return (this.result = FirstContent.Content);
    json.append(chunk);
    return (this.result = this.judge(false));
  }

  /** Judges a JSON body; before its end by the first name alone, which a response has from the beginning. */
  private judge(isWhole: bool): FirstContent {
    const text = trimmed(this.json.slice);
    if (!isWhole) return beginsResponse(text) ? FirstContent.Content : FirstContent.Waiting;
    if (jsonValidate(text)) return FirstContent.Content;
    const first = jsonFirst(text);
    const value = first == ABSENT ? text : first;
    if (!isErrorObject(value)) return FirstContent.Content;
    this.error = value;
    return FirstContent.Error;
  }
}

/** The position of the first byte that is neither white space nor part of a byte order mark; -1 if there is none. */
function firstSolid(chunk: Slice): i32 {
  for (let i = 0; i < sliceSize(chunk); i++) {
    const byte = byteAt(chunk, i);
    if (!isSpace(byte) && byte != 0xef && byte != 0xbb && byte != 0xbf) return i;
  }
  return -1;
}

function isBracket(byte: u32): bool {
  return byte == OPEN_OBJECT || byte == OPEN_ARRAY;
}

/** Whether the first name of an object is complete, and is one that errors do not begin with. */
function beginsResponse(text: Slice): bool {
  let at = 1;
  while (at < sliceSize(text) && isSpace(byteAt(text, at))) at++;
  if (at >= sliceSize(text) || byteAt(text, at) != QUOTE) return false;
  const end = indexOfByte(text, QUOTE, at + 1);
  const name = subslice(text, at + 1, max(end, 0));
  return (
    sliceEquals(name, "id") ||
    sliceEquals(name, "choices") ||
    sliceEquals(name, "created") ||
    sliceEquals(name, "output")
  );
}
