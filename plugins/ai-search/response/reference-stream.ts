import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceEquals } from "../../../assembly/bytes/slice";
import { jsonGet, JsonKind, jsonKind } from "../../../assembly/json/value";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { spliceEvent } from "../../../assembly/sse/splice-event";
import { objectOf } from "../engines/engine";
import { ChatEvents } from "./chat-events";
import { MessageEvents } from "./message-events";
import { SourceList } from "./source-list";

const LONGEST_EVENT: i32 = 1 << 20;
const KEPT_BYTES: i32 = 16 << 10;

const edited = new ByteBuffer();

/** Puts the references into the stream of a chat completion or of a message of Anthropic. Longer events than 1 MiB pass unchanged. */
export class ReferenceStream {
  private readonly decoder: SseDecoder = new SseDecoder(LONGEST_EVENT);
  private readonly chat: ChatEvents = new ChatEvents();
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
    this.message.reset();
    this.sources = null;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.decoder.dispose();
    this.chat.dispose();
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
    const isChat = jsonKind(choices) == JsonKind.Array;
    const changed = isChat
      ? this.chat.edit(root, choices, data, sources, edited, out)
      : this.message.edit(root, data, sources, edited, out);
    if (changed) spliceEvent(decoder, edited.slice, out);
    else out.append(decoder.raw);
  }
}
