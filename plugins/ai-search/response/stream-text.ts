import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice } from "../../../assembly/bytes/slice";
import { JsonWriter } from "../../../assembly/json/writer";
import { CitationForm, Citations } from "./citations";
import { Placement } from "./placement";
import { SourceList } from "./source-list";

/** One text of a stream: a choice of a chat completion, or the block of a message that has the references. */
export class StreamText {
  /** The index of the choice or the block. */
  index: i32 = 0;
  private readonly placement: Placement = new Placement();
  private readonly citations: Citations = new Citations();
  private hasAnnotations: bool = false;

  /** Begins a text. */
  begin(index: i32): void {
    this.reset();
    this.index = index;
  }

  /** Whether the text has a character. */
  get hasText(): bool {
    return this.placement.hasText || this.citations.hasText;
  }

  /** Whether the references were written before the text, or behind its reasoning. */
  get hasReferences(): bool {
    return this.placement.hasReferences;
  }

  /** Whether a piece of the text was not written. */
  get holds(): bool {
    return this.placement.holds;
  }

  /** Whether the text has ended. */
  get hasEnded(): bool {
    return this.placement.hasEnded || this.hasAnnotations;
  }

  /** Appends what is known of the text with its references after one more piece: see `Placement`. */
  write(piece: Slice, isLast: bool, sources: SourceList, out: ByteBuffer): void {
    this.placement.write(piece, isLast, sources, out);
  }

  /** Looks for citations in a piece. */
  scan(piece: Slice, sources: SourceList): void {
    this.citations.push(piece, sources.count);
  }

  /** Ends the text with its annotations. */
  annotate(sources: SourceList, json: JsonWriter): void {
    this.hasAnnotations = true;
    this.citations.write(sources, CitationForm.Chat, json);
  }

  /** Forgets the text. */
  reset(): void {
    this.index = 0;
    this.placement.reset();
    this.citations.reset();
    this.hasAnnotations = false;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.placement.dispose();
    this.citations.dispose();
  }
}
