import { ByteBuffer } from "../bytes/buffer";
import { TextTable } from "../bytes/text-table";
import { AddressBlock } from "./key-match";

/** The bits of an address. */
const BITS: i32 = 128;

const prefix = new ByteBuffer();

/** The address blocks of a configuration, to find a block that an earlier one covers in constant time. */
export class CoveredBlocks {
  private readonly prefixes: TextTable = new TextTable();
  /** For each prefix length whether there is a block. */
  private readonly widths: StaticArray<bool> = new StaticArray<bool>(BITS + 1);

  /** Adds a block. Returns the prefix length of an earlier block that covers it, or -1. */
  add(block: AddressBlock): i32 {
    for (let bits = 0; bits <= <i32>block.bits; bits++) {
      if (this.widths[bits] && this.prefixes.find(block.writePrefix(prefix, bits)) >= 0) return bits;
    }
    this.prefixes.add(block.writePrefix(prefix, <i32>block.bits));
    this.widths[block.bits] = true;
    return -1;
  }
}
