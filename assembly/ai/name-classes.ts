import { ByteBuffer } from "../bytes/buffer";
import { indexOfByte, Slice, sliceSize } from "../bytes/slice";
import { TextTable } from "../bytes/text-table";
import { jsonContent } from "../json/value";
import { jsonUnescape } from "../json/string";
import { addNames } from "./name-list";

/** The longest name with escapes that is read: six bytes for each letter of a long one. */
const LONGEST_ESCAPED: i32 = 256;

const scratch = new ByteBuffer();

/** Names of members by what they mean: one look-up says which of the classes a key is of. */
export class NameClasses {
  private readonly table: TextTable = new TextTable();
  private readonly classes: Array<i32> = [];

  /** Adds names, ASCII with a space between two of them, to a class that is not 0. A name that the table has keeps its class. */
  add(kind: i32, names: string): this {
    addNames(names, this.table);
    while (this.classes.length < this.table.count) this.classes.push(kind);
    return this;
  }

  /** The class of a key token, whose escapes count as what they mean; 0 if it is no name of the table. */
  of(key: Slice): i32 {
    const name = jsonContent(key);
    const number = this.table.find(name);
    if (number >= 0) return unchecked(this.classes[number]);
    return indexOfByte(name, 0x5c) < 0 || sliceSize(name) > LONGEST_ESCAPED ? 0 : this.ofEscaped(key);
  }

  private ofEscaped(key: Slice): i32 {
    scratch.clear();
    jsonUnescape(key, scratch);
    const number = this.table.find(scratch.slice);
    return number < 0 ? 0 : this.classes[number];
  }
}
