import { ByteBuffer } from "../../assembly/bytes/buffer";
import { TextTable } from "../../assembly/bytes/text-table";
import { AddressBlock } from "./key-match";

/** The bits of an address. */
const BITS: i32 = 128;

const prefix = new ByteBuffer();

/** The blocks of addresses that a configuration has named, so that one which adds nothing is found without trying all. */
export class CoveredBlocks {
  private readonly prefixes: TextTable = new TextTable();
  /** For each number of bits whether there is a block of it. */
  private readonly widths: StaticArray<bool> = new StaticArray<bool>(BITS + 1);

  /** Adds a block; gives the bits of one before it that holds all of it, or -1. */
  add(block: AddressBlock): i32 {
    for (let bits = 0; bits <= <i32>block.bits; bits++) {
      if (this.widths[bits] && this.prefixes.find(block.writePrefix(prefix, bits)) >= 0) return bits;
    }
    this.prefixes.add(block.writePrefix(prefix, <i32>block.bits));
    this.widths[block.bits] = true;
    return -1;
  }
}
