import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { byteAt, copyInto, Slice, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { ValueKind } from "../../../assembly/json/path-sink";
import { holdText, releaseText } from "./text-budget";

const CUT = " [truncated] ";
const FEWEST_BYTES: i32 = 256;

/**
 * A value that comes in pieces, of which at most `limit` bytes are held: of a longer one the first and the last half. Its memory is part
 * of what the VM holds at most; a value for which there is none is dropped.
 */
export class BoundedText {
  /** What the value is. */
  kind: ValueKind = ValueKind.Nothing;
  /** Which of several probes has found it. */
  owner: i32 = -1;
  private readonly bytes: ByteBuffer = new ByteBuffer();
  private total: i64 = 0;
  /** Where the oldest byte of the second half is, if the value is too long. */
  private oldest: i32 = 0;
  private reserved: i32 = 0;
  private isDropped: bool = false;

  constructor(private readonly limit: i32) {}

  /** Whether there is a value. */
  get isEmpty(): bool {
    return this.total == 0 || this.isDropped;
  }

  /** Whether the value is longer than the limit. */
  get isCut(): bool {
    return this.total > this.limit;
  }

  /** Appends a piece. */
  append(piece: Slice): void {
    const size = sliceSize(piece);
    if (this.isDropped || !size) return;
    this.total += size;
    const bytes = this.bytes;
    const fitting = min(size, this.limit - bytes.size);
    if (fitting > 0) {
      if (!this.reserve(bytes.size + fitting)) return this.drop();
      bytes.append(subslice(piece, 0, fitting));
    }
    if (fitting < size) this.rotate(subslice(piece, fitting));
  }

  /** Appends the value to a text in UTF-8; a character that the cut divides is left out. */
  write(out: ByteBuffer): void {
    const all = this.bytes.slice;
    if (!this.isCut) {
      out.append(all);
      return;
    }
    const half = this.limit >> 1;
    out.append(withoutCutCharacter(subslice(all, 0, half))).text(CUT);
    const old = half + this.oldest;
    const older = subslice(all, old);
    const skipped = continuationBytes(older);
    out.append(subslice(older, skipped));
    const newer = subslice(all, half, old);
    out.append(subslice(newer, skipped && skipped == sliceSize(older) ? continuationBytes(newer) : 0));
  }

  /** Removes the value, and keeps its memory. */
  clear(): void {
    this.kind = ValueKind.Nothing;
    this.owner = -1;
    this.bytes.clear();
    this.total = 0;
    this.oldest = 0;
  }

  /** Frees the memory; the value is not used again. */
  dispose(): void {
    releaseText(this.reserved);
    this.reserved = 0;
    this.bytes.dispose();
  }

  /** Puts a piece behind what is held, in place of the oldest bytes of the second half. */
  private rotate(piece: Slice): void {
    const half = this.limit >> 1;
    const room = this.limit - half;
    const size = sliceSize(piece);
    const tail = subslice(this.bytes.slice, half);
    if (size >= room) {
      copyInto(tail, subslice(piece, size - room));
      this.oldest = 0;
      return;
    }
    const first = min(size, room - this.oldest);
    copyInto(subslice(tail, this.oldest), subslice(piece, 0, first));
    copyInto(tail, subslice(piece, first));
    this.oldest = (this.oldest + size) % room;
  }

  private reserve(bytes: i32): bool {
    if (bytes <= this.reserved) return true;
    const wanted = min(max(max(bytes, 2 * this.reserved), FEWEST_BYTES), max(this.limit, bytes));
    if (!holdText(wanted - this.reserved)) return false;
    this.reserved = wanted;
    return true;
  }

  private drop(): void {
    this.isDropped = true;
    releaseText(this.reserved);
    this.reserved = 0;
    this.bytes.free();
  }
}

/** A text without the beginning of a character at its end. */
function withoutCutCharacter(text: Slice): Slice {
  const size = sliceSize(text);
  let lead = size;
  while (lead > 0 && size - lead < 3 && isContinuation(byteAt(text, lead - 1))) lead--;
  if (!lead) return text;
  const first = byteAt(text, lead - 1);
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return size - lead + 1 < length ? subslice(text, 0, lead - 1) : text;
}

/** How many bytes at the beginning, at most three, belong to a character before it. */
function continuationBytes(text: Slice): i32 {
  let count = 0;
  while (count < 3 && count < sliceSize(text) && isContinuation(byteAt(text, count))) count++;
  return count;
}

function isContinuation(byte: u32): bool {
  return (byte & 0xc0) == 0x80;
}
