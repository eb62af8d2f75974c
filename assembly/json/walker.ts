import { ABSENT, Slice, sliceBetween, sliceEnd, sliceSize, sliceStart } from "../bytes/slice";
import { skipSpace } from "./space";
import { stringIs } from "./string";
import { stringEnd, tokenAt } from "./token";
import { MAX_DEPTH, validatedEnd, validatedStringEnd } from "./validate";

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;

/**
 * Walks through a JSON value, validated before or on the way (`startText`), from its first byte to its last, so that nested objects are
 * read in one pass, where `jsonGet` and the like look for the end of each value first. Of a key that stands twice both members come, in order.
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
  /** Whether the text is validated on the way. */
  private isChecking: bool = false;
  /** Whether nothing was read yet of the container that was entered last. */
  private isFirst: bool = false;
  private isInvalid: bool = false;
  /** The containers that are open. */
  private depth: i32 = 0;

  /** Goes to the beginning of a value token; ABSENT has no members. */
  start(value: Slice): void {
    this.at = sliceStart(value);
    this.end = sliceEnd(value);
    this.isChecking = false;
  }

  /**
   * Goes to the value of a text that was not validated: it is validated on the way, which costs less than to do it before. Nothing comes behind a
   * fault. `isValid` says at the end whether there was one; before it, what was read may belong to a text that is no JSON.
   */
  startText(text: Slice): void {
    this.end = sliceEnd(text);
    this.at = skipSpace(sliceStart(text), this.end);
    this.isChecking = true;
    this.isInvalid = false;
    this.depth = 0;
  }

  /** Whether the text of `startText`, whose value was read to its end, is valid. */
  get isValid(): bool {
    return !this.isInvalid && this.depth == 0 && skipSpace(this.at, this.end) == this.end;
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
    let p = this.next(0x7d);
    if (!p) return false;
    if (load<u8>(p) != QUOTE) return this.isChecking ? this.fail() : this.leave(p);
    const keyEnd = this.isChecking ? validatedStringEnd(p + 1, end) : stringEnd(p + 1, end);
    if (!keyEnd) return this.fail();
    this.key = sliceBetween(p, keyEnd);
    p = skipSpace(keyEnd, end);
    if (this.isChecking && (p == end || load<u8>(p) != COLON)) return this.fail();
    this.at = p < end ? skipSpace(p + 1, end) : end;
    return true;
  }

  /** Goes to the array's next element, the first one at first; `false`, and behind the array, if there is none. */
  nextElement(): bool {
    const p = this.next(0x5d);
    if (!p) return false;
    this.at = p;
    return true;
  }

  /** The value token; goes behind it. */
  value(): Slice {
    if (this.isChecking) return this.validated();
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
    return this.at < this.end && load<u8>(this.at) == bracket && this.open();
  }

  /** Goes behind the bracket of the container. */
  private open(): bool {
    if (this.isChecking && this.depth++ == MAX_DEPTH) return this.fail();
    this.isFirst = true;
    this.at++;
    return true;
  }

  /** The address of what follows in the container, behind a comma; 0, and behind the closing bracket, if nothing does. */
  @inline
  private next(bracket: u32): usize {
    const end = this.end;
    let p = skipSpace(this.at, end);
    const isFirst = this.isFirst;
    this.isFirst = false;
    const hasComma = p < end && load<u8>(p) == COMMA;
    if (hasComma) p = skipSpace(p + 1, end);
    const isEnd = p == end || load<u8>(p) == bracket;
    if (this.isChecking && (isEnd ? hasComma || p == end : isFirst == hasComma)) {
      this.fail();
      return 0;
    }
    if (!isEnd) return p;
    this.leave(p);
    return 0;
  }

  /** Leaves the container that ends at `p`. */
  private leave(p: usize): bool {
    this.depth--;
    this.at = min(p + 1, this.end);
    return false;
  }

  /** The value token of a text that is validated on the way. */
  private validated(): Slice {
    const p = this.at;
    const end = this.end;
    const isString = p < end && load<u8>(p) == QUOTE;
    const next = isString ? validatedStringEnd(p + 1, end) : validatedEnd(p, end, MAX_DEPTH - this.depth);
    if (!next) {
      this.fail();
      return ABSENT;
    }
    this.at = next;
    return sliceBetween(p, next);
  }

  private fail(): bool {
    this.isInvalid = true;
    this.at = this.end;
    return false;
  }
}
