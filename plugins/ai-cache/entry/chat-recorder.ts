import { USAGE_STATE } from "../../../assembly/ai/contract";
import { ChatReader } from "../../../assembly/ai/protocols/openai-chat/reader";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceEquals, sliceSize } from "../../../assembly/bytes/slice";
import { FilterState } from "../../../assembly/host/filter-state";
import { JsonDocument } from "../../../assembly/json/document";
import { jsonValidate } from "../../../assembly/json/validate";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { ChatShape } from "./chat-shape";
import { EntryWriter } from "./entry-writer";
import { RepeatedEvent } from "./repeated-event";

const published = new FilterState(USAGE_STATE);

/** Reads the response to a chat as it passes, and writes the message that is stored. One object a response. */
export class ChatRecorder extends ChatReader {
  private readonly shape: ChatShape = new ChatShape();
  private readonly repeated: RepeatedEvent = new RepeatedEvent();

  /** Reads the usage into `usage`. */
  constructor(
    private readonly writer: EntryWriter,
    usage: TokenUsage,
  ) {
    super(writer, usage);
    writer.model = this.shape.model;
  }

  override readWhole(response: JsonDocument, out: ByteBuffer): bool {
    const writer = this.writer;
    this.shape.read(response.root);
    writer.created = this.shape.created;
    writer.isLossy = !this.shape.isStorable || !this.shape.isEnding;
    writer.isTerminated = super.readWhole(response, out);
    return writer.isTerminated;
  }

  override push(chunk: Slice, out: ByteBuffer): void {
    const rest = this.decoder.isOpen ? chunk : this.repeated.giveAll(chunk, this.writer);
    if (sliceSize(rest)) super.push(rest, out);
  }

  override free(): void {
    super.free();
    this.shape.dispose();
    this.repeated.dispose();
  }

  protected override onEvent(event: SseDecoder, out: ByteBuffer): void {
    const writer = this.writer;
    if (!writer.isStorable || writer.hasEnded || this.repeated.give(event.raw, writer) > 0) return;
    if (event.hasData && sliceEquals(event.data, "[DONE]")) {
      writer.isTerminated = true;
      this.readPublished();
    }
    writer.beginEvent();
    super.onEvent(event, out);
    this.repeated.learn(event.raw, writer);
  }

  protected override parse(event: SseDecoder, document: JsonDocument): bool {
    if (!super.parse(event, document)) return false;
    const writer = this.writer;
    this.shape.read(document.root);
    writer.created = this.shape.created;
    if (!this.shape.isStorable) writer.isLossy = true;
    return true;
  }

  /** A client that does not ask for the usage gets none: ai-proxy knows it. */
  private readPublished(): void {
    const state = published.get();
    if (!this.tokens.seen && state && !jsonValidate(state)) this.tokens.read(state);
  }
}
