import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, indexOfByte, sliceBetween, sliceOf, sliceSize, sliceStart } from "../bytes/slice";

const CR: u32 = 0x0d;
const LF: u32 = 0x0a;

/** The first four letters of two field names, as a little-endian word. */
const DATA: u32 = 0x61746164;
const EVEN: u32 = 0x6e657665;
const BYTE_ORDER_MARK: u32 = 0xbfbbef;
/** Memory that is kept from one event to the next. */
const KEPT_BYTES: i32 = 16384;

/**
 * Cuts one server-sent event stream (WHATWG HTML, 9.2) into events, each as soon as it is whole, however the stream is cut
 * into chunks. An event that lies in one chunk is not copied; an unfinished one is kept, up to a limit.
 *
 * @example
 * decoder.push(chunk);
 * while (decoder.next()) if (decoder.hasData) translate(decoder.data);
 */
// @ts-ignore: decorator
@unmanaged
export class SseDecoder {
  /** The event's data lines, joined by LF. */
  data: Slice = ABSENT;
  /** The event's type, ABSENT if it names none. */
  event: Slice = ABSENT;
  /** The event's own id, ABSENT if it has none. */
  id: Slice = ABSENT;
  /** The text of the event's last comment line, ABSENT if it has none. */
  comment: Slice = ABSENT;
  /** All bytes of the event, with the blank line that ended it. */
  raw: Slice = ABSENT;
  /** Whether the event has a data line; without one it is only a comment, an id or the like. */
  hasData: bool = false;
  /** Whether the event was longer than the limit: then nothing else is known of it. */
  tooLong: bool = false;
  /** Those bytes of an event beyond the limit that lie in this chunk. */
  private longPart: Slice = ABSENT;

  private held: ByteBuffer = new ByteBuffer();
  private joined: ByteBuffer = new ByteBuffer();
  private at: usize = 0;
  private end: usize = 0;
  private isFirst: bool = true;
  /** Whether an event has begun that is not whole: its bytes so far are in `held`, or are skipped. */
  isOpen: bool = false;
  private isSkipping: bool = false;
  private isLineEmpty: bool = true;
  /** The last byte was the CR of a line that was not empty: an LF would belong to it. */
  private isAfterCr: bool = false;
  private usesCrLf: bool = false;
  private isLfToCome: bool = false;

  /** A decoder that drops events of more than `limit` bytes. */
  constructor(public limit: i32 = 1 << 20) {}

  /** Reads the next chunk, which must stay valid until `next` returns false; no other chunk may be pushed before that. */
  push(chunk: Slice): void {
    if (this.isSkipping) this.held.release(KEPT_BYTES);
    this.at = sliceStart(chunk);
    this.end = this.at + sliceSize(chunk);
  }

  /** Moves to the next whole event, whose fields are valid until the next call; false when the chunk is used up. */
  next(): bool {
    this.forget();
    const end = this.end;
    while (true) {
      let start = this.at;
      if (!this.isOpen) {
        // Blank lines between events mean nothing, nor does the LF of a CRLF whose CR ended the last event.
        while (start < end && isLineEnd(load<u8>(start))) start++;
        if (start > this.at) this.isFirst = false;
        if (start == end) break;
        this.isOpen = true;
      }
      const eventEnd = this.scan(start);
      if (!eventEnd) {
        this.hold(start);
        break;
      }
      this.at = eventEnd;
      if (this.take(start, eventEnd)) return true;
    }
    this.at = end;
    return false;
  }

  /** At the stream's end, moves to the last event if it lacks its blank line only; false if there is none. */
  finish(): bool {
    this.forget();
    return this.isOpen && this.take(0, 0);
  }

  /** The number of bytes held of an event that is not whole yet. */
  get pending(): i32 {
    return this.isOpen && !this.isSkipping ? this.held.size : 0;
  }

  /** The number of bytes of the chunk behind the event. */
  get rest(): i32 {
    return <i32>(this.end - this.at);
  }

  /** Whether `passLong` has something to append. */
  get hasLongPart(): bool {
    return this.longPart != ABSENT || (this.tooLong && this.held.size > 0);
  }

  /**
   * Appends what this chunk, and the memory, hold of an event beyond the limit. For those who pass such events on: to be
   * called after each `next`, so that their bytes go out as they come.
   */
  passLong(out: ByteBuffer): void {
    out.append(this.held.slice).append(this.longPart);
    this.held.release(KEPT_BYTES);
    this.longPart = ABSENT;
  }

  /** Gives the memory back. */
  free(): void {
    this.forget();
    this.isOpen = false;
    this.at = this.end;
    this.held.free();
    this.joined.free();
  }

  /** Gives back the memory and the decoder itself, which is not used again. */
  dispose(): void {
    this.held.dispose();
    this.joined.dispose();
    heap.free(changetype<usize>(this));
  }

  /** Reads on from `p`, in the state that the bytes before left; gives the address behind the blank line, or 0. */
  private scan(p: usize): usize {
    const end = this.end;
    while (p < end) {
      if (this.isLineEmpty) {
        const byte: u32 = load<u8>(p);
        if (byte == LF) {
          p++;
          if (!this.isAfterCr) return p;
          this.isAfterCr = false;
          this.usesCrLf = true;
          continue;
        }
        if (byte == CR) {
          p++;
          if (p < end) return p + <usize>(load<u8>(p) == LF);
          // The event is whole. Its LF is still to come; it counts as part of it wherever the stream is cut.
          this.isLfToCome = this.usesCrLf;
          return p;
        }
        this.isLineEmpty = false;
        this.isAfterCr = false;
      }
      p = lineEnd(p, end);
      if (p == end) break;
      this.isAfterCr = load<u8>(p++) == CR;
      this.isLineEmpty = true;
      this.usesCrLf = false;
    }
    return 0;
  }

  private hold(start: usize): void {
    const size = <i32>(this.end - start);
    if (!this.isSkipping && size <= this.limit - this.held.size) {
      this.held.append(sliceOf(start, size));
      return;
    }
    this.isSkipping = true;
    this.longPart = sliceOf(start, size);
  }

  /** Ends the event with these bytes and reads its fields; false if it is nothing but blank lines. */
  private take(start: usize, end: usize): bool {
    const rest = sliceBetween(start, end);
    const size = <i64>this.held.size + sliceSize(rest) + <i32>this.isLfToCome;
    this.tooLong = this.isSkipping || size > this.limit;
    const isFirst = this.isFirst;
    const isWhole = this.held.size == 0 && !this.isLfToCome;
    // What is beyond the limit is not put together, but for an LF that is still to come.
    if (this.tooLong && !this.isLfToCome) this.longPart = rest;
    else if (!isWhole) {
      this.held.append(rest);
      if (this.isLfToCome) this.held.byte(LF);
    }
    this.isFirst = false;
    this.isOpen = false;
    this.isSkipping = false;
    this.isLineEmpty = true;
    this.isAfterCr = false;
    this.usesCrLf = false;
    this.isLfToCome = false;
    if (this.tooLong) return true;
    this.raw = isWhole ? rest : this.held.slice;
    if (isFirst && !this.dropByteOrderMark()) {
      this.forget();
      return false;
    }
    this.readFields();
    return true;
  }

  /** Drops a mark at the stream's start, which hid whether its line is blank; false if nothing but that is left. */
  private dropByteOrderMark(): bool {
    let p = sliceStart(this.raw);
    const end = p + sliceSize(this.raw);
    if (p + 3 > end || (load<u16>(p) | ((<u32>load<u8>(p, 2)) << 16)) != BYTE_ORDER_MARK) return true;
    p += 3;
    while (p < end && isLineEnd(load<u8>(p))) p++;
    this.raw = sliceBetween(p, end);
    return p < end;
  }

  private readFields(): void {
    let p = sliceStart(this.raw);
    const end = p + sliceSize(this.raw);
    while (p < end) {
      const stop = lineEnd(p, end);
      if (stop > p) this.readLine(p, stop);
      p = stop + 1;
    }
  }

  private readLine(p: usize, end: usize): void {
    const size = end - p;
    const first: u32 = load<u8>(p);
    if (first == 0x3a) {
      this.comment = fieldValue(p, end);
    } else if (size >= 4 && load<u32>(p) == DATA) {
      this.addData(fieldValue(p + 4, end));
    } else if (size >= 5 && load<u32>(p) == EVEN && load<u8>(p, 4) == 0x74) {
      const value = fieldValue(p + 5, end);
      if (sliceSize(value) > 0) this.event = value;
    } else if (size >= 2 && load<u16>(p) == 0x6469) {
      const value = fieldValue(p + 2, end);
      if (value != ABSENT && indexOfByte(value, 0) < 0) this.id = value;
    }
  }

  private addData(value: Slice): void {
    if (value == ABSENT) return;
    if (!this.hasData) {
      this.hasData = true;
      this.data = value;
      return;
    }
    const joined = this.joined;
    if (joined.size == 0) joined.append(this.data);
    joined.byte(LF).append(value);
    this.data = joined.slice;
  }

  /** Drops the event that was reported last. */
  @inline
  private forget(): void {
    if (!this.isOpen && this.held.size > 0) this.held.release(KEPT_BYTES);
    if (this.joined.size > 0) this.joined.release(KEPT_BYTES);
    this.data = ABSENT;
    this.event = ABSENT;
    this.id = ABSENT;
    this.comment = ABSENT;
    this.raw = ABSENT;
    this.hasData = false;
    this.tooLong = false;
    this.longPart = ABSENT;
  }
}

/** The value behind a field's name, without one leading space; ABSENT if the name is longer. */
function fieldValue(p: usize, end: usize): Slice {
  if (p == end) return sliceBetween(p, end);
  if (load<u8>(p) != 0x3a) return ABSENT;
  p++;
  if (p < end && load<u8>(p) == 0x20) p++;
  return sliceBetween(p, end);
}

/** The address of the first CR or LF from `p` on, or `end`. */
function lineEnd(p: usize, end: usize): usize {
  for (; p + 16 <= end; p += 16) {
    const bytes = v128.load(p);
    const mask = i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(0x0a)), i8x16.eq(bytes, i8x16.splat(0x0d))));
    if (mask) return p + ctz(mask);
  }
  while (p < end && !isLineEnd(load<u8>(p))) p++;
  return p;
}

// @ts-ignore: decorator
@inline
function isLineEnd(byte: u32): bool {
  return byte == LF || byte == CR;
}
