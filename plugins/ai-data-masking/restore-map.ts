import { ByteBuffer } from "../../assembly/bytes/buffer";
import { readU32 } from "../../assembly/bytes/integers";
import { byteAt, Slice, sliceSize, slicesEqual, subslice } from "../../assembly/bytes/slice";
import { TextTable } from "../../assembly/bytes/text-table";

const WORD = 4;
const KEPT_BYTES = 4096;

/**
 * The texts behind the tokens of one request, numbered by first appearance. `bytes` is all of it, for filter state: the size of the
 * label, the label, and the size and bytes of each text.
 */
export class RestoreMap {
  readonly bytes: ByteBuffer = new ByteBuffer();
  /** The offset of each text's size. */
  private readonly offsets: ByteBuffer = new ByteBuffer();
  private table: TextTable | null = null;

  /** Begins a request, whose tokens have this label after `[[T`: empty, or what no text of the client has. */
  begin(label: Slice): void {
    this.clear();
    this.bytes.u32(sliceSize(label)).append(label);
  }

  /** The number of texts. */
  get count(): i32 {
    return this.offsets.size / WORD;
  }

  /** The label. */
  get label(): Slice {
    return this.bytes.size
      ? subslice(this.bytes.slice, WORD, WORD + <i32>readU32(this.bytes.slice, 0))
      : this.bytes.slice;
  }

  /** Adds a text unless it is known. Returns its number, the first is 1. */
  add(text: Slice): i32 {
    const known = this.table;
    const table = known ? known : new TextTable();
    this.table = table;
    const number = table.add(text);
    if (number == this.count) {
      this.offsets.u32(this.bytes.size);
      this.bytes.u32(sliceSize(text)).append(text);
    }
    return number + 1;
  }

  /** Whether there is a text with this number. */
  has(number: i32): bool {
    return number > 0 && number <= this.count;
  }

  /** The text with a number that `has` confirms. */
  at(number: i32): Slice {
    const offset = <i32>readU32(this.offsets.slice, (number - 1) * WORD);
    return subslice(this.bytes.slice, offset + WORD, offset + WORD + <i32>readU32(this.bytes.slice, offset));
  }

  /** Whether a token, `[[T12]]` or with a label and `-` before its number, is one of this request. Returns its number, or 0. */
  numberOf(token: Slice): i32 {
    const label = this.label;
    const from = 3 + sliceSize(label);
    if (!this.bytes.size || !slicesEqual(subslice(token, 3, from), label)) return 0;
    let number = 0;
    for (let i = from; i < sliceSize(token) - 2; i++) {
      const digit = byteAt(token, i) - 0x30;
      // A number has one form only: `[[T01]]` is none of ours.
      if (digit > 9 || (digit == 0 && number == 0)) return 0;
      number = number * 10 + digit;
    }
    return this.has(number) ? number : 0;
  }

  /** Reads what an earlier pass has saved. */
  load(state: Slice): void {
    this.clear();
    const size = sliceSize(state);
    if (size < WORD) return;
    this.bytes.append(state);
    for (let at = WORD + <i32>readU32(state, 0); at + WORD <= size; at += WORD + <i32>readU32(state, at))
      this.offsets.u32(at);
  }

  /** Forgets all. */
  clear(): void {
    this.bytes.release(KEPT_BYTES);
    this.offsets.release(KEPT_BYTES);
    this.table = null;
  }

  /** Frees the memory; the map is not used again. */
  dispose(): void {
    this.bytes.dispose();
    this.offsets.dispose();
  }
}
