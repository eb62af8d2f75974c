import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice } from "../../../assembly/bytes/slice";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { EventTranslator } from "../provider";

// One chunk is worked on at a time, in one VM: what it becomes is handed to the host before the next one comes.
const out = new ByteBuffer();
/** Memory for output that is kept between chunks. */
const KEPT_BYTES = 256 * 1024;
/** What a chunk of the provider's event stream becomes for the client. One object a stream. */
export abstract class ResponseStream {
  /** The bytes that the client gets for the chunk: the chunk itself where nothing changes. Valid until the next one. */
  abstract push(chunk: Slice, isLastChunk: bool): Slice;

  /** Whether what follows need not be looked at. */
  get isDone(): bool {
    return false;
  }

  /** Whether the provider's response has begun: an error is the first thing that it says, or nothing yet, where not. */
  get hasBegun(): bool {
    return true;
  }

  /** The HTTP status of the error that ended a translated stream; 0 while there is none. */
  get errorStatus(): i32 {
    return 0;
  }

  /** Gives the memory of the stream back. */
  abstract free(): void;
}

/** A stream in another language, translated event by event. */
export class TranslatedStream extends ResponseStream {
  private readonly decoder: SseDecoder = new SseDecoder();
  private hasWritten: bool = false;

  constructor(private readonly translator: EventTranslator) {
    super();
  }

  push(chunk: Slice, isLastChunk: bool): Slice {
    const decoder = this.decoder;
    out.release(KEPT_BYTES);
    decoder.push(chunk);
    while (decoder.next()) this.onEvent();
    if (isLastChunk) {
      if (decoder.finish()) this.onEvent();
      this.noteOutput();
      this.translator.onEnd(out);
    }
    this.noteOutput();
    return out.slice;
  }

  private onEvent(): void {
    this.noteOutput();
    this.translator.onEvent(this.decoder, out);
  }

  /** What was written before the stream failed is no error. */
  private noteOutput(): void {
    if (out.size && !this.translator.errorStatus) this.hasWritten = true;
  }

  override get hasBegun(): bool {
    return this.hasWritten;
  }

  override get errorStatus(): i32 {
    return this.translator.errorStatus;
  }

  free(): void {
    this.decoder.dispose();
    this.translator.free();
  }
}
