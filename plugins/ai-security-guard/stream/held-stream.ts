import { Api } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { readU32, writeU32 } from "../../../assembly/bytes/integers";
import { ABSENT, Slice, sliceEquals, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { StreamHead } from "../../../assembly/ai/stream-head";
import { jsonFirst, jsonGet } from "../../../assembly/json/value";
import { jsonValidate } from "../../../assembly/json/validate";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { ClientView, typeOf, VIEW_SIZE } from "./client-view";
import { addTexts } from "./event-texts";
import { Lanes } from "./lanes";

const KEPT_BYTES: i32 = 4096;
/** The size of the record of a window: its end in the events and in the texts, and the client's view. */
const RECORD_SIZE: i32 = 8 + VIEW_SIZE;

/**
 * The events of a stream that wait for the check of their texts. A window is some whole events: it is closed by the event that brings its texts to
 * `window` characters or more, by one that ends a choice or a block, by `close`, and by the end. So the windows do not depend on how the stream is
 * cut into chunks, and the events of a window are released together.
 */
export class HeldStream {
  private readonly decoder: SseDecoder = new SseDecoder();
  private readonly head: StreamHead = new StreamHead();
  private readonly lanes: Lanes = new Lanes();
  /** The events that were not released. */
  private readonly events: ByteBuffer = new ByteBuffer();
  /** The bytes of them that may go out. */
  private safe: i32 = 0;
  /** The texts of the closed windows, one after the other, and a record of each. */
  private readonly texts: ByteBuffer = new ByteBuffer();
  private readonly windows: ByteBuffer = new ByteBuffer();
  /** What has come, and what may go out. */
  private readonly read: ClientView = new ClientView();
  private readonly seen: ClientView = new ClientView();
  /** The characters of the window that is open. */
  private open: i32 = 0;
  private window: i32 = 0;
  private overlap: i32 = 0;
  private mostBytes: i32 = 0;
  /** Whether more than `mostBytes` wait. */
  isTooLarge: bool = false;

  /** Begins a stream. `window` and `overlap` count characters; at most `mostBytes` of events wait. */
  begin(window: i32, overlap: i32, mostBytes: i32): void {
    this.reset();
    this.window = window;
    this.overlap = overlap;
    this.mostBytes = mostBytes;
    this.decoder.limit = mostBytes;
  }

  /** Reads a chunk. */
  push(chunk: Slice): void {
    this.decoder.push(chunk);
    while (!this.isTooLarge && this.decoder.next()) this.event();
  }

  /** The stream has ended: its last window is closed. */
  finish(): void {
    if (!this.isTooLarge && this.decoder.finish()) this.event();
    this.close();
  }

  /** Closes the window that is open, if it has texts. */
  close(): void {
    if (!this.open) return;
    this.open = 0;
    this.lanes.take(this.overlap, this.texts);
    this.windows.u32(this.events.size).u32(this.texts.size);
    this.read.save(this.windows);
  }

  /** Whether events wait: for a check, or for more of their window. */
  get waits(): bool {
    return this.safe < this.events.size;
  }

  /** Whether an event has begun that is not whole. */
  get isCut(): bool {
    return this.decoder.isOpen;
  }

  /** Whether a window is open that has texts. */
  get isOpen(): bool {
    return this.open > 0;
  }

  /** Whether a window is closed whose check is due. */
  get isDue(): bool {
    return this.windows.size > 0;
  }

  /** The texts of the first closed window. */
  get text(): Slice {
    return subslice(this.texts.slice, 0, <i32>readU32(this.windows.slice, 4));
  }

  /** The first closed window has passed: its events, and those without texts behind it, may go out. */
  pass(): void {
    const windows = this.windows;
    const textSize = <i32>readU32(windows.slice, 4);
    this.safe = <i32>readU32(windows.slice, 0);
    this.seen.load(windows.slice, 8);
    windows.dropFront(RECORD_SIZE);
    this.texts.dropFront(textSize);
    for (let at = 0; at < windows.size; at += RECORD_SIZE) lower(windows, at + 4, textSize);
    if (!windows.size && !this.open) this.releaseAll();
  }

  /** The bytes that may go out. */
  get released(): Slice {
    return subslice(this.events.slice, 0, this.safe);
  }

  /** The released bytes have gone out. */
  dropReleased(): void {
    const windows = this.windows;
    for (let at = 0; at < windows.size; at += RECORD_SIZE) lower(windows, at, this.safe);
    if (this.safe == this.events.size) this.events.release(KEPT_BYTES);
    else this.events.dropFront(this.safe);
    this.safe = 0;
  }

  /** Drops what waits, and releases the end of a stream whose text is refused, with `message` as its text. `guardrail`: what stands beside it. */
  refuse(api: Api, message: Slice, guardrail: Slice): void {
    this.events.size = this.safe;
    this.seen.writeDenial(this.events, api, this.head.members, message, guardrail);
    this.safe = this.events.size;
    this.windows.clear();
  }

  /** Drops what waits, and releases the end of a stream that cannot be checked. */
  fail(api: Api, status: i32, message: Slice, code: Slice): void {
    this.events.size = this.safe;
    this.seen.writeError(this.events, api, status, message, code);
    this.safe = this.events.size;
    this.windows.clear();
  }

  /** Drops what waits, and releases an event with this data. */
  end(data: Slice): void {
    this.events.size = this.safe;
    this.events.text("data: ").append(data).text("\n\n");
    this.safe = this.events.size;
    this.windows.clear();
  }

  /** Forgets the stream. */
  reset(): void {
    this.decoder.free();
    this.lanes.clear();
    this.head.reset();
    this.events.release(KEPT_BYTES);
    this.texts.release(KEPT_BYTES);
    this.windows.release(KEPT_BYTES);
    this.read.reset();
    this.seen.reset();
    this.safe = 0;
    this.open = 0;
    this.window = 0;
    this.overlap = 0;
    this.mostBytes = 0;
    this.isTooLarge = false;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.decoder.dispose();
    this.lanes.dispose();
    this.head.dispose();
    this.events.dispose();
    this.texts.dispose();
    this.windows.dispose();
  }

  private event(): void {
    const decoder = this.decoder;
    const wasFree = !this.waits;
    this.isTooLarge = decoder.tooLong;
    if (decoder.tooLong) return;
    let isEnd = false;
    let count = 0;
    if (decoder.hasData && sliceSize(decoder.data)) {
      const data = decoder.data;
      if (sliceEquals(data, "[DONE]")) isEnd = true;
      else if (jsonValidate(data)) count = this.lanes.addText(0, data);
      else {
        const type = typeOf(data);
        this.readHead(data, type);
        isEnd = this.read.read(data, type);
        if (!sliceEquals(type, "response.audio.delta")) count = addTexts(this.lanes, data, type);
      }
    }
    this.events.append(decoder.raw);
    this.open += count;
    if (isEnd || this.open >= this.window) this.close();
    if (wasFree && !count) this.releaseAll();
    else if (this.events.size - this.safe > this.mostBytes) this.isTooLarge = true;
  }

  private readHead(data: Slice, type: Slice): void {
    if (sliceSize(this.head.members)) return;
    if (jsonFirst(jsonGet(data, "choices")) != ABSENT) this.head.readChunk(data);
    else if (sliceEquals(type, "response.created")) this.head.readResponse(jsonGet(data, "response"));
  }

  /** Nothing waits for a check any more. */
  private releaseAll(): void {
    this.safe = this.events.size;
    this.windows.clear();
    this.read.save(this.windows);
    this.seen.load(this.windows.slice, 0);
    this.windows.clear();
  }
}

/** Lowers the 32-bit number at an offset. */
function lower(buffer: ByteBuffer, at: i32, by: i32): void {
  writeU32(buffer.slice, at, readU32(buffer.slice, at) - by);
}
