import { ByteBuffer } from "../../../assembly/bytes/buffer";
import {
  indexOfText,
  Slice,
  sliceEnd,
  sliceSize,
  slicesEqual,
  sliceStart,
  subslice,
} from "../../../assembly/bytes/slice";
import { validatedStringEnd } from "../../../assembly/json/validate";
import { EntryWriter } from "./entry-writer";

/** OpenAI varies the length of each event with a text that means nothing. It is outside of strings: no string has such quotes in it. */
const PADDING = ',"obfuscation":"';

/**
 * The event of a stream that was read last, if all that it says is a piece of text. An event that differs from it in nothing but the piece is
 * read without parsing it: most events of a stream are such ones.
 */
export class RepeatedEvent {
  /** The bytes of the event, without its piece and its padding. */
  private readonly bytes: ByteBuffer = new ByteBuffer();
  /** How many of them stand before the piece; 0 if there is no event. */
  private before: i32 = 0;
  /** How many of them stand before the padding; 0 if it has none. */
  private beforePadding: i32 = 0;
  private isReasoning: bool = false;

  /** Gives the pieces of the events that `bytes` begins with to the writer. Returns the bytes behind them, which have to be parsed. */
  giveAll(bytes: Slice, writer: EntryWriter): Slice {
    let rest = bytes;
    for (let size = this.give(rest, writer); size > 0; size = this.give(rest, writer)) rest = subslice(rest, size);
    return rest;
  }

  /** Gives the piece of an event that `bytes` begins with to the writer. Returns the size of the event; 0 if it has to be parsed. */
  give(bytes: Slice, writer: EntryWriter): i32 {
    const before = this.before;
    const known = this.bytes.slice;
    if (!before || !slicesEqual(subslice(bytes, 0, before), subslice(known, 0, before))) return 0;
    const pieceEnd = stringEnd(bytes, before);
    // Without a piece an event may say something else: another name of the text counts.
    if (pieceEnd <= before) return 0;
    const end = this.endOf(bytes, pieceEnd);
    if (end < 0) return 0;
    const choice = writer.choose(0);
    if (choice === null) return 0;
    const piece = subslice(bytes, before, pieceEnd);
    if (this.isReasoning) writer.reasoning(choice, piece);
    else writer.text(choice, piece);
    return end;
  }

  /** Takes the place of the event before; `writer` was given what the event says. */
  learn(event: Slice, writer: EntryWriter): void {
    const piece = writer.piece;
    const from = <i32>(sliceStart(piece) - sliceStart(event));
    const to = from + sliceSize(piece);
    this.before = 0;
    this.beforePadding = 0;
    // Data of several lines were joined elsewhere.
    if (writer.steps != 1 || from <= 0 || to >= sliceSize(event)) return;
    const bytes = this.bytes;
    bytes.clear();
    bytes.append(subslice(event, 0, from));
    this.before = from;
    this.isReasoning = writer.isReasoning;
    let rest = subslice(event, to);
    const padding = indexOfText(rest, PADDING);
    const paddingEnd = padding < 0 ? -1 : stringEnd(rest, padding + PADDING.length);
    if (paddingEnd > padding + PADDING.length) {
      bytes.append(subslice(rest, 0, padding + PADDING.length));
      this.beforePadding = bytes.size;
      rest = subslice(rest, paddingEnd);
    }
    bytes.append(rest);
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.bytes.dispose();
  }

  /** Where an event ends that goes on as the known one behind its piece; -1 if it goes on otherwise. */
  private endOf(bytes: Slice, from: i32): i32 {
    const known = this.bytes.slice;
    let at = from;
    let done = this.before;
    if (this.beforePadding) {
      done = this.beforePadding;
      const padding = at + done - this.before;
      if (!slicesEqual(subslice(bytes, at, padding), subslice(known, this.before, done))) return -1;
      at = stringEnd(bytes, padding);
      if (at < 0) return -1;
    }
    const end = at + sliceSize(known) - done;
    return slicesEqual(subslice(bytes, at, end), subslice(known, done)) ? end : -1;
  }
}

/** Where the string ends that begins at `from`: the place of its closing quote; -1 if it is invalid. */
function stringEnd(text: Slice, from: i32): i32 {
  const end = validatedStringEnd(sliceStart(text) + from, sliceEnd(text));
  return end ? <i32>(end - sliceStart(text)) - 1 : -1;
}
