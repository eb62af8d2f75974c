import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { INCOMPLETE_CHARACTER, jsonCharacterAt } from "../../../assembly/bytes/json-character";
import { Slice, sliceEnd, sliceSize, sliceStart, subslice } from "../../../assembly/bytes/slice";
import { characterOf, lengthOf } from "../../../assembly/bytes/utf8";
import { SourceList } from "./source-list";

const THINK = "<think>";
const THINK_END = "</think>";
/** A text that begins with more blanks than this does not begin with reasoning. */
const MOST_BLANKS: i32 = 64;
const LESS: u32 = 0x3c;
const KEPT_BYTES: i32 = 256;

const enum Place {
  /** The text has not begun, or only with blanks and a part of `<think>`. */
  Begin,
  /** In the reasoning that the text begins with. */
  Reasoning,
  /** The references are written, or come at the end. */
  Text,
  /** The text has ended. */
  End,
}

/**
 * Puts the references into one text: before it, behind the reasoning with which it begins, or behind it. The text comes in pieces, each the content of
 * a JSON string; the result does not depend on where it is cut. At most 64 blanks and a part of `<think>` are held.
 */
export class Placement {
  private place: Place = Place.Begin;
  /** The letters of `</think>` that the text ends with. */
  private matched: i32 = 0;
  private readonly held: ByteBuffer = new ByteBuffer();
  /** Whether the text has a character. */
  hasText: bool = false;
  /** Whether the references stand before the text, or behind its reasoning. */
  hasReferences: bool = false;

  /** Whether the text has ended. */
  get hasEnded(): bool {
    return this.place == Place.End;
  }

  /** Whether the rest of the text stays as it is. */
  get isPlaced(): bool {
    return this.place == Place.Text || this.place == Place.End;
  }

  /** Whether a piece was not written. */
  get holds(): bool {
    return this.held.size > 0;
  }

  /** Appends what is known of the text after one more piece. `isLast`: the text ends with it. */
  write(piece: Slice, isLast: bool, sources: SourceList, out: ByteBuffer): void {
    if (sliceSize(piece)) this.hasText = true;
    if (sources.isTail) {
      out.append(piece);
      if (isLast && this.hasText && this.place != Place.End) writeBehind(sources, out);
    } else this.writeHead(piece, isLast, sources, out);
    if (isLast) this.place = Place.End;
  }

  /** Forgets the text. */
  reset(): void {
    this.place = Place.Begin;
    this.matched = 0;
    this.hasText = false;
    this.hasReferences = false;
    this.held.release(KEPT_BYTES);
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.held.dispose();
  }

  private writeHead(piece: Slice, isLast: bool, sources: SourceList, out: ByteBuffer): void {
    let rest = piece;
    if (this.place == Place.Begin) {
      this.held.append(piece);
      rest = this.begin(isLast, sources, out);
    }
    if (this.place == Place.Reasoning) this.reason(rest, isLast, sources, out);
    else out.append(rest);
    if (this.place != Place.Begin) this.held.clear();
  }

  /** Decides how the text begins. Returns what of it is not written; empty as long as nothing is decided. */
  private begin(isLast: bool, sources: SourceList, out: ByteBuffer): Slice {
    const text = this.held.slice;
    const end = sliceEnd(text);
    let letters = 0;
    let blanks = 0;
    let p = sliceStart(text);
    while (p < end) {
      const decoded = jsonCharacterAt(p, end, 1);
      const character = characterOf(decoded);
      const isBlank = letters == 0 && (character == 0x20 || character - 0x09 < 5);
      if (isBlank && ++blanks <= MOST_BLANKS) {
        p += lengthOf(decoded);
        continue;
      }
      if (decoded == INCOMPLETE_CHARACTER || character != <u32>THINK.charCodeAt(letters)) break;
      p += lengthOf(decoded);
      if (++letters < THINK.length) continue;
      this.place = Place.Reasoning;
      const size = <i32>(p - sliceStart(text));
      out.append(subslice(text, 0, size));
      return subslice(text, size);
    }
    if (p == end && !isLast) return subslice(text, 0, 0);
    this.place = Place.Text;
    // A text of nothing but blanks has no references.
    if (p < end || letters) {
      this.hasReferences = true;
      sources.write(out);
      out.text("\\n\\n");
    }
    return text;
  }

  /** Looks for the end of the reasoning, behind which the references stand. */
  private reason(text: Slice, isLast: bool, sources: SourceList, out: ByteBuffer): void {
    const end = sliceEnd(text);
    for (let p = sliceStart(text); p < end;) {
      const decoded = jsonCharacterAt(p, end, 1);
      if (decoded == INCOMPLETE_CHARACTER) break;
      p += lengthOf(decoded);
      const character = characterOf(decoded);
      if (character == <u32>THINK_END.charCodeAt(this.matched)) this.matched++;
      else this.matched = character == LESS ? 1 : 0;
      if (this.matched < THINK_END.length) continue;
      this.place = Place.Text;
      const size = <i32>(p - sliceStart(text));
      out.append(subslice(text, 0, size));
      this.writeAfterReasoning(sources, out);
      out.append(subslice(text, size));
      return;
    }
    out.append(text);
    if (isLast) this.writeAfterReasoning(sources, out);
  }

  private writeAfterReasoning(sources: SourceList, out: ByteBuffer): void {
    this.hasReferences = true;
    out.text("\\n");
    sources.write(out);
    out.text("\\n\\n");
  }
}

/** Appends the references as they stand behind a text. */
export function writeBehind(sources: SourceList, out: ByteBuffer): void {
  out.text("\\n\\n");
  sources.write(out);
}
