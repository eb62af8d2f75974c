import { StreamTransform } from "../../../assembly/ai/hub/stream-transform";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";

// One chunk is worked on at a time, in one VM: what it becomes is handed to the host before the next one comes.
const out = new ByteBuffer();
/** A stream that has not begun within so many bytes is not waited for. */
export const MOST_HELD = 64 * 1024;

/** Memory for output that is kept between chunks. */
const KEPT_BYTES = 256 * 1024;

/** What a chunk of the provider's stream becomes for the client. One object a stream. */
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

/** A stream in another protocol, which the provider's transform translates. */
export class TranslatedStream extends ResponseStream {
  /** `source` edits the provider's stream first; `null` for nothing. */
  constructor(
    private readonly transform: StreamTransform,
    private readonly source: ResponseStream | null,
  ) {
    super();
  }

  push(chunk: Slice, isLastChunk: bool): Slice {
    const source = this.source;
    const edited = source ? source.push(chunk, isLastChunk) : chunk;
    out.release(KEPT_BYTES);
    this.transform.push(edited, out);
    if (isLastChunk) this.transform.end(out);
    return out.slice;
  }

  /** The client's whole stream for a response that came whole; `ABSENT` where the provider does not send such ones. */
  pushWhole(response: JsonDocument): Slice {
    out.release(KEPT_BYTES);
    return this.transform.pushWhole(response, out) ? out.slice : ABSENT;
  }

  override get hasBegun(): bool {
    return this.transform.hasBegun;
  }

  override get errorStatus(): i32 {
    return this.transform.errorStatus;
  }

  free(): void {
    const source = this.source;
    if (source) source.free();
    this.transform.free();
  }
}
