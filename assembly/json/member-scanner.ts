import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, sliceBetween, sliceSize, sliceStart } from "../bytes/slice";

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const OPEN_OBJECT: u32 = 0x7b;
/** `{` and `[` differ in this bit alone, and so do `}` and `]`. */
const CASE_BIT: u32 = 0x20;
const CLOSE: u32 = 0x7d;
const COMMA: u32 = 0x2c;
/** A value of more bytes than this is not kept. */
const LONGEST_VALUE = 16 * 1024;
/** Memory for the value that is kept from one text to the next. */
const KEPT_BYTES = 512;

/**
 * Finds one member of the outermost object of a JSON text that comes in pieces, and keeps its value if it is an object of at
 * most 16 KiB. The text is not validated, and a key with escapes is not found. Takes linear time.
 */
export class MemberScanner {
  protected readonly kept: ByteBuffer = new ByteBuffer();
  protected depth: i32 = 0;
  private isInString: bool = false;
  private isEscaped: bool = false;
  /** The next string of the outermost object is a key. */
  private isKeyNext: bool = false;
  /** The number of letters of the name that match the key; -1 for another key. */
  protected matched: i32 = -1;
  protected isFound: bool = false;
  protected isKeeping: bool = false;
  protected isDone: bool = false;
  protected isObject: bool = false;
  /** Whether the current key has escapes and may be the one. */
  protected isKeyKept: bool = false;
  /** Bytes of the pieces before the current one. */
  private offset: i32 = 0;
  /** Bytes of the latest piece that were looked at: all, unless the search ended in it. */
  consumed: i32 = 0;
  /** Where the value begins, in bytes from the start of the text. */
  valueStart: i32 = 0;

  /** `name`: the member's key, ASCII. */
  constructor(protected name: string) {}

  /** Whether the rest of the text need not be scanned: the value is complete, or there is none. */
  get hasEnded(): bool {
    return this.isDone;
  }

  /** The value when it is complete; `ABSENT` before, and if there is none. */
  get value(): Slice {
    return this.isDone && this.kept.size ? this.kept.slice : ABSENT;
  }

  /** Scans the next piece. */
  push(piece: Slice): void {
    let p = sliceStart(piece);
    const end = p + sliceSize(piece);
    let from = p;
    while (p < end && !this.isDone) {
      if (this.isInString) {
        p = this.readString(p, end);
        continue;
      }
      // Inside of members only strings and brackets matter.
      if (this.depth > 1) p = nextBracket(p, end);
      if (p == end) break;
      const byte: u32 = load<u8>(p++);
      if (this.depth == 1 && this.isFound && this.beginsValue(byte)) {
        this.isKeeping = true;
        from = p - 1;
        this.valueStart = this.offset + <i32>(from - sliceStart(piece));
      }
      this.readStructure(byte);
    }
    if (this.isKeeping) this.keep(from, p);
    this.consumed = <i32>(p - sliceStart(piece));
    this.offset += this.consumed;
  }

  /** Makes it ready for another text, and frees the value. */
  reset(): void {
    this.kept.release(KEPT_BYTES);
    this.depth = 0;
    this.isInString = false;
    this.isEscaped = false;
    this.isKeyNext = false;
    this.matched = -1;
    this.isFound = false;
    this.isKeeping = false;
    this.isDone = false;
    this.isObject = false;
    this.isKeyKept = false;
    this.offset = 0;
    this.consumed = 0;
    this.valueStart = 0;
  }

  /** Frees the memory; the scanner is not used again. */
  dispose(): void {
    this.kept.dispose();
  }

  /** Whether the byte, behind the key, opens a value to keep. */
  protected beginsValue(byte: u32): bool {
    return byte == OPEN_OBJECT;
  }

  /** Called at the first escape of a key that begins like the name. */
  protected beginKey(): void {}

  /** Called with each byte of a string. */
  protected onStringByte(byte: u32): void {}

  /** Whether the key that `beginKey` began is the name. */
  protected endKey(): bool {
    return false;
  }

  private readStructure(byte: u32): void {
    if (this.depth == 0 && byte != OPEN_OBJECT && byte > 0x20 && byte < 0x80) {
      // The text is no object. A byte order mark before it is passed over.
      this.isDone = true;
      return;
    }
    if (byte == QUOTE) {
      this.isInString = true;
      this.matched = this.depth == 1 && this.isKeyNext ? 0 : -1;
      return;
    }
    const folded = byte | CASE_BIT;
    if (folded == OPEN_OBJECT) {
      this.depth++;
      this.isObject = true;
      this.isKeyNext = this.depth == 1;
    } else if (folded == CLOSE) {
      this.depth--;
      if (this.depth <= 0 || (this.depth == 1 && this.isKeeping)) this.isDone = true;
    } else if (byte == COMMA && this.depth == 1) {
      this.isKeyNext = true;
      this.isFound = false;
    }
  }

  /** Continues in a string. Returns the address after the part that was read. */
  private readString(p: usize, end: usize): usize {
    if (this.isEscaped) {
      this.isEscaped = false;
      this.onStringByte(load<u8>(p));
      return p + 1;
    }
    if (this.matched < 0 && !this.isKeyKept) p = nextInString(p, end);
    if (p == end) return p;
    const byte: u32 = load<u8>(p);
    if (byte == QUOTE) {
      this.endString();
      return p + 1;
    }
    if (byte == BACKSLASH) {
      this.isEscaped = true;
      if (this.matched >= 0) this.beginKey();
      this.matched = -1;
    } else {
      const isNext = this.matched >= 0 && this.matched < this.name.length;
      const matches = isNext && <u32>this.name.charCodeAt(this.matched) == byte;
      this.matched = matches ? this.matched + 1 : -1;
    }
    this.onStringByte(byte);
    return p + 1;
  }

  private endString(): void {
    this.isInString = false;
    if (this.depth == 1 && this.isKeeping) this.isDone = true;
    if (this.depth != 1 || !this.isKeyNext) return;
    this.isKeyNext = false;
    this.isFound = this.isKeyKept ? this.endKey() : this.matched == this.name.length;
  }

  private keep(from: usize, to: usize): void {
    if (<i32>(to - from) > LONGEST_VALUE - this.kept.size) {
      this.kept.free();
      this.isKeeping = false;
      this.isDone = true;
    } else this.kept.append(sliceBetween(from, to));
  }
}

/** The address of the first quote or bracket from `p` on, or `end`. */
function nextBracket(p: usize, end: usize): usize {
  for (; p + 16 <= end; p += 16) {
    const bytes = v128.load(p);
    const folded = v128.or(bytes, i8x16.splat(0x20));
    const brackets = v128.or(i8x16.eq(folded, i8x16.splat(0x7b)), i8x16.eq(folded, i8x16.splat(0x7d)));
    const mask = i8x16.bitmask(v128.or(brackets, i8x16.eq(bytes, i8x16.splat(0x22))));
    if (mask) return p + ctz(mask);
  }
  for (; p < end; p++) {
    const byte: u32 = load<u8>(p);
    const folded = byte | CASE_BIT;
    if (byte == QUOTE || folded == OPEN_OBJECT || folded == CLOSE) break;
  }
  return p;
}

/** The address of the first quote or backslash from `p` on, or `end`. */
function nextInString(p: usize, end: usize): usize {
  for (; p + 16 <= end; p += 16) {
    const bytes = v128.load(p);
    const mask = i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))));
    if (mask) return p + ctz(mask);
  }
  for (; p < end; p++) {
    const byte: u32 = load<u8>(p);
    if (byte == QUOTE || byte == BACKSLASH) break;
  }
  return p;
}
