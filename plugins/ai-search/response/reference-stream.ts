import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceEquals, sliceStartsWith } from "../../../assembly/bytes/slice";
import { jsonContent, jsonGet, JsonKind, jsonKind } from "../../../assembly/json/value";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { spliceEvent } from "../../../assembly/sse/splice-event";
import { objectOf } from "../engines/engine";
import { ChatEvents } from "./chat-events";
import { MessageEvents } from "./message-events";
import { ResponsesEvents } from "./responses-events";
import { SourceList } from "./source-list";

const LONGEST_EVENT: i32 = 1 << 20;
const KEPT_BYTES: i32 = 16 << 10;

const edited = new ByteBuffer();

/** The prefix of the events of Responses; a few others follow them. */
const RESPONSES = "response.";

/** Puts the references into the stream of a chat completion, of Responses or of Messages. Longer events than 1 MiB pass unchanged. */
export class ReferenceStream {
  private readonly decoder: SseDecoder = new SseDecoder(LONGEST_EVENT);
  private readonly chat: ChatEvents = new ChatEvents();
  private readonly responses: ResponsesEvents = new ResponsesEvents();
  private readonly message: MessageEvents = new MessageEvents();
  private sources: SourceList | null = null;

  /** Begins a stream. */
  begin(sources: SourceList): void {
    this.sources = sources;
  }

  /** Appends what follows from a chunk. */
  push(chunk: Slice, isLast: bool, out: ByteBuffer): void {
    const decoder = this.decoder;
    decoder.push(chunk);
    while (decoder.next()) {
      if (decoder.tooLong) this.passLong(out);
      else this.event(out);
    }
    this.passLong(out);
    if (!isLast) return;
    if (decoder.finish()) {
      if (decoder.tooLong) this.passLong(out);
      else this.event(out);
    }
    this.chat.release(this.sources!, out);
  }

  /** Forgets the stream. */
  reset(): void {
    this.decoder.free();
    this.chat.reset();
    this.responses.reset();
    this.message.reset();
    this.sources = null;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.decoder.dispose();
    this.chat.dispose();
    this.responses.dispose();
    this.message.dispose();
  }

  private passLong(out: ByteBuffer): void {
    if (this.decoder.hasLongPart) this.decoder.passLong(out);
  }

  /** Appends the event, with what comes before it. */
  private event(out: ByteBuffer): void {
    const decoder = this.decoder;
    const sources = this.sources!;
    const data = decoder.data;
    if (!decoder.hasData) {
      out.append(decoder.raw);
      return;
    }
    if (sliceEquals(data, "[DONE]")) {
      this.chat.finish(sources, out);
      out.append(decoder.raw);
      return;
    }
    const root = objectOf(data);
    const choices = jsonGet(root, "choices");
    edited.release(KEPT_BYTES);
    let changed = false;
    if (jsonKind(choices) == JsonKind.Array) changed = this.chat.edit(root, choices, data, sources, edited, out);
    else if (this.responses.hasBegun || sliceStartsWith(jsonContent(jsonGet(root, "type")), RESPONSES))
      changed = this.responses.edit(root, data, sources, edited, out);
    else changed = this.message.edit(root, data, sources, edited, out);
    if (changed) spliceEvent(decoder, edited.slice, out);
    else out.append(decoder.raw);
  }
}
