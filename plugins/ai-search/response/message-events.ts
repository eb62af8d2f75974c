import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize, slicesEqual } from "../../../assembly/bytes/slice";
import { Splice } from "../../../assembly/json/splice";
import { jsonContent, jsonEquals, jsonGet, jsonInteger, JsonKind, jsonKind } from "../../../assembly/json/value";
import { sseData, sseEnd, sseEvent } from "../../../assembly/sse/encoder";
import { writeBehind } from "./placement";
import { SourceList } from "./source-list";
import { StreamText } from "./stream-text";

const KEPT_BYTES: i32 = 16 << 10;
const NONE: i32 = -1;
const QUOTE: u32 = 0x22;

const piece = new ByteBuffer();
const splice = new Splice();

/** The events of a message. https://docs.claude.com/en/docs/build-with-claude/streaming */
export class MessageEvents {
  private readonly text: StreamText = new StreamText();
  /** The block of text that is open; `NONE` if there is none. */
  private open: i32 = NONE;
  private last: i32 = NONE;
  private hasText: bool = false;
  private hasTool: bool = false;
  private isDone: bool = false;

  /** What `ChatEvents.edit` does. The first text that is not blank gets references before it; references behind the message are a block of their own. */
  edit(root: Slice, data: Slice, sources: SourceList, edited: ByteBuffer, out: ByteBuffer): bool {
    if (this.isDone) return false;
    const type = jsonGet(root, "type");
    if (jsonEquals(type, "content_block_delta")) {
      const index = <i32>jsonInteger(jsonGet(root, "index"));
      const text = jsonGet(jsonGet(root, "delta"), "text");
      return index == this.open && this.write(text, data, sources, edited);
    }
    if (jsonEquals(type, "content_block_start")) {
      const block = jsonGet(root, "content_block");
      const kind = jsonGet(block, "type");
      this.last = <i32>jsonInteger(jsonGet(root, "index"));
      if (jsonEquals(kind, "tool_use")) this.hasTool = true;
      this.open = jsonEquals(kind, "text") ? this.last : NONE;
      if (this.open == NONE) return false;
      this.text.begin(this.open);
      return this.write(jsonGet(block, "text"), data, sources, edited);
    }
    if (jsonEquals(type, "content_block_stop")) this.endBlock(sources, out);
    else if (jsonEquals(type, "message_delta")) this.endMessage(sources, out);
    return false;
  }

  /** Forgets the stream. */
  reset(): void {
    this.text.reset();
    this.open = NONE;
    this.last = NONE;
    this.hasText = false;
    this.hasTool = false;
    this.isDone = false;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.text.dispose();
  }

  private write(token: Slice, data: Slice, sources: SourceList, edited: ByteBuffer): bool {
    if (jsonKind(token) != JsonKind.String) return false;
    const old = jsonContent(token);
    if (sources.isTail) {
      if (sliceSize(old)) this.hasText = true;
      return false;
    }
    piece.release(KEPT_BYTES);
    this.text.write(old, false, sources, piece);
    if (slicesEqual(old, piece.slice)) return false;
    splice.begin(data, edited);
    splice.insteadOf(token).byte(QUOTE).append(piece.slice).byte(QUOTE);
    splice.end();
    return true;
  }

  /** What is held of the text comes before the end of its block. */
  private endBlock(sources: SourceList, out: ByteBuffer): void {
    const index = this.open;
    this.open = NONE;
    if (index == NONE || sources.isTail || !this.text.hasText) return;
    piece.release(KEPT_BYTES);
    this.text.write(ABSENT, true, sources, piece);
    this.isDone = this.text.hasReferences;
    if (piece.size) writeDelta(index, piece.slice, out);
  }

  private endMessage(sources: SourceList, out: ByteBuffer): void {
    this.isDone = true;
    if (!sources.isTail || !this.hasText || this.hasTool) return;
    const index = this.last + 1;
    beginEvent("content_block_start", index, out);
    out.text(',"content_block":{"type":"text","text":""}}');
    sseEnd(out);
    piece.release(KEPT_BYTES);
    writeBehind(sources, piece);
    writeDelta(index, piece.slice, out);
    beginEvent("content_block_stop", index, out);
    out.byte(0x7d);
    sseEnd(out);
  }
}

/** Appends an event with text that is the content of a JSON string. */
function writeDelta(index: i32, content: Slice, out: ByteBuffer): void {
  beginEvent("content_block_delta", index, out);
  out.text(',"delta":{"type":"text_delta","text":"').append(content).text('"}}');
  sseEnd(out);
}

function beginEvent(type: string, index: i32, out: ByteBuffer): void {
  sseEvent(out, type);
  sseData(out);
  out.text('{"type":"').text(type).text('","index":').integer(index);
}
