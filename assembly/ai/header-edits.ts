import { ABSENT, Slice } from "../bytes/slice";

/**
 * A list of changes to a header map: pure data that a filter applies with one host call each. It takes as many as there
 * are, for one that got lost would let a key through, and keeps its room from one request to the next.
 */
export class HeaderEdits {
  private readonly names: string[] = [];
  private readonly values: Slice[] = [];
  private readonly texts: string[] = [];
  private readonly removals: bool[] = [];
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
    if (i == this.names.length) {
      this.names.push(name);
      this.values.push(value);
      this.texts.push(text);
      this.removals.push(removal);
    }
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
