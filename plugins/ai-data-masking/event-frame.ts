import { ByteBuffer } from "../../assembly/bytes/buffer";
import {
  ABSENT,
  Slice,
  sliceBetween,
  sliceEnd,
  sliceSize,
  slicesEqual,
  sliceStart,
  subslice,
} from "../../assembly/bytes/slice";
import { jsonValidate } from "../../assembly/json/validate";
import { TextState } from "./text-state";

/** The most bytes around a text that are kept. */
const LONGEST = 4096;

/**
 * What an event of a stream had around its only text. Most streams repeat it, and then only the text is read: everything else means
 * what it meant before.
 */
export class EventFrame {
  /** The only text of the event, as far as it is known. */
  state: TextState | null = null;
  private readonly head: ByteBuffer = new ByteBuffer();
  private readonly tail: ByteBuffer = new ByteBuffer();
  private found: TextState | null = null;
  private content: Slice = ABSENT;
  private texts: i32 = 0;

  /** Begins to learn a frame from an event that is read. */
  begin(): void {
    this.texts = 0;
  }

  /** Notes a text of the event: the content of a JSON string. */
  note(state: TextState, content: Slice): void {
    this.texts++;
    this.found = state;
    this.content = content;
  }

  /** Notes that the event has something that is to be read in each one. */
  spoil(): void {
    this.texts = 2;
  }

  /** Keeps the frame of the event with these bytes, if it has one text and nothing else to be read. */
  keep(raw: Slice): void {
    const content = this.content;
    if (this.texts != 1 || sliceStart(content) < sliceStart(raw) || sliceEnd(content) > sliceEnd(raw)) return;
    if (sliceSize(raw) - sliceSize(content) > LONGEST) return;
    this.head.clear();
    this.head.append(sliceBetween(sliceStart(raw), sliceStart(content)));
    this.tail.clear();
    this.tail.append(sliceBetween(sliceEnd(content), sliceEnd(raw)));
    this.state = this.found;
  }

  /** The text of an event that has this frame, or ABSENT. */
  textOf(raw: Slice): Slice {
    const head = this.head.size;
    const size = sliceSize(raw) - head - this.tail.size;
    if (this.state === null || size < 0) return ABSENT;
    if (!slicesEqual(subslice(raw, head + size), this.tail.slice)) return ABSENT;
    if (!slicesEqual(subslice(raw, 0, head), this.head.slice)) return ABSENT;
    // The frame has the quotes.
    return jsonValidate(subslice(raw, head - 1, head + size + 1)) ? ABSENT : subslice(raw, head, head + size);
  }

  /** Appends an event with another text. */
  write(text: Slice, out: ByteBuffer): void {
    out.append(this.head.slice).append(text).append(this.tail.slice);
  }

  /** Forgets the frame. */
  clear(): void {
    this.state = null;
    this.found = null;
    this.content = ABSENT;
    this.texts = 0;
    this.head.free();
    this.tail.free();
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.head.dispose();
    this.tail.dispose();
  }
}
