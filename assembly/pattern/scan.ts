import { ByteBuffer } from "../bytes/buffer";
import { freeUnmanaged } from "../bytes/unmanaged";

/** Where a set stands in one text that comes in pieces. Its owner disposes of it. */
// @ts-ignore: decorator
@unmanaged
export class PatternScan {
  /** The index of what was found, or -1. */
  matched: i32 = -1;
  /** Where literals stand. */
  position: u32 = 0;
  /** Where patterns stand: the key of a state. */
  readonly state: ByteBuffer = new ByteBuffer();
  /** The bytes of a character that the last piece cut in two. */
  readonly rest: ByteBuffer = new ByteBuffer();

  /** Forgets the text. */
  clear(): void {
    this.matched = -1;
    this.position = 0;
    this.state.clear();
    this.rest.clear();
  }

  /** Gives the memory back; the scan is not used again. */
  dispose(): void {
    this.state.dispose();
    this.rest.dispose();
    freeUnmanaged(this);
  }
}
