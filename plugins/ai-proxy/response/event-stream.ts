import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, slicesEqual } from "../../../assembly/bytes/slice";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { ResponseStream } from "./response-stream";

/** An event of more bytes than this is not held: it passes unread, as it arrives. */
const LONGEST_HELD = 1 << 20;
/** Memory for output that is kept between chunks. */
const KEPT_BYTES = 256 * 1024;

const out = new ByteBuffer();

/** A stream of server-sent events in the client's protocol that is read event by event. */
export abstract class EventStream extends ResponseStream {
  protected readonly decoder: SseDecoder = new SseDecoder(LONGEST_HELD);
  protected isInLongEvent: bool = false;

  /**
   * `mayChange`: `onEvent` appends what the client gets; else it only reads, and every chunk passes. `source` translates the
   * provider's stream first, `null` where it is in the client's protocol already.
   */
  constructor(
    protected readonly mayChange: bool,
    protected readonly source: ResponseStream | null,
  ) {
    super();
  }

  /** Reads the event in `decoder`, and appends what the client gets for it. */
  protected abstract onEvent(out: ByteBuffer): void;

  /** Reads the last event, which lacks its blank line, and appends what the client gets for it. */
  protected onTail(out: ByteBuffer): void {
    this.onEvent(out);
  }

  /** Appends what must precede an event that is too long to be read. */
  protected onLongEvent(out: ByteBuffer): void {}

  /** Appends what follows the last event. */
  protected onEnd(out: ByteBuffer): void {}

  push(chunk: Slice, isLastChunk: bool): Slice {
    const source = this.source;
    const decoder = this.decoder;
    decoder.push(source ? source.push(chunk, isLastChunk) : chunk);
    out.release(KEPT_BYTES);
    while (decoder.next()) {
      if (!decoder.tooLong) this.onEvent(out);
      else {
        this.passLong(out);
        this.isInLongEvent = false;
      }
    }
    this.passLong(out);
    if (isLastChunk) {
      if (decoder.finish()) {
        if (decoder.tooLong) this.passLong(out);
        else this.onTail(out);
      }
      this.onEnd(out);
    }
    return !this.mayChange || slicesEqual(out.slice, chunk) ? chunk : out.slice;
  }

  override get hasBegun(): bool {
    const source = this.source;
    return source === null || source.hasBegun;
  }

  override get errorStatus(): i32 {
    const source = this.source;
    return source ? source.errorStatus : 0;
  }

  free(): void {
    this.decoder.dispose();
    const source = this.source;
    if (source) source.free();
  }

  private passLong(out: ByteBuffer): void {
    if (!this.decoder.hasLongPart) return;
    if (!this.isInLongEvent) this.onLongEvent(out);
    this.isInLongEvent = true;
    this.decoder.passLong(out);
  }
}
