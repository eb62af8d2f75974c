import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceOf, sliceStart } from "../bytes/slice";

/** Headers for a local reply or a callout, in the order in which they were added. Not for the hot path. */
export class HeaderPairs {
  private readonly content: ByteBuffer = new ByteBuffer();
  /** The size of each name and each value, as the ABI encodes them: 32 bits each. */
  private readonly sizes: ByteBuffer = new ByteBuffer();
  /** The number of headers. */
  count: i32 = 0;

  /** Adds a header with an ASCII value. */
  addText(name: string, value: string): this {
    const from = this.addName(name);
    this.endText(from, this.content.text(value));
    return this;
  }

  /** Adds a header. */
  add(name: string, value: Slice): this {
    const from = this.addName(name);
    this.endText(from, this.content.append(value));
    return this;
  }

  /** Adds all headers of another list. */
  addAll(other: HeaderPairs): this {
    this.content.append(other.content.slice);
    this.sizes.append(other.sizes.slice);
    this.count += other.count;
    return this;
  }

  /** Appends the headers in the encoding of the ABI to `out`. */
  encode(out: ByteBuffer): Slice {
    const from = out.size;
    out.u32(this.count).append(this.sizes.slice).append(this.content.slice);
    return sliceOf(sliceStart(out.slice) + from, out.size - from);
  }

  /** Removes all headers. */
  clear(): this {
    this.content.clear();
    this.sizes.clear();
    this.count = 0;
    return this;
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.content.dispose();
    this.sizes.dispose();
  }

  /** Returns the offset of the value. */
  private addName(name: string): i32 {
    this.count++;
    return this.endText(this.content.size, this.content.text(name));
  }

  private endText(from: i32, content: ByteBuffer): i32 {
    this.sizes.u32(content.size - from);
    return content.byte(0).size;
  }
}
