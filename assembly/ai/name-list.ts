import { ByteBuffer } from "../bytes/buffer";
import { indexOfByte, Slice, sliceSize, subslice } from "../bytes/slice";
import { TextTable } from "../bytes/text-table";
import { jsonContent } from "../json/value";

/** Names of members that are looked up together. A key with escapes is not found: nobody escapes these names. */
export class NameList {
  private readonly table: TextTable = new TextTable();

  /** `names`: ASCII, with a space between two of them. */
  constructor(names: string) {
    addNames(names, this.table);
  }

  /** Whether a key token is one of the names. */
  has(key: Slice): bool {
    return this.table.find(jsonContent(key)) >= 0;
  }
}

/** Adds names, ASCII with a space between two of them, to a table. */
export function addNames(names: string, table: TextTable): void {
  const text = new ByteBuffer().text(names);
  const all = text.slice;
  for (let at = 0; at < sliceSize(all);) {
    const next = indexOfByte(all, 0x20, at);
    const end = next < 0 ? sliceSize(all) : next;
    table.add(subslice(all, at, end));
    at = end + 1;
  }
  text.dispose();
}
