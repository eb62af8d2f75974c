import { ByteBuffer } from "../../bytes/buffer";
import { ABSENT, Slice, byteAt, sliceSize, subslice } from "../../bytes/slice";

/** Replaces what is lost, as the content of a JSON string. */
const REPLACEMENT: string = "\ufffd";
const BACKSLASH: u32 = 0x5c;
/** The size of an escape such as `\ud83d`, and of U+FFFD in UTF-8. */
const ESCAPE_SIZE: i32 = 6;
const REPLACEMENT_SIZE: i32 = 3;
/** Stands in `held` for U+FFFD itself: a cumulative stream may have it where a character is not whole yet. */
const UNFINISHED: u32 = 0xfffd;
/** The size of `first`. */
const FIRST_BYTES: i32 = 8;

/** A piece together with the half of a character that was held before it; valid until the next piece is taken. */
const joined = new ByteBuffer();
/** U+FFFD, apart from `joined`: a text may end while a piece of another one is not written yet. */
const lost = new ByteBuffer().text(REPLACEMENT);

/**
 * The progress of a text that comes in pieces: a choice's content, its reasoning, the arguments of a tool call. The
 * pieces are contents of JSON strings, still escaped, and are not decoded. A surrogate pair that two pieces share is put
 * together again, because each piece becomes a JSON string of its own. Memory of zeros is a new one.
 */
@unmanaged
export class TextProgress {
  /** Bytes of the escaped text that were forwarded, in cumulative streams; -1 if the pieces are increments. */
  private sent: i32;
  /** What ended the last piece and waits for the next one: a high surrogate, or UNFINISHED; 0 if nothing. */
  private held: u32;
  /** The first `FIRST_BYTES` that were forwarded, to recognize a cumulative piece. */
  private first: u64;

  /** What is new in a piece, in whole characters; ABSENT if nothing is. `isCumulative`: it is all of the text so far. */
  @inline
  take(piece: Slice, isCumulative: bool): Slice {
    if (sliceSize(piece) == 0) return ABSENT;
    return isCumulative ? this.takeRest(piece) : this.takePiece(piece);
  }

  /** Ends the text: U+FFFD for what is still held, or ABSENT. */
  end(): Slice {
    if (!this.held) return ABSENT;
    this.held = 0;
    return lost.slice;
  }

  private takePiece(piece: Slice): Slice {
    const before = this.held;
    const half = endingSurrogate(piece);
    this.held = half;
    const whole = half ? subslice(piece, 0, sliceSize(piece) - ESCAPE_SIZE) : piece;
    if (!before) return whole;
    joined.release(4096);
    if (startsWithLowSurrogate(whole)) writeEscape(before, joined);
    else joined.text(REPLACEMENT);
    return joined.append(whole).slice;
  }

  /**
   * A piece that begins otherwise than the text so far is an increment, and so are all that follow: some models stream
   * increments although cumulative texts are asked for.
   */
  private takeRest(whole: Slice): Slice {
    if (this.sent > 0 && !this.beginsAlike(whole)) this.sent = -1;
    if (this.sent < 0) return this.takePiece(whole);
    const size = sliceSize(whole);
    const from = boundaryAt(whole, this.sent);
    if (from >= size) return ABSENT;
    this.held = endingSurrogate(whole);
    if (!this.held && endsUnfinished(whole)) this.held = UNFINISHED;
    const end = size - (this.held == 0 ? 0 : this.held == UNFINISHED ? REPLACEMENT_SIZE : ESCAPE_SIZE);
    if (end <= from) return ABSENT;
    if (this.sent < FIRST_BYTES) this.first = firstBytes(whole, end);
    this.sent = end;
    return subslice(whole, from, end);
  }

  private beginsAlike(whole: Slice): bool {
    const size = min(min(this.sent, sliceSize(whole)), FIRST_BYTES);
    const mask = size == FIRST_BYTES ? u64.MAX_VALUE : ((<u64>1) << (size << 3)) - 1;
    return ((firstBytes(whole, size) ^ this.first) & mask) == 0;
  }
}

/** Up to eight bytes as a number, the first one lowest. */
function firstBytes(text: Slice, size: i32): u64 {
  let bytes: u64 = 0;
  for (let i = min(size, FIRST_BYTES) - 1; i >= 0; i--) bytes = (bytes << 8) | byteAt(text, i);
  return bytes;
}

/** The high surrogate whose escape is the last character, or 0. */
function endingSurrogate(piece: Slice): u32 {
  const at = sliceSize(piece) - ESCAPE_SIZE;
  if (at < 0 || byteAt(piece, at) != BACKSLASH || byteAt(piece, at + 1) != 0x75 || isEscaped(piece, at)) return 0;
  const unit = hexUnit(piece, at + 2);
  return (unit & 0xfc00) == 0xd800 ? unit : 0;
}

function startsWithLowSurrogate(piece: Slice): bool {
  if (sliceSize(piece) < ESCAPE_SIZE || byteAt(piece, 0) != BACKSLASH || byteAt(piece, 1) != 0x75) return false;
  return (hexUnit(piece, 2) & 0xfc00) == 0xdc00;
}

function endsUnfinished(piece: Slice): bool {
  const at = sliceSize(piece) - REPLACEMENT_SIZE;
  return at >= 0 && byteAt(piece, at) == 0xef && byteAt(piece, at + 1) == 0xbf && byteAt(piece, at + 2) == 0xbd;
}

/** The next boundary between characters: a position may lie inside one if the provider changed its text. */
function boundaryAt(whole: Slice, position: i32): i32 {
  const size = sliceSize(whole);
  if (position >= size) return size;
  if (isEscaped(whole, position)) position++;
  while (position < size && (byteAt(whole, position) & 0xc0) == 0x80) position++;
  return position;
}

/** Whether an odd number of backslashes stands before a position. */
function isEscaped(piece: Slice, position: i32): bool {
  let p = position;
  while (p > 0 && byteAt(piece, p - 1) == BACKSLASH) p--;
  return ((position - p) & 1) == 1;
}

function hexUnit(piece: Slice, at: i32): u32 {
  let unit: u32 = 0;
  for (let i = at; i < at + 4; i++) {
    const byte = byteAt(piece, i);
    unit = (unit << 4) | (byte <= 0x39 ? byte & 0xf : (byte & 0x7) + 9);
  }
  return unit;
}

function writeEscape(unit: u32, out: ByteBuffer): void {
  out.byte(BACKSLASH).byte(0x75);
  for (let shift = 12; shift >= 0; shift -= 4) {
    const digit = (unit >> shift) & 0xf;
    out.byte(digit < 10 ? 0x30 + digit : 0x57 + digit);
  }
}
