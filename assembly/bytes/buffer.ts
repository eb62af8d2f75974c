import { byteAt, lowerCase, Slice, sliceOf, sliceSize, sliceStart } from "./slice";

const SMALLEST: u64 = 64;
const BILLION: u64 = 1_000_000_000;
/** The most digits of 64 bits. */
const MOST_DIGITS: i32 = 20;

/**
 * A growing byte buffer outside of the collector's reach. An owner that lives shorter than the VM calls `dispose()` once.
 * Slices of it are valid until the next write.
 */
// @ts-ignore: decorator
@unmanaged
export class ByteBuffer {
  /** The address of the first byte, or 0. */
  start: usize = 0;
  private capacity: i32 = 0;
  /** The number of bytes written. */
  size: i32 = 0;

  /** Everything written. */
  @inline
  get slice(): Slice {
    return sliceOf(this.start, this.size);
  }

  /** Reserves `count` more bytes and returns their address; the caller writes them and increases `size`. */
  @inline
  reserve(count: u32): usize {
    // Not as a sum, which may exceed 32 bits.
    if (count > <u32>(this.capacity - this.size)) this.grow(count);
    return this.start + this.size;
  }

  /** Ends the bytes at `end`, up to which the caller has written. */
  @inline
  endAt(end: usize): void {
    this.size = <i32>(end - this.start);
  }

  /** Appends one byte. */
  byte(value: u32): this {
    store<u8>(this.reserve(1), value);
    this.size++;
    return this;
  }

  /** Appends a 16-bit number, little-endian. */
  u16(value: u32): this {
    store<u16>(this.reserve(2), value);
    this.size += 2;
    return this;
  }

  /** Appends a 32-bit number, little-endian. */
  u32(value: u32): this {
    store<u32>(this.reserve(4), value);
    this.size += 4;
    return this;
  }

  /** Appends a 64-bit number, little-endian. */
  u64(value: u64): this {
    store<u64>(this.reserve(8), value);
    this.size += 8;
    return this;
  }

  /** Appends `count` zeros. */
  zeros(count: i32): this {
    memory.fill(this.reserve(count), 0, count);
    this.size += count;
    return this;
  }

  /** Appends the bytes of a slice, which must not lie in this buffer. */
  append(slice: Slice): this {
    const count = sliceSize(slice);
    memory.copy(this.reserve(count), sliceStart(slice), count);
    this.size += count;
    return this;
  }

  /** Appends a text of `constant`, sixteen bytes at a time. */
  constant(text: Slice): this {
    const count = sliceSize(text);
    const from = sliceStart(text);
    const to = this.reserve(count + 16);
    for (let i = 0; i < count; i += 16) v128.store(to + i, v128.load(from + i));
    this.size += count;
    return this;
  }

  /** Appends a slice, which must not lie in this buffer, with its ASCII letters in lower case. */
  appendInLowerCase(slice: Slice): this {
    const count = sliceSize(slice);
    const to = this.reserve(count);
    for (let i = 0; i < count; i++) store<u8>(to + i, lowerCase(byteAt(slice, i)));
    this.size += count;
    return this;
  }

  /** Appends a string as UTF-8. */
  @inline
  text(value: string): this {
    return this.units(changetype<usize>(value), value.length);
  }

  /** Appends UTF-16 units as UTF-8, ASCII eight units at a time. */
  units(from: usize, length: i32): this {
    // A UTF-16 unit takes at most three bytes; sixteen more are for wide stores.
    let to = this.reserve(length * 3 + 16);
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
    this.endAt(to);
    return this;
  }

  /** Appends a decimal number. */
  integer(value: i64): this {
    let rest = value < 0 ? 0 - <u64>value : <u64>value;
    const digits = digitsOf(rest);
    let to = this.reserve(digits + 1);
    if (value < 0) store<u8>(to++, 0x2d);
    // Numbers of 32 bits are divided much faster.
    let end = to + digits;
    for (; rest > <u64>u32.MAX_VALUE; end -= 9) {
      const upper = rest / BILLION;
      storeDigits(end - 9, end, <u32>(rest - upper * BILLION));
      rest = upper;
    }
    storeDigits(to, end, <u32>rest);
    this.endAt(to + digits);
    return this;
  }

  /** Removes the bytes, and keeps the memory. */
  @inline
  clear(): void {
    this.size = 0;
  }

  /** Drops the first `count` bytes and moves the rest to the front. */
  dropFront(count: i32): void {
    const rest = this.size - count;
    memory.copy(this.start, this.start + count, rest);
    this.size = rest;
  }

  /** Frees the memory. The buffer can be used again afterwards. */
  free(): void {
    if (this.start) heap.free(this.start);
    this.start = 0;
    this.capacity = 0;
    this.size = 0;
  }

  /** Removes the bytes, and frees the memory if it has more than `limit` bytes. */
  release(limit: i32): void {
    this.size = 0;
    if (this.capacity > limit) this.free();
  }

  /** Frees the memory and the buffer itself, which is not used again. */
  dispose(): void {
    this.free();
    heap.free(changetype<usize>(this));
  }

  private grow(count: u32): void {
    const needed = <u64>(<u32>this.size) + <u64>count;
    const capacity = max(max(needed, (<u64>(<u32>this.capacity)) << 1), SMALLEST);
    assert(capacity <= <u64>i32.MAX_VALUE, "a buffer of more than 2 GiB");
    this.start = this.start ? heap.realloc(this.start, <usize>capacity) : heap.alloc(<usize>capacity);
    this.capacity = <i32>capacity;
  }
}

function digitsOf(value: u64): i32 {
  let digits = 1;
  for (let limit: u64 = 10; value >= limit && digits < MOST_DIGITS; limit *= 10) digits++;
  return digits;
}

/** Stores the last digits of a number from `start` to `end`. */
function storeDigits(start: usize, end: usize, value: u32): void {
  for (let p = end; p > start; value /= 10) store<u8>(--p, <u8>(0x30 + (value % 10)));
}
