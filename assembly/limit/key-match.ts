import { ByteBuffer } from "../bytes/buffer";
import { readU64BigEndian } from "../bytes/integers";
import { ABSENT, indexOfByte, lastIndexOfByte, Slice, sliceOfBuffer, subslice } from "../bytes/slice";
import { Pattern } from "../pattern/pattern";
import { parseAddress, parseNumber } from "./address";

const COLON: u32 = 0x3a;
const SLASH: u32 = 0x2f;

const parsed = new ByteBuffer();

/** The values that a limit covers, each with a count of its own. */
export abstract class KeyMatch {
  /** Whether the value is covered. */
  abstract covers(value: Slice): bool;
}

/** `*`: every value. */
export class AnyValue extends KeyMatch {
  covers(value: Slice): bool {
    return true;
  }
}

/** `regexp:`: values in which the pattern matches somewhere. */
export class PatternMatch extends KeyMatch {
  constructor(private readonly pattern: Pattern) {
    super();
  }

  covers(value: Slice): bool {
    return this.pattern.search(value);
  }
}

/** An address, or a block of them (CIDR). */
export class AddressBlock extends KeyMatch {
  private constructor(
    private readonly high: u64,
    private readonly low: u64,
    /** The prefix length, of 128 bits. */
    readonly bits: i32,
  ) {
    super();
  }

  /** Reads `10.0.0.0/8` or an address alone; `null` if it is neither. */
  static parse(text: string): AddressBlock | null {
    const bytes = String.UTF8.encode(text);
    const whole = sliceOfBuffer(bytes);
    const slash = lastIndexOfByte(whole, SLASH);
    const host = slash < 0 ? whole : subslice(whole, 0, slash);
    const width = indexOfByte(host, COLON) >= 0 ? 128 : 32;
    const bits = slash < 0 ? width : parseNumber(subslice(whole, slash + 1), width);
    const address = parseAddress(host, parsed);
    if (bits < 0 || address == ABSENT) return null;
    return new AddressBlock(highOf(address), lowOf(address), 128 - width + bits);
  }

  /** Overwrites `to` with the first `bits` of the address and their number. */
  writePrefix(to: ByteBuffer, bits: i32): Slice {
    to.clear();
    to.u64(bits >= 64 ? this.high : bits ? (this.high >> (64 - bits)) << (64 - bits) : 0);
    to.u64(bits > 64 ? (this.low >> (128 - bits)) << (128 - bits) : 0);
    return to.byte(bits).slice;
  }

  covers(value: Slice): bool {
    const high = this.high ^ highOf(value);
    const low = this.low ^ lowOf(value);
    if (this.bits <= 64) return this.bits == 0 || high >> (64 - this.bits) == 0;
    return high == 0 && low >> (128 - this.bits) == 0;
  }
}

function highOf(address: Slice): u64 {
  return readU64BigEndian(address, 0);
}

function lowOf(address: Slice): u64 {
  return readU64BigEndian(address, 8);
}
