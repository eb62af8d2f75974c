import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, byteAt, sliceSize, sliceStart, subslice } from "../bytes/slice";

/** Stands for what cannot be told, as a JSON string's content. */
const REPLACEMENT: string = "\ufffd";
const BACKSLASH: u32 = 0x5c;
/** The size of an escape such as `\ud83d`, and of U+FFFD in UTF-8. */
const ESCAPE_SIZE: i32 = 6;
const REPLACEMENT_SIZE: i32 = 3;
/** Stands in `held` for U+FFFD itself: a cumulative stream may show it where a character is not whole yet. */
const UNFINISHED: u32 = 0xfffd;

/**
 * How far a text that comes in pieces has gone out: a message's content, its reasoning, the arguments of a call. The
 * pieces are contents of JSON strings, still escaped, and are copied, never decoded. Only the halves of a surrogate pair
 * that two pieces share are put together again, for a string may not end between them. Memory of zeros is a fresh one.
 */
@unmanaged
export class StreamText {
  /** Bytes of the escaped text that have gone out, in cumulative streams; -1 where the pieces are increments after all. */
  sent: i32;
  /** What ended the last piece and cannot go out before the next one is there: a high surrogate; 0 if nothing. */
  held: u32;
  /** The first `FIRST_BYTES` of what has gone out, by which a cumulative piece is known. */
  first: u32;
  /** Their second half. */
  second: u32;
}

/** The size of `first`. */
const FIRST_BYTES: i32 = 8;

/** What the last piece that was taken had held back. */
let carried: u32 = 0;

/** Takes what is new in a piece, or ABSENT if nothing is; `writePiece` must follow. */
export function takePiece(text: StreamText, piece: Slice): Slice {
  if (sliceSize(piece) == 0) return ABSENT;
  carried = text.held;
  text.held = endingSurrogate(piece);
  return text.held ? subslice(piece, 0, sliceSize(piece) - ESCAPE_SIZE) : piece;
}

/**
 * Takes what is new in all text so far, or ABSENT if nothing is; `writePiece` must follow. A piece that begins otherwise
 * than the text so far is an increment, and so are all that follow: some models stream nothing else, whatever was asked.
 */
export function takeRest(text: StreamText, whole: Slice): Slice {
  if (text.sent > 0 && !beginsAlike(text, whole)) text.sent = -1;
  if (text.sent < 0) return takePiece(text, whole);
  const size = sliceSize(whole);
  const from = boundaryAt(whole, text.sent);
  if (from >= size) return ABSENT;
  carried = 0;
  text.held = endingSurrogate(whole);
  if (!text.held && endsUnfinished(whole)) text.held = UNFINISHED;
  const end = size - (text.held == 0 ? 0 : text.held == UNFINISHED ? REPLACEMENT_SIZE : ESCAPE_SIZE);
  if (end <= from) return ABSENT;
  if (text.sent < FIRST_BYTES)
    memory.copy(changetype<usize>(text) + offsetof<StreamText>("first"), sliceStart(whole), min(end, FIRST_BYTES));
  text.sent = end;
  return subslice(whole, from, end);
}

/** Writes what was taken last. */
export function writePiece(piece: Slice, out: ByteBuffer): void {
  if (carried) {
    if (startsWithLowSurrogate(piece)) writeEscape(carried, out);
    else out.text(REPLACEMENT);
    carried = 0;
  }
  out.append(piece);
}

/** Ends a text: what was held back comes no more. Gives whether U+FFFD has to be written for it. */
export function endText(text: StreamText): bool {
  const hasHeld = text.held != 0;
  text.held = 0;
  return hasHeld;
}

/** Writes U+FFFD. */
export function writeReplacement(out: ByteBuffer): void {
  out.text(REPLACEMENT);
}

function beginsAlike(text: StreamText, whole: Slice): bool {
  const size = min(min(text.sent, sliceSize(whole)), FIRST_BYTES);
  return memory.compare(changetype<usize>(text) + offsetof<StreamText>("first"), sliceStart(whole), size) == 0;
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

/** Moves behind the character or escape that a position may have got into where the provider changed its text. */
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
