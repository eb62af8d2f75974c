import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT, byteAt, Slice, sliceEquals, sliceSize, subslice } from "../../../../assembly/bytes/slice";
import { crc32 } from "./crc32";

const PRELUDE: u32 = 12;
const TRAILER: u32 = 4;
/** https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html: type 7 of a header's value is a string. */
const STRING = 7;
/** A longer message is not buffered. */
const LONGEST_MESSAGE: u32 = 1024 * 1024;

/** Cuts the bytes of an `application/vnd.amazon.eventstream` into messages, wherever the chunks end. */
export class EventDecoder {
  private readonly bytes: ByteBuffer = new ByteBuffer();
  private done: i32 = 0;
  private headers: Slice = ABSENT;
  /** The payload of the message; valid until the next call. */
  payload: Slice = ABSENT;
  /** Whether the bytes are not such a stream: no message follows. */
  isBroken: bool = false;

  /** Takes a chunk. */
  push(chunk: Slice): void {
    this.bytes.dropFront(this.done);
    this.done = 0;
    this.bytes.append(chunk);
  }

  /** Whether bytes are left that are no whole message. */
  get hasRest(): bool {
    return this.bytes.size > this.done;
  }

  /** Goes to the next whole message; `false` if there is none. */
  next(): bool {
    const rest = subslice(this.bytes.slice, this.done);
    if (this.isBroken || <u32>sliceSize(rest) < PRELUDE) return false;
    const size = u32At(rest, 0);
    const headers = u32At(rest, 4);
    const isPossible = size <= LONGEST_MESSAGE && headers <= size && size - headers >= PRELUDE + TRAILER;
    if (!isPossible || crc32(subslice(rest, 0, 8)) != u32At(rest, 8)) return this.fail();
    if (<u32>sliceSize(rest) < size) return false;
    const end = size - TRAILER;
    if (crc32(subslice(rest, 0, end)) != u32At(rest, end)) return this.fail();
    this.headers = subslice(rest, PRELUDE, PRELUDE + headers);
    this.payload = subslice(rest, PRELUDE + headers, end);
    this.done += size;
    return true;
  }

  /** The text of a header of the message; `ABSENT` if it has none of that name. */
  header(name: string): Slice {
    const headers = this.headers;
    const size = sliceSize(headers);
    for (let at = 0; at < size;) {
      const nameEnd = at + 1 + byteAt(headers, at);
      if (nameEnd + 3 > size || byteAt(headers, nameEnd) != STRING) return ABSENT;
      const valueEnd = nameEnd + 3 + (byteAt(headers, nameEnd + 1) << 8) + byteAt(headers, nameEnd + 2);
      if (valueEnd > size) return ABSENT;
      if (sliceEquals(subslice(headers, at + 1, nameEnd), name)) return subslice(headers, nameEnd + 3, valueEnd);
      at = valueEnd;
    }
    return ABSENT;
  }

  free(): void {
    this.bytes.dispose();
  }

  private fail(): bool {
    this.isBroken = true;
    return false;
  }
}

function u32At(bytes: Slice, at: i32): u32 {
  return (
    (byteAt(bytes, at) << 24) | (byteAt(bytes, at + 1) << 16) | (byteAt(bytes, at + 2) << 8) | byteAt(bytes, at + 3)
  );
}
