import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice } from "../../../assembly/bytes/slice";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { ResponseStream } from "./response-stream";

/** An event of more bytes than this is not held: it passes as it is, while it comes. */
const LONGEST_HELD = 1 << 20;

/** A stream in OpenAI's language whose events are looked at one by one. */
export abstract class EventStream extends ResponseStream {
  protected readonly decoder: SseDecoder = new SseDecoder(LONGEST_HELD);
  private isInLongEvent: bool = false;

  /** Appends what the client gets for the event that `decoder` has read. */
  protected abstract onEvent(out: ByteBuffer): void;

  /** Appends what must stand before an event that is too long to be looked at. */
  protected onLongEvent(out: ByteBuffer): void {}

  /** Reads a chunk, event by event. */
  protected read(chunk: Slice, isLastChunk: bool, out: ByteBuffer): void {
    const decoder = this.decoder;
    decoder.push(chunk);
    while (decoder.next()) {
      if (!decoder.tooLong) this.onEvent(out);
      else {
        this.passLong(out);
        this.isInLongEvent = false;
      }
    }
    this.passLong(out);
    if (!isLastChunk || !decoder.finish()) return;
    if (decoder.tooLong) this.passLong(out);
    else this.onEvent(out);
  }

  free(): void {
    this.decoder.dispose();
  }

  private passLong(out: ByteBuffer): void {
    if (!this.decoder.hasLongPart) return;
    if (!this.isInLongEvent) this.onLongEvent(out);
    this.isInLongEvent = true;
    this.decoder.passLong(out);
  }
}
