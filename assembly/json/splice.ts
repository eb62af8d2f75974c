import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, sliceBetween, sliceEnd, sliceStart } from "../bytes/slice";

/**
 * Copies a text with changes that come in its order, from front to back; all other bytes stay the same.
 *
 * @example
 * splice.begin(text, out);
 * splice.before(token).text("new, ");
 * splice.insteadOf(other).text("another");
 * splice.end();
 */
// @ts-ignore: decorator
@unmanaged
export class Splice {
  private text: Slice = ABSENT;
  private out: ByteBuffer = new ByteBuffer();
  private copied: usize = 0;
  /** Whether a change was made. */
  changed: bool = false;

  /** Begins with a text, whose copy is appended to `out`. */
  begin(text: Slice, out: ByteBuffer): void {
    this.text = text;
    this.out = out;
    this.copied = sliceStart(text);
    this.changed = false;
  }

  /** Copies up to the beginning of a part. What the caller appends to the result stands before the part. */
  before(part: Slice): ByteBuffer {
    return this.to(sliceStart(part));
  }

  /** Copies up to the end of a part. What the caller appends to the result stands behind the part. */
  behind(part: Slice): ByteBuffer {
    return this.to(sliceEnd(part));
  }

  /** Copies up to a part, and skips it. What the caller appends to the result stands in its place. */
  insteadOf(part: Slice): ByteBuffer {
    this.to(sliceStart(part));
    this.copied = sliceEnd(part);
    return this.out;
  }

  /** Copies the rest. */
  end(): void {
    this.out.append(sliceBetween(this.copied, sliceEnd(this.text)));
  }

  private to(address: usize): ByteBuffer {
    this.changed = true;
    this.out.append(sliceBetween(this.copied, address));
    this.copied = address;
    return this.out;
  }
}
