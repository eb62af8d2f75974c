import { Slice, sliceOfBuffer, sliceSize, subslice } from "../bytes/slice";
import { TextTable } from "../bytes/text-table";

/** The longest beginning that is looked for, in bytes of UTF-8; a longer one matches no name. */
const LONGEST_PREFIX: i32 = 1024;

/** The values of texts; one of many is found as fast as one of a few. */
class Values<T> {
  private readonly keys: TextTable = new TextTable();
  private readonly values: T[] = [];

  /** Sets the value of a text; a text that has one keeps it. */
  add(key: string, value: T): void {
    if (this.keys.add(sliceOfBuffer(String.UTF8.encode(key))) == this.values.length) this.values.push(value);
  }

  find(key: Slice): T | null {
    const number = this.keys.find(key);
    return number < 0 ? null : this.values[number];
  }
}

/** Values for names: of a whole name, or of all names with the same beginning (`x*`, and `*` for all). */
export class NameTable<T> {
  private readonly whole: Values<T> = new Values<T>();
  private readonly prefixes: Values<T> = new Values<T>();
  /** The sizes of the beginnings, each once, the longest first. */
  private readonly sizes: i32[] = [];

  /** Sets the value of a name, or of a beginning that ends with `*`; a second value has no effect. */
  add(key: string, value: T): void {
    if (!key.endsWith("*")) return this.whole.add(key, value);
    const prefix = key.substring(0, key.length - 1);
    const size = String.UTF8.byteLength(prefix);
    if (size > LONGEST_PREFIX) return;
    this.prefixes.add(prefix, value);
    let at = 0;
    while (at < this.sizes.length && this.sizes[at] > size) at++;
    if (at == this.sizes.length || this.sizes[at] != size) this.insert(at, size);
  }

  /** The value of the whole name, else of its longest beginning; `null` if it has none. */
  find(name: Slice): T | null {
    let value = this.whole.find(name);
    for (let i = 0; i < this.sizes.length && value === null; i++) {
      const size = this.sizes[i];
      if (sliceSize(name) >= size) value = this.prefixes.find(subslice(name, 0, size));
    }
    return value;
  }

  private insert(at: i32, size: i32): void {
    this.sizes.push(size);
    for (let i = this.sizes.length - 1; i > at; i--) this.sizes[i] = this.sizes[i - 1];
    this.sizes[at] = size;
  }
}
