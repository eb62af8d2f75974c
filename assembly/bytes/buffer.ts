import { Slice, sliceOf, sliceSize, sliceStart } from "./slice";

const SMALLEST: i32 = 256;

/**
 * A growing run of bytes outside the collector's reach. Its owner calls `free()`; after that, or before the first
 * write, it holds no memory. Slices of it are valid until the next write.
 */
export class ByteBuffer {
  private data: usize = 0;
  private capacity: i32 = 0;
  /** The number of bytes written. */
  size: i32 = 0;

  /** Everything written, as a slice of this buffer. */
  @inline
  get slice(): Slice {
    return sliceOf(this.data, this.size);
  }

  /** The address of the first byte. */
  @inline
  get start(): usize {
    return this.data;
  }

  /** Makes room for `count` more bytes and gives their address; the caller writes them and adds to `size`. */
  @inline
  reserve(count: i32): usize {
    if (this.size + count > this.capacity) this.grow(this.size + count);
    return this.data + this.size;
  }

  /** Appends one byte. */
  @inline
  byte(value: u32): this {
    store<u8>(this.reserve(1), value);
    this.size++;
    return this;
  }

  /** Appends the bytes of a slice, which must not lie in this buffer. */
  append(slice: Slice): this {
    const count = sliceSize(slice);
    memory.copy(this.reserve(count), sliceStart(slice), count);
    this.size += count;
    return this;
  }

  /** Appends a string as UTF-8; ASCII, which literals are, goes sixteen at a time. */
  text(value: string): this {
    const length = value.length;
    // Three bytes are the most that one UTF-16 unit takes; sixteen more let the wide store run over.
    let to = this.reserve(length * 3 + 16);
    const from = changetype<usize>(value);
    let i = 0;
    while (i + 8 <= length) {
      const units = v128.load(from + (i << 1));
      if (v128.any_true(v128.and(units, i16x8.splat(<i16>0xff80)))) break;
      v128.store(to, i8x16.narrow_i16x8_u(units, units));
      to += 8;
      i += 8;
    }
    while (i < length) {
      const unit = load<u16>(from + (i << 1));
      if (unit >= 0x80) break;
      store<u8>(to++, unit);
      i++;
    }
    if (i < length)
      to += String.UTF8.encodeUnsafe(from + (i << 1), length - i, to, false, String.UTF8.ErrorMode.REPLACE);
    this.size = <i32>(to - this.data);
    return this;
  }

  /** Appends a decimal number. */
  integer(value: i64): this {
    let rest = value < 0 ? 0 - <u64>value : <u64>value;
    let digits = 1;
    for (let n = rest; n >= 10; n /= 10) digits++;
    let to = this.reserve(digits + 1);
    if (value < 0) store<u8>(to++, 0x2d);
    for (let p = to + digits; p > to; rest /= 10) store<u8>(--p, <u8>(0x30 + (rest % 10)));
    this.size = <i32>(to + digits - this.data);
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
    this.size = 0;
    if (this.capacity > limit) this.free();
  }

  /** Gives the memory back. The buffer can be used again afterwards. */
  free(): void {
    if (this.data) heap.free(this.data);
    this.data = 0;
    this.capacity = 0;
    this.size = 0;
  }

  private grow(needed: i32): void {
    const capacity = max(max(needed, this.capacity << 1), SMALLEST);
    this.data = this.data ? heap.realloc(this.data, capacity) : heap.alloc(capacity);
    this.capacity = capacity;
  }
}
