import { ABSENT, Slice, sliceEnd, sliceSize, sliceStart } from "../bytes/slice";
import { skipSpace } from "./space";
import { stringIs } from "./string";
import { stringEnd, tokenAt } from "./token";

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const COMMA: u32 = 0x2c;

/**
 * Walks through a validated JSON value from its first byte to its last, so that nested objects are read in one pass, where
 * `jsonGet` and the like look for the end of each value first. Of a key that stands twice both members come, in order.
 * After `nextMember` and `nextElement` exactly one of `enterObject` and `enterArray` (walked to their ends) and `value`
 * follows.
 *
 * @example
 * walker.start(value);
 * if (walker.enterObject()) while (walker.nextMember()) if (walker.keyIs("id")) id = walker.value(); else walker.value();
 */
// @ts-ignore: decorator
@unmanaged
export class JsonWalker {
  /** The key token of the member, with its quotes. */
  key: Slice = ABSENT;
  private at: usize = 0;
  private end: usize = 0;

  /** Goes to the beginning of a value token; ABSENT has no members. */
  start(value: Slice): void {
    this.at = sliceStart(value);
    this.end = sliceEnd(value);
  }

  /** Whether the value is an object. */
  get isAtObject(): bool {
    return this.at < this.end && load<u8>(this.at) == 0x7b;
  }

  /** Goes into the value, if it is an object; `false`, and nothing done, if it is not. */
  @inline
  enterObject(): bool {
    return this.enter(0x7b);
  }

  /** Goes into the value, if it is an array; `false`, and nothing done, if it is not. */
  @inline
  enterArray(): bool {
    return this.enter(0x5b);
  }

  /** Goes to the value of the object's next member, the first one at first; `false`, and behind the object, if there is none. */
  nextMember(): bool {
    const end = this.end;
    let p = this.next();
    if (p == end || load<u8>(p) != QUOTE) return this.leave(p);
    const keyEnd = stringEnd(p + 1, end);
    this.key = (<u64>p) | ((<u64>(keyEnd - p)) << 32);
    p = skipSpace(keyEnd, end);
    this.at = p < end ? skipSpace(p + 1, end) : end;
    return true;
  }

  /** Goes to the array's next element, the first one at first; `false`, and behind the array, if there is none. */
  nextElement(): bool {
    const p = this.next();
    if (p == this.end || load<u8>(p) == 0x5d) return this.leave(p);
    this.at = p;
    return true;
  }

  /** The value token; goes behind it. */
  value(): Slice {
    const token = tokenAt(this.at, this.end);
    this.at = token == ABSENT ? this.end : sliceEnd(token);
    return token;
  }

  /** The value token; stays before it, so that it is read a second time. */
  peek(): Slice {
    return tokenAt(this.at, this.end);
  }

  /** Whether the member's key, unescaped, is the ASCII `text`, which is not empty. */
  keyIs(text: string): bool {
    const key = this.key;
    const p = sliceStart(key) + 1;
    const units = changetype<usize>(text);
    const first: u32 = load<u8>(p);
    if (first != load<u16>(units) && first != BACKSLASH) return false;
    const size = text.length;
    // An escape is longer than its character.
    if (sliceSize(key) != size + 2) return sliceSize(key) > size + 2 && stringIs(key, units, size);
    for (let i = 1; i < size; i++) if (<u32>load<u8>(p + i) != <u32>load<u16>(units + (i << 1))) return false;
    return first != BACKSLASH;
  }


  @inline
  private enter(bracket: u32): bool {
    if (this.at >= this.end || load<u8>(this.at) != bracket) return false;
    this.at++;
    return true;
  }

  /** The address behind a comma and the white space around it. */
  @inline
  private next(): usize {
    const end = this.end;
    const p = skipSpace(this.at, end);
    return p < end && load<u8>(p) == COMMA ? skipSpace(p + 1, end) : p;
  }

  private leave(p: usize): bool {
    this.at = min(p + 1, this.end);
    return false;
  }
}
