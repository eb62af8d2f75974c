import { Api } from "../../assembly/ai/api";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { wordHashOf } from "../../assembly/bytes/hash";
import {
  ABSENT,
  Slice,
  sliceBetween,
  sliceEnd,
  sliceEndsWith,
  sliceEquals,
  sliceOfBuffer,
  sliceSize,
  slicesEqual,
  sliceStart,
  subslice,
} from "../../assembly/bytes/slice";
import { StreamHead } from "../../assembly/ai/stream-head";
import { writeStreamError } from "../../assembly/ai/stream-error";
import { jsonContent, jsonFirst, jsonGet, jsonInteger, JsonKind, jsonKind } from "../../assembly/json/value";
import { jsonValidate } from "../../assembly/json/validate";
import { SseDecoder } from "../../assembly/sse/decoder";
import { BodyMask } from "./body-mask";
import { ChoiceMask } from "./choice-mask";
import { EventFrame } from "./event-frame";
import { endDenied } from "./denied-stream";
import { OpenTexts } from "./open-texts";
import { spliceEvent } from "../../assembly/sse/splice-event";

const LONGEST_EVENT = 4 << 20;

const edited = new ByteBuffer();
const choices = new ChoiceMask();
const TOO_LONG = String.UTF8.encode("An event of the response is too long to be masked.");
const CODE = String.UTF8.encode("response_unreadable");

/** The members of Responses' events that say which text a piece belongs to. */
const PLACES: StaticArray<string> = ["output_index", "content_index", "summary_index"];

/** The events after which no text follows. https://platform.openai.com/docs/api-reference/responses-streaming */
const LAST_EVENTS: StaticArray<string> = [
  "message_stop",
  "response.completed",
  "response.incomplete",
  "response.failed",
  "error",
];

/** Masks the events of one stream. Texts that continue are held as far as their end may become a match. */
export class EventMask {
  private readonly decoder: SseDecoder = new SseDecoder(LONGEST_EVENT);
  private readonly texts: OpenTexts = new OpenTexts();
  private readonly head: StreamHead = new StreamHead();
  private readonly frame: EventFrame = new EventFrame();
  private api: Api = Api.Unknown;
  /** Whether the stream has ended for the client. */
  private isOver: bool = false;
  /** The highest choice, content block or output so far; -1 if there is none, -2 if the stream has not begun. */
  private last: i32 = -2;
  /** Whether the content block `last` is open. */
  private isOpen: bool = false;
  /** The number of events. */
  private events: i32 = 0;
  private mask: BodyMask | null = null;
  private denial: Slice = ABSENT;

  /** Begins a stream. */
  begin(api: Api): void {
    this.reset();
    this.api = api;
  }

  /** Appends what becomes of a chunk. `denial`: the message for a stream that is refused. */
  push(mask: BodyMask, chunk: Slice, isLastChunk: bool, denial: Slice, out: ByteBuffer): void {
    if (this.isOver) return;
    const decoder = this.decoder;
    this.mask = mask;
    this.denial = denial;
    decoder.push(chunk);
    while (!this.isOver && decoder.next()) this.event(out);
    if (!isLastChunk || this.isOver) return;
    if (decoder.finish()) this.event(out);
    if (!this.isOver) this.flushAll(out);
  }

  /** The stream has ended without a last chunk. Returns whether a text or an event is left, which cannot be sent any more. */
  isCut(): bool {
    if (this.isOver) return false;
    const decoder = this.decoder;
    const hasEvent = decoder.finish() && decoder.hasData && !sliceEquals(decoder.data, "[DONE]");
    return hasEvent || this.texts.isWaiting;
  }

  /** Forgets the stream. */
  reset(): void {
    this.decoder.free();
    this.texts.clear();
    this.frame.clear();
    this.head.reset();
    this.isOver = false;
    this.isOpen = false;
    this.last = -2;
    this.events = 0;
    this.mask = null;
    this.api = Api.Unknown;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.decoder.dispose();
    this.texts.dispose();
    this.frame.dispose();
    this.head.dispose();
  }

  private event(out: ByteBuffer): void {
    const decoder = this.decoder;
    const data = decoder.data;
    if (decoder.tooLong) {
      this.isOver = true;
      writeStreamError(out, this.api, 502, sliceOfBuffer(TOO_LONG), sliceOfBuffer(CODE), this.events);
      return;
    }
    if (!decoder.hasData || !sliceSize(data)) {
      out.append(decoder.raw);
      return;
    }
    this.events++;
    const mark = out.size;
    const last = this.last;
    const isOpen = this.isOpen;
    const mask = this.mask!;
    const frame = this.frame;
    const text = frame.textOf(decoder.raw);
    edited.clear();
    if (text != ABSENT) this.texts.write(mask, frame.state!, text, false, edited);
    else if (sliceEquals(data, "[DONE]")) {
      this.flushAll(out);
      edited.append(data);
    } else if (jsonValidate(data)) mask.writeText(data, edited);
    else this.json(data, out);
    if (mask.isDenied) {
      out.size = mark;
      this.isOver = true;
      endDenied(out, this.api, last, isOpen, this.events - 1, this.head.members, this.denial);
    } else if (text != ABSENT) {
      if (slicesEqual(edited.slice, text)) out.append(decoder.raw);
      else frame.write(edited.slice, out);
    } else if (slicesEqual(edited.slice, data)) out.append(decoder.raw);
    else spliceEvent(decoder, edited.slice, out);
  }

  /** Writes an event's JSON to `edited`, and to `out` what is known of other texts by it. */
  private json(data: Slice, out: ByteBuffer): void {
    const mask = this.mask!;
    const frame = this.frame;
    frame.begin();
    const list = jsonGet(data, "choices");
    if (jsonKind(list) == JsonKind.Array) {
      if (jsonFirst(list) != ABSENT) this.head.readChunk(data);
      this.last = max(this.last, choices.write(mask, this.texts, frame, data, list, edited, out));
      frame.keep(this.decoder.raw);
      return;
    }
    const type = jsonContent(jsonGet(data, "type"));
    const delta = jsonGet(data, "delta");
    const index = <i32>jsonInteger(jsonGet(data, "index"));
    if (sliceEquals(type, "content_block_delta")) this.blockDelta(data, delta, index);
    else if (sliceEndsWith(type, ".delta") && jsonKind(delta) == JsonKind.String) this.delta(data, type, delta);
    else {
      if (sliceEquals(type, "content_block_start")) {
        this.last = index;
        this.isOpen = true;
      } else if (sliceEquals(type, "content_block_stop")) {
        this.isOpen = false;
        this.texts.flush(mask, index, out);
      } else if (sliceEquals(type, "message_start")) this.last = max(this.last, -1);
      else if (sliceEquals(type, "response.output_item.added"))
        this.last = <i32>jsonInteger(jsonGet(data, "output_index"));
      else if (sliceEquals(type, "response.created")) {
        this.last = max(this.last, -1);
        this.head.readResponse(jsonGet(data, "response"));
      } else if (sliceEndsWith(type, ".done")) this.texts.flush(mask, this.ownerOf(data, type, 5), out);
      else if (isLastEvent(type)) this.flushAll(out);
      mask.writeResponse(data, false, edited);
    }
  }

  /** https://platform.claude.com/docs/en/build-with-claude/streaming#content-block-delta-types */
  private blockDelta(data: Slice, delta: Slice, index: i32): void {
    const type = jsonContent(jsonGet(delta, "type"));
    const isArguments = sliceEquals(type, "input_json_delta");
    const key = isArguments ? "partial_json" : sliceEquals(type, "thinking_delta") ? "thinking" : "text";
    const value = jsonGet(delta, key);
    if (jsonKind(value) != JsonKind.String) {
      if (sliceEquals(type, "signature_delta")) edited.append(data);
      else this.mask!.writeResponse(data, false, edited);
      return;
    }
    this.piece(data, value, wordHashOf(type, <u64>index), index, isArguments);
  }

  /** https://platform.openai.com/docs/api-reference/responses-streaming */
  private delta(data: Slice, type: Slice, delta: Slice): void {
    if (sliceEquals(type, "response.audio.delta")) {
      edited.append(data);
      return;
    }
    const owner = this.ownerOf(data, type, 6);
    const isArguments = sliceEndsWith(type, "_arguments.delta");
    this.piece(data, delta, <u64>owner, owner, isArguments);
  }

  /** A number for the text that an event of Responses belongs to: `type` without its last `cut` bytes, and its places. */
  private ownerOf(data: Slice, type: Slice, cut: i32): i32 {
    let hash = wordHashOf(subslice(type, 0, sliceSize(type) - cut));
    for (let i = 0; i < PLACES.length; i++) {
      hash = wordHashOf(subslice(type, 0, 8), hash + <u64>jsonInteger(jsonGet(data, PLACES[i]), -1));
    }
    return <i32>(hash & 0x7fffffff);
  }

  /** Masks the only text of an event, which an event of its own can continue. */
  private piece(data: Slice, value: Slice, key: u64, owner: i32, isArguments: bool): void {
    const content = jsonContent(value);
    const texts = this.texts;
    edited.append(sliceBetween(sliceStart(data), sliceStart(content)));
    const state = texts.of(key, owner, isArguments);
    texts.write(this.mask!, state, content, false, edited);
    edited.append(sliceBetween(sliceEnd(content), sliceEnd(data)));
    const frame = this.frame;
    frame.note(state, content);
    frame.keep(this.decoder.raw);
    if (state.prefix.size) return;
    const event = this.decoder.event;
    if (event != ABSENT) state.prefix.text("event: ").append(event).text("\n");
    state.prefix.text("data: ").append(sliceBetween(sliceStart(data), sliceStart(content)));
    state.suffix.append(sliceBetween(sliceEnd(content), sliceEnd(data))).text("\n\n");
  }

  private flushAll(out: ByteBuffer): void {
    this.texts.flushAll(this.mask!, out);
  }
}

/** Whether no text follows an event of Messages or Responses with this type. */
function isLastEvent(type: Slice): bool {
  for (let i = 0; i < LAST_EVENTS.length; i++) if (sliceEquals(type, LAST_EVENTS[i])) return true;
  return false;
}
