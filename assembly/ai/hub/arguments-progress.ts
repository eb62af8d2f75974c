import { byteAt, Slice, sliceSize } from "../../bytes/slice";

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;

/** Follows the arguments of a tool call, which are JSON in pieces of a JSON string's content, to know when they are whole. */
@unmanaged
export class ArgumentsProgress {
  /** Whether the object has ended. Nothing but white space belongs to the call after that. */
  isWhole: bool = false;
  private depth: i32 = 0;
  private isInText: bool = false;
  private isEscaped: bool = false;

  /** Begins with the arguments of another call. */
  restart(): void {
    this.isWhole = false;
    this.depth = 0;
    this.isInText = false;
    this.isEscaped = false;
  }

  /** Takes the next piece, which does not end inside an escape. */
  take(piece: Slice): void {
    const size = sliceSize(piece);
    for (let i = 0; i < size; i++) {
      let byte = byteAt(piece, i);
      if (byte == BACKSLASH && i + 1 < size) {
        byte = byteAt(piece, ++i);
        if (byte != QUOTE && byte != BACKSLASH) continue;
      }
      if (this.isEscaped) this.isEscaped = false;
      else if (byte == QUOTE) this.isInText = !this.isInText;
      else if (this.isInText) this.isEscaped = byte == BACKSLASH;
      // The braces and brackets: { or [ opens, } or ] closes.
      else if ((byte | 0x20) == 0x7b) this.depth++;
      else if ((byte | 0x20) == 0x7d && --this.depth == 0) this.isWhole = true;
    }
  }
}
