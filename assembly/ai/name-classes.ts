import { ByteBuffer } from "../bytes/buffer";
import { NameTable } from "../bytes/name-table";
import { hasByte, Slice, sliceSize } from "../bytes/slice";
import { TextTable } from "../bytes/text-table";
import { jsonContent } from "../json/value";
import { jsonUnescape } from "../json/string";
import { addNames } from "./name-list";

/** The longest name with escapes that is read: six bytes for each letter of a long one. */
const LONGEST_ESCAPED: i32 = 256;

const scratch = new ByteBuffer();

/** Names of members by what they mean: one look-up says which of the classes a key is of. For the top level of a file. */
export class NameClasses {
  private readonly table: NameTable = new NameTable();

  /** Adds names, ASCII with a space between two of them, to a class that is not 0. A name that the table has keeps its class. */
  add(kind: i32, names: string): this {
    const list = new TextTable();
    addNames(names, list);
    for (let i = 0; i < list.count; i++) this.table.add(list.at(i), kind);
    return this;
  }

  /** The class of a key token, whose escapes count as what they mean; 0 if it is no name of the table. */
  of(key: Slice): i32 {
    const name = jsonContent(key);
    const kind = this.table.find(name);
    if (kind) return kind;
    return !hasByte(name, 0x5c) || sliceSize(name) > LONGEST_ESCAPED ? 0 : this.ofEscaped(key);
  }

  private ofEscaped(key: Slice): i32 {
    scratch.clear();
    jsonUnescape(key, scratch);
    return this.table.find(scratch.slice);
  }
}
