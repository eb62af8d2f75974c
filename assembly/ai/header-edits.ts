import { ABSENT, Slice, sliceEquals } from "../bytes/slice";

/** A mark that the owner of the edits may put on one. */
export const enum EditMark {
  None,
  Seen,
  Taken,
}

/** One change of a header; the objects are reused from one request to the next. */
class HeaderEdit {
  name: string = "";
  value: Slice = ABSENT;
  text: string = "";
  isRemoval: bool = false;
  mark: EditMark = EditMark.None;
}

/**
 * A list of changes to a header map: pure data that a filter applies with one host call each. It has no limit: a change
 * that is lost could let an API key through.
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
    return unchecked(this.edits[i]).name;
  }

  /** The new value of change `i`; `ABSENT` if it is a text or a removal. */
  valueAt(i: i32): Slice {
    return unchecked(this.edits[i]).value;
  }

  /** The new value of change `i` as a text, where `valueAt` is absent. */
  textAt(i: i32): string {
    return unchecked(this.edits[i]).text;
  }

  /** Whether change `i` removes the header. */
  isRemoval(i: i32): bool {
    return unchecked(this.edits[i]).isRemoval;
  }

  /** The number of the change of a header, whose name is in lower case; -1 if it is not changed. */
  find(name: Slice): i32 {
    for (let i = 0; i < this.count; i++) if (sliceEquals(name, unchecked(this.edits[i]).name)) return i;
    return -1;
  }

  /** The mark of change `i`; `None` unless `mark` was called since the change was recorded. */
  markAt(i: i32): EditMark {
    return this.edits[i].mark;
  }

  /** Marks change `i`. */
  mark(i: i32, mark: EditMark): void {
    this.edits[i].mark = mark;
  }

  /** Forgets all changes. */
  clear(): void {
    this.count = 0;
  }

  private record(name: string, value: Slice, text: string, removal: bool): void {
    const i = this.indexOf(name);
    if (i == this.edits.length) this.edits.push(new HeaderEdit());
    const edit = unchecked(this.edits[i]);
    edit.name = name;
    edit.value = value;
    edit.text = text;
    edit.isRemoval = removal;
    edit.mark = EditMark.None;
    if (i == this.count) this.count++;
  }

  private indexOf(name: string): i32 {
    let i = 0;
    while (i < this.count && unchecked(this.edits[i]).name != name) i++;
    return i;
  }
}
