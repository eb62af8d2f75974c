import { MessagesReader } from "../../../assembly/ai/protocols/messages/reader";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../../assembly/bytes/slice";
import { nowInSeconds } from "../../../assembly/host/clock";
import { JsonDocument } from "../../../assembly/json/document";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { EntryWriter } from "./entry-writer";
import { MessagesShape } from "./messages-shape";
import { RepeatedEvent } from "./repeated-event";

/** Reads a response of Anthropic's Messages as it passes, and writes the message that is stored. One object a response. */
export class MessagesRecorder extends MessagesReader {
  private readonly shape: MessagesShape = new MessagesShape();
  private readonly repeated: RepeatedEvent = new RepeatedEvent();

  /** Reads the usage into `usage`. */
  constructor(
    private readonly writer: EntryWriter,
    usage: TokenUsage,
  ) {
    super(writer, usage);
    writer.model = this.shape.model;
    // Messages do not say when they were made, chats do.
    writer.created = nowInSeconds();
    // No details of reasoning beside its text: signed reasoning is not stored.
    writer.reasoningFormat = "";
  }

  override readWhole(response: JsonDocument, out: ByteBuffer): bool {
    const writer = this.writer;
    this.shape.readWhole(response.root);
    writer.isLossy = !this.shape.isStorable;
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
    if (!writer.isStorable || this.repeated.give(event.raw, writer) > 0) return;
    writer.beginEvent();
    super.onEvent(event, out);
    this.repeated.learn(event.raw, writer);
  }

  protected override parse(event: SseDecoder, document: JsonDocument): bool {
    if (!super.parse(event, document)) return false;
    const writer = this.writer;
    this.shape.readEvent(document.root);
    writer.isTerminated = this.shape.hasStopped;
    if (!this.shape.isStorable) writer.isLossy = true;
    return true;
  }
}
