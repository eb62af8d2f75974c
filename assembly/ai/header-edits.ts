import { ABSENT, Slice } from "../bytes/slice";

const CAPACITY = 32;

/** A list of changes to a header map: pure data that a filter applies with one host call each. At most 32. */
export class HeaderEdits {
  private readonly names: StaticArray<string> = new StaticArray<string>(CAPACITY).fill("");
  private readonly values: StaticArray<Slice> = new StaticArray<Slice>(CAPACITY);
  private readonly texts: StaticArray<string> = new StaticArray<string>(CAPACITY).fill("");
  private readonly removals: StaticArray<bool> = new StaticArray<bool>(CAPACITY);
  /** The number of changes. */
  count: i32 = 0;

  /** Replaces all values of the header by one; the bytes must stay valid until the edits are applied. */
  set(name: string, value: Slice): void {
    this.record(name, value, "", false);
  }

  /** Replaces all values of the header by one ASCII text. */
  setText(name: string, text: string): void {
    this.record(name, ABSENT, text, false);
  }

  /** Removes all values of the header. */
  remove(name: string): void {
    this.record(name, ABSENT, "", true);
  }

  /** Whether there is a change of the header. */
  has(name: string): bool {
    return this.indexOf(name) < this.count;
  }

  /** The name of change `i`. */
  nameAt(i: i32): string {
    return this.names[i];
  }

  /** The new value of change `i`; `ABSENT` if it is a text or a removal. */
  valueAt(i: i32): Slice {
    return this.values[i];
  }

  /** The new value of change `i` as a text, where `valueAt` is absent. */
  textAt(i: i32): string {
    return this.texts[i];
  }

  /** Whether change `i` removes the header. */
  isRemoval(i: i32): bool {
    return this.removals[i];
  }

  /** Forgets all changes. */
  clear(): void {
    this.count = 0;
  }

  private record(name: string, value: Slice, text: string, removal: bool): void {
    const i = this.indexOf(name);
    if (i == CAPACITY) return;
    this.names[i] = name;
    this.values[i] = value;
    this.texts[i] = text;
    this.removals[i] = removal;
    if (i == this.count) this.count++;
  }

  private indexOf(name: string): i32 {
    let i = 0;
    while (i < this.count && this.names[i] != name) i++;
    return i;
  }
}
