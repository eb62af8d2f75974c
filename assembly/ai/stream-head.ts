import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceSize } from "../bytes/slice";
import { jsonGet, JsonKind, jsonKind } from "../json/value";

/** A value of more bytes than this is left out. */
const LONGEST_VALUE: i32 = 1024;
const KEPT_BYTES: i32 = 4096;

/** The members of a stream's first chunk, or of its response, that its last one repeats: `"id":…,"object":…,"created":…,"model":…,`. */
export class StreamHead {
  private readonly buffer: ByteBuffer = new ByteBuffer();

  /** The members, each with a comma behind it; empty if none were read. */
  get members(): Slice {
    return this.buffer.slice;
  }

  /** Reads a chunk of chat completions or completions, unless one was read before. */
  readChunk(chunk: Slice): void {
    if (!this.buffer.size) this.read(chunk, "created");
  }

  /** Reads the `response` of an event of Responses, unless one was read before. */
  readResponse(response: Slice): void {
    if (!this.buffer.size) this.read(response, "created_at");
  }

  /** Forgets the stream. */
  reset(): void {
    this.buffer.release(KEPT_BYTES);
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.buffer.dispose();
  }

  private read(object: Slice, created: string): void {
    this.keep(object, "id");
    this.keep(object, "object");
    this.keep(object, created);
    this.keep(object, "model");
  }

  private keep(object: Slice, key: string): void {
    const value = jsonGet(object, key);
    const isScalar = jsonKind(value) == JsonKind.String || jsonKind(value) == JsonKind.Number;
    if (!isScalar || sliceSize(value) > LONGEST_VALUE) return;
    this.buffer.byte(0x22).text(key).text('":').append(value).byte(0x2c);
  }
}
