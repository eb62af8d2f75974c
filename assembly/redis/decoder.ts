import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, byteAt, indexOfByte, Slice, sliceSize, subslice } from "../bytes/slice";
import { isReplyNumber, parseReplyNumber, ReplyKind } from "./reply";

const CARRIAGE_RETURN: u32 = 0x0d;
const LINE_FEED: u32 = 0x0a;
const LINE_END: i32 = 2;
/** The longest line of a number: type, sign, nineteen digits and the line end. */
const MOST_NUMBER_BYTES: i32 = 24;
/** The most elements of all arrays of a reply. */
const MOST_ELEMENTS: i64 = 1 << 16;
/** The most arrays within one another. */
const MOST_DEPTH: i32 = 8;
/** Memory that an empty decoder keeps. */
const KEPT_BYTES: i32 = 64 << 10;

/** Why a decoder has stopped. */
export const enum DecoderFault {
  None,
  /** The bytes are not RESP2. */
  Malformed,
  /** The reply is larger, wider or deeper than allowed. */
  TooLarge,
}

/**
 * Cuts the bytes of a Redis connection into replies of RESP2, wherever the network has cut them. The work is linear in the bytes; memory
 * is bounded by the largest reply plus the largest chunk. After a fault it finds no more replies until `reset`.
 *
 * @example
 * decoder.push(chunk);
 * for (let reply = decoder.next(); reply != ABSENT; reply = decoder.next()) read(reply);
 */
export class ReplyDecoder {
  private readonly buffer: ByteBuffer = new ByteBuffer();
  /** Where the reply under way begins. */
  private from: i32 = 0;
  /** Where the next value of it, or the rest of the current one, begins. */
  private at: i32 = 0;
  /** Up to where a line end was looked for. */
  private looked: i32 = 0;
  /** The size of the bulk string whose bytes come next, with its line end; 0 if none does. */
  private bulk: i32 = 0;
  /** The number of elements that are missing in each open array. */
  private readonly missing: StaticArray<i64> = new StaticArray<i64>(MOST_DEPTH);
  private depth: i32 = 0;
  private elements: i64 = 0;
  /** Why there are no more replies. */
  fault: DecoderFault = DecoderFault.None;

  /** `limit` is the most bytes of one reply. */
  constructor(private readonly limit: i32 = 1 << 20) {}

  /** Adds bytes that arrived, and forgets the replies that `next` has returned. */
  push(bytes: Slice): void {
    if (this.fault != DecoderFault.None) return;
    if (this.from) {
      this.buffer.dropFront(this.from);
      this.at -= this.from;
      this.looked -= this.from;
      this.from = 0;
    }
    if (!this.buffer.size) this.buffer.release(KEPT_BYTES);
    this.buffer.append(bytes);
  }

  /** The next whole reply, valid until `push` or `reset`; `ABSENT` if more bytes are needed, or after a fault. */
  next(): Slice {
    while (this.fault == DecoderFault.None) {
      if (!this.readValue()) return ABSENT;
      while (this.depth && this.missing[this.depth - 1]-- == 0) this.depth--;
      if (this.depth) continue;
      const reply = subslice(this.buffer.slice, this.from, this.at);
      this.from = this.at;
      this.elements = 0;
      return reply;
    }
    return ABSENT;
  }

  /** Whether a reply has begun and is not whole. */
  get isWithin(): bool {
    return this.buffer.size > this.from;
  }

  /** Begins with a new connection. */
  reset(): void {
    this.buffer.release(KEPT_BYTES);
    this.from = 0;
    this.at = 0;
    this.looked = 0;
    this.bulk = 0;
    this.depth = 0;
    this.elements = 0;
    this.fault = DecoderFault.None;
  }

  /** Reads one value, of an array only its head; `false` if bytes are missing, or after a fault. */
  private readValue(): bool {
    if (!this.bulk && !this.readLine()) return false;
    if (!this.bulk) return true;
    const bytes = this.buffer.slice;
    const end = this.at + this.bulk;
    if (end > sliceSize(bytes)) return false;
    if (byteAt(bytes, end - LINE_END) != CARRIAGE_RETURN || byteAt(bytes, end - 1) != LINE_FEED) return this.fail();
    this.bulk = 0;
    this.at = end;
    this.looked = end;
    return true;
  }

  /** Reads the line of a value; `false` if bytes are missing, or after a fault. */
  private readLine(): bool {
    const bytes = this.buffer.slice;
    const size = sliceSize(bytes);
    if (this.at == size) return false;
    const type = byteAt(bytes, this.at);
    const isText = type == ReplyKind.Text || type == ReplyKind.Error;
    if (!isText && type != ReplyKind.Integer && type != ReplyKind.Bulk && type != ReplyKind.Array) return this.fail();
    const end = indexOfByte(bytes, CARRIAGE_RETURN, this.looked);
    const reached = end < 0 ? size : end;
    if (!isText && reached - this.at > MOST_NUMBER_BYTES) return this.fail();
    if (reached - this.from > this.limit) return this.fail(DecoderFault.TooLarge);
    this.looked = reached;
    if (end < 0 || end + 1 == size) return false;
    if (byteAt(bytes, end + 1) != LINE_FEED) return this.fail();
    const line = subslice(bytes, this.at + 1, end);
    this.at = end + LINE_END;
    this.looked = this.at;
    return isText ? indexOfByte(line, LINE_FEED) < 0 || this.fail() : this.readNumber(type, line);
  }

  private readNumber(type: u32, line: Slice): bool {
    if (!isReplyNumber(line)) return this.fail();
    const number = parseReplyNumber(line);
    if (type == ReplyKind.Integer) return true;
    if (number < -1) return this.fail();
    if (type == ReplyKind.Array) return this.openArray(number);
    if (number > this.limit - (this.at - this.from)) return this.fail(DecoderFault.TooLarge);
    if (number >= 0) this.bulk = <i32>number + LINE_END;
    return true;
  }

  private openArray(count: i64): bool {
    if (count <= 0) return true;
    this.elements += count;
    if (count > MOST_ELEMENTS || this.elements > MOST_ELEMENTS || this.depth == MOST_DEPTH)
      return this.fail(DecoderFault.TooLarge);
    // Its head counts as a value too: `next` takes one off.
    this.missing[this.depth++] = count;
    return true;
  }

  private fail(fault: DecoderFault = DecoderFault.Malformed): bool {
    this.fault = fault;
    this.buffer.release(0);
    return false;
  }
}
