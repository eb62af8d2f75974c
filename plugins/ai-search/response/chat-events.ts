import { hasFinished } from "../../../assembly/ai/choice-end";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, slicesEqual } from "../../../assembly/bytes/slice";
import { Splice } from "../../../assembly/json/splice";
import {
  jsonContent,
  jsonFirst,
  jsonGet,
  jsonInteger,
  JsonKind,
  jsonKind,
  jsonNext,
} from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { sseData, sseEnd } from "../../../assembly/sse/encoder";
import { SourceList } from "./source-list";
import { StreamText } from "./stream-text";

/** The choices that get references; others pass unchanged. */
const MOST_CHOICES: i32 = 64;
const KEPT_TEXTS: i32 = 2;
const KEPT_BYTES: i32 = 16 << 10;
const QUOTE: u32 = 0x22;
/** What the chunks of a completion have in common. */
const COMMON: StaticArray<string> = ["id", "created", "model"];

const piece = new ByteBuffer();
const splice = new Splice();

/** The chunks of a chat completion. https://platform.openai.com/docs/api-reference/chat-streaming/streaming */
export class ChatEvents {
  private readonly texts: StreamText[] = [];
  private used: i32 = 0;

  /**
   * Appends to `edited` the data of a chunk with references; what has to come in front of the chunk goes to `out`. Returns `false` if the data stays as
   * it is.
   */
  edit(root: Slice, choices: Slice, data: Slice, sources: SourceList, edited: ByteBuffer, out: ByteBuffer): bool {
    splice.begin(data, edited);
    for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
      const text = this.textOf(<i32>jsonInteger(jsonGet(choice, "index")));
      if (text === null || text.hasEnded) continue;
      const content = jsonGet(jsonGet(choice, "delta"), "content");
      const isLast = hasFinished(choice);
      if (sources.annotates) {
        if (jsonKind(content) == JsonKind.String) text.scan(jsonContent(content), sources);
        if (isLast && text.hasText) writeAnnotations(root, text, sources, out);
        continue;
      }
      piece.release(KEPT_BYTES);
      if (jsonKind(content) == JsonKind.String) {
        const old = jsonContent(content);
        text.write(old, isLast, sources, piece);
        if (!slicesEqual(old, piece.slice)) splice.insteadOf(content).byte(QUOTE).append(piece.slice).byte(QUOTE);
      } else if (isLast) {
        text.write(ABSENT, true, sources, piece);
        if (piece.size) writeContent(root, text.index, piece.slice, out);
      }
    }
    if (splice.changed) splice.end();
    return splice.changed;
  }

  /** Ends the texts that have not ended, in front of the end of the stream. */
  finish(sources: SourceList, out: ByteBuffer): void {
    for (let i = 0; i < this.used; i++) {
      const text = this.texts[i];
      if (text.hasEnded || !text.hasText) continue;
      if (sources.annotates) writeAnnotations(ABSENT, text, sources, out);
      else end(text, sources, out);
    }
  }

  /** Releases the texts that are held of a stream that breaks off. */
  release(sources: SourceList, out: ByteBuffer): void {
    if (sources.annotates || sources.isTail) return;
    for (let i = 0; i < this.used; i++) if (this.texts[i].holds) end(this.texts[i], sources, out);
  }

  /** Forgets the stream. */
  reset(): void {
    this.used = 0;
    while (this.texts.length > KEPT_TEXTS) this.texts.pop().dispose();
    for (let i = 0; i < this.texts.length; i++) this.texts[i].reset();
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    while (this.texts.length) this.texts.pop().dispose();
  }

  /** The text of a choice; a new one is begun. `null` if there are too many. */
  private textOf(index: i32): StreamText | null {
    for (let i = 0; i < this.used; i++) if (this.texts[i].index == index) return this.texts[i];
    if (this.used == MOST_CHOICES) return null;
    if (this.used == this.texts.length) this.texts.push(new StreamText());
    const text = this.texts[this.used++];
    text.begin(index);
    return text;
  }
}

function end(text: StreamText, sources: SourceList, out: ByteBuffer): void {
  piece.release(KEPT_BYTES);
  text.write(ABSENT, true, sources, piece);
  if (piece.size) writeContent(ABSENT, text.index, piece.slice, out);
}

/** Appends a chunk of its own, with text that is the content of a JSON string. `root` is a chunk of the stream, or `ABSENT`. */
function writeContent(root: Slice, index: i32, content: Slice, out: ByteBuffer): void {
  const json = beginChunk(root, index, out);
  out.text(',"delta":{"content":"').append(content).text('"}');
  endChunk(json, out);
}

function writeAnnotations(root: Slice, text: StreamText, sources: SourceList, out: ByteBuffer): void {
  const json = beginChunk(root, text.index, out);
  json.key("delta").beginObject().key("annotations").beginArray();
  text.annotate(sources, json);
  json.endArray().endObject();
  endChunk(json, out);
}

/** Begins an event up to the index of its only choice. */
function beginChunk(root: Slice, index: i32, out: ByteBuffer): JsonWriter {
  sseData(out);
  const json = new JsonWriter(out).beginObject().key("object").string("chat.completion.chunk");
  for (let i = 0; i < COMMON.length; i++) {
    const value = jsonGet(root, COMMON[i]);
    if (value != ABSENT) json.key(COMMON[i]).raw(value);
  }
  return json.key("choices").beginArray().beginObject().key("index").integer(index);
}

function endChunk(json: JsonWriter, out: ByteBuffer): void {
  out.text(',"finish_reason":null}]}');
  sseEnd(out);
}
