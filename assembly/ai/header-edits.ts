import { ABSENT, Slice } from "../bytes/slice";

/** One change of a header; the objects are used again from one request to the next. */
class HeaderEdit {
  name: string = "";
  value: Slice = ABSENT;
  text: string = "";
  isRemoval: bool = false;
}

/**
 * A list of changes to a header map: pure data that a filter applies with one host call each. It takes as many as there
 * are, for one that got lost would let a key through.
 */
export class HeaderEdits {
  private readonly edits: HeaderEdit[] = [];
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
    return this.edits[i].name;
  }

  /** The new value of change `i`; `ABSENT` if it is a text or a removal. */
  valueAt(i: i32): Slice {
    return this.edits[i].value;
  }

  /** The new value of change `i` as a text, where `valueAt` is absent. */
  textAt(i: i32): string {
    return this.edits[i].text;
  }

  /** Whether change `i` removes the header. */
  isRemoval(i: i32): bool {
    return this.edits[i].isRemoval;
  }

  /** Forgets all changes. */
  clear(): void {
    this.count = 0;
  }

  private record(name: string, value: Slice, text: string, removal: bool): void {
    const i = this.indexOf(name);
    if (i == this.edits.length) this.edits.push(new HeaderEdit());
    const edit = this.edits[i];
    edit.name = name;
    edit.value = value;
    edit.text = text;
    edit.isRemoval = removal;
    if (i == this.count) this.count++;
  }

  private indexOf(name: string): i32 {
    let i = 0;
    while (i < this.count && this.edits[i].name != name) i++;
    return i;
  }
}
