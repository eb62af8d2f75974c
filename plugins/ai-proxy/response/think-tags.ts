import { ByteBuffer } from "../../../assembly/bytes/buffer";
import {
  byteAt,
  indexOfText,
  isSpace,
  Slice,
  sliceSize,
  sliceStartsWith,
  subslice,
} from "../../../assembly/bytes/slice";

const OPEN = "<think>";
const CLOSE = "</think>";
/** White space beyond this many bytes before the first word is not held back. */
const MOST_SPACE = 64;
const KEPT_BYTES = 256;

const kept = new ByteBuffer();

/** How far a content is. */
const enum Place {
  /** Nothing but white space, or the first letters of the tag, has come. */
  Start,
  Inside,
  /** Between the closing tag and the first word behind it. */
  Behind,
  Past,
}

/** Takes the reasoning between `<think>` and `</think>` at the start of a content apart from what follows. Linear. */
export class ThinkTags {
  private place: Place = Place.Start;
  /** What may be the beginning of a tag. */
  private readonly held: ByteBuffer = new ByteBuffer();

  /** Whether the rest of the content has no tag that counts. */
  get isPast(): bool {
    return this.place == Place.Past;
  }

  /** Whether something is held back. */
  get isHolding(): bool {
    return this.held.size > 0;
  }

  /** Appends the next piece of the content, UTF-8, to what it is; the piece is not in these buffers. */
  push(piece: Slice, reasoning: ByteBuffer, content: ByteBuffer): void {
    const held = this.held;
    held.append(piece);
    if (this.place == Place.Start) this.readStart(content);
    if (this.place == Place.Inside) this.readInside(reasoning);
    if (this.place == Place.Behind) this.readBehind(content);
    if (this.place == Place.Past && held.size) {
      content.append(held.slice);
      held.clear();
    }
    // The rest is a few bytes; the piece may have been long.
    kept.clear();
    kept.append(held.slice);
    held.release(KEPT_BYTES);
    held.append(kept.slice);
  }

  /** Appends what is held: the content ends. */
  end(reasoning: ByteBuffer, content: ByteBuffer): void {
    if (this.place == Place.Inside) reasoning.append(this.held.slice);
    else content.append(this.held.slice);
    this.place = Place.Past;
    this.held.clear();
  }

  /** Frees the memory. */
  free(): void {
    this.held.dispose();
  }

  private readStart(content: ByteBuffer): void {
    const text = this.held.slice;
    let at = 0;
    while (at < sliceSize(text) && isSpace(byteAt(text, at))) at++;
    const rest = subslice(text, at);
    if (sliceStartsWith(rest, OPEN)) {
      this.held.dropFront(at + OPEN.length);
      this.place = Place.Inside;
    } else if (at > MOST_SPACE || beginningOf(OPEN, rest) < sliceSize(rest)) this.place = Place.Past;
  }

  private readInside(reasoning: ByteBuffer): void {
    const text = this.held.slice;
    const end = indexOfText(text, CLOSE);
    const size = end < 0 ? sliceSize(text) - beginningAtEnd(CLOSE, text) : end;
    reasoning.append(subslice(text, 0, size));
    this.held.dropFront(end < 0 ? size : end + CLOSE.length);
    if (end >= 0) this.place = Place.Behind;
  }

  /** The line ends behind the tag are no content. */
  private readBehind(content: ByteBuffer): void {
    const text = this.held.slice;
    let at = 0;
    while (at < sliceSize(text) && isSpace(byteAt(text, at))) at++;
    this.held.dropFront(at);
    if (this.held.size) this.place = Place.Past;
  }
}

/** The number of bytes of `text` that are the beginning of `tag`. */
function beginningOf(tag: string, text: Slice): i32 {
  const most = min(tag.length, sliceSize(text));
  let count = 0;
  while (count < most && byteAt(text, count) == <u32>tag.charCodeAt(count)) count++;
  return count;
}

/** The number of bytes at the end of `text` that may be the beginning of `tag`. */
function beginningAtEnd(tag: string, text: Slice): i32 {
  for (let count = min(tag.length - 1, sliceSize(text)); count > 0; count--) {
    if (beginningOf(tag, subslice(text, sliceSize(text) - count)) == count) return count;
  }
  return 0;
}
