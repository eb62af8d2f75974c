import { RawBuffer } from "./raw-buffer";
import { Slice } from "./slice";

/**
 * A growing run of bytes outside the collector's reach. Its owner calls `free()`; after that, or before the first
 * write, it holds no memory. Slices of it are valid until the next write.
 */
export class ByteBuffer {
  // These three are the fields of RawBuffer, in its order.
  private data: usize = 0;
  private capacity: i32 = 0;
  /** The number of bytes written. */
  size: i32 = 0;

  /** Everything written, as a slice of this buffer. */
  @inline
  get slice(): Slice {
    return changetype<RawBuffer>(this).slice;
  }

  /** The address of the first byte. */
  @inline
  get start(): usize {
    return changetype<RawBuffer>(this).start;
  }

  /** Makes room for `count` more bytes and gives their address; the caller writes them and adds to `size`. */
  @inline
  reserve(count: i32): usize {
    return changetype<RawBuffer>(this).reserve(count);
  }

  /** Appends one byte. */
  @inline
  byte(value: u32): this {
    changetype<RawBuffer>(this).byte(value);
    return this;
  }

  /** Appends the bytes of a slice, which must not lie in this buffer. */
  @inline
  append(slice: Slice): this {
    changetype<RawBuffer>(this).append(slice);
    return this;
  }

  /** Appends a string as UTF-8. */
  @inline
  text(value: string): this {
    changetype<RawBuffer>(this).text(changetype<usize>(value), value.length);
    return this;
  }

  /** Appends a decimal number. */
  @inline
  integer(value: i64): this {
    changetype<RawBuffer>(this).integer(value);
    return this;
  }

  /** Forgets the bytes and keeps the memory for the next use. */
  @inline
  clear(): void {
    this.size = 0;
  }

  /** Drops the first `count` bytes and moves the rest to the front. */
  dropFront(count: i32): void {
    const rest = this.size - count;
    memory.copy(this.data, this.data + count, rest);
    this.size = rest;
  }

  /** Forgets the bytes, and gives the memory back if it is more than `limit` bytes. */
  release(limit: i32): void {
    changetype<RawBuffer>(this).release(limit);
  }

  /** Gives the memory back. The buffer can be used again afterwards. */
  free(): void {
    changetype<RawBuffer>(this).free();
  }
}
