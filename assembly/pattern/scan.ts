import { ByteBuffer } from "../bytes/buffer";
import { freeUnmanaged } from "../bytes/unmanaged";

/** The position of a search in a text that comes in pieces. The owner disposes of it. */
// @ts-ignore: decorator
@unmanaged
export class PatternScan {
  /** The index of the literal or pattern that was found, or -1. */
  matched: i32 = -1;
  /** The position of a `LiteralSet`. */
  position: u32 = 0;
  /** The position of a `PatternSet`: the key of a state. */
  readonly state: ByteBuffer = new ByteBuffer();
  /** The bytes of a character that continues in the next piece. */
  readonly rest: ByteBuffer = new ByteBuffer();

  /** Begins a new text. */
  clear(): void {
    this.matched = -1;
    this.position = 0;
    this.state.clear();
    this.rest.clear();
  }

  /** Frees the memory; the scan is not used again. */
  dispose(): void {
    this.state.dispose();
    this.rest.dispose();
    freeUnmanaged(this);
  }
}
