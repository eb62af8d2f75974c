import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceOf, sliceStart } from "../bytes/slice";

const MOST = 64;

/** Headers for a local reply or a callout, in the order in which they were added; at most 64. Not for the hot path. */
export class HeaderPairs {
  private readonly content: ByteBuffer = new ByteBuffer();
  private readonly sizes: StaticArray<i32> = new StaticArray<i32>(2 * MOST);
  /** The number of headers. */
  count: i32 = 0;

  /** Adds a header with an ASCII value. */
  addText(name: string, value: string): this {
    if (this.count == MOST) return this;
    this.measured(2 * this.count, this.content.size, this.content.text(name).size);
    this.content.byte(0);
    this.measured(2 * this.count + 1, this.content.size, this.content.text(value).size);
    this.content.byte(0);
    this.count++;
    return this;
  }

  /** Adds a header. */
  add(name: string, value: Slice): this {
    if (this.count == MOST) return this;
    this.measured(2 * this.count, this.content.size, this.content.text(name).size);
    this.content.byte(0);
    this.measured(2 * this.count + 1, this.content.size, this.content.append(value).size);
    this.content.byte(0);
    this.count++;
    return this;
  }

  /** The headers as the ABI wants them, appended to `out`. */
  encode(out: ByteBuffer): Slice {
    const from = out.size;
    const to = out.reserve(4 + 8 * this.count);
    store<u32>(to, this.count);
    for (let i = 0; i < 2 * this.count; i++) store<u32>(to + 4 + 4 * i, this.sizes[i]);
    out.size += 4 + 8 * this.count;
    out.append(this.content.slice);
    return sliceOf(sliceStart(out.slice) + from, out.size - from);
  }

  /** Forgets the headers. */
  clear(): this {
    this.content.clear();
    this.count = 0;
    return this;
  }

  /** Gives the memory back; the headers are not used again. */
  free(): void {
    this.content.dispose();
  }

  private measured(index: i32, before: i32, after: i32): void {
    this.sizes[index] = after - before;
  }
}
