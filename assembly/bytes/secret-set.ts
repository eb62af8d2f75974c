import { BACKSLASHES, escapedLetter } from "./escaped-letter";
import { Slice, sliceEnd, sliceOfBuffer, sliceStart } from "./slice";

/** The length of the shortest secret, in bytes. A shorter one may occur in any text, and is not masked. */
export const SHORTEST_SECRET: i32 = 8;

const BACKSLASH: u32 = 0x5c;
const PERCENT: u32 = 0x25;

/** The fields of a state, 32 bits each. A state is the longest beginning of a secret that the last letters are. */
const LETTER: usize = 0;
const CHILD: usize = 4;
const SIBLING: usize = 8;
const SHORTER: usize = 12;
const DEPTH: usize = 16;
const MATCH: usize = 20;
const FIELDS = 6;

/** The most beginnings of secrets that are compared sixteen positions at a time; with more of them, byte by byte. */
const MOST_PAIRS = 4;

/**
 * Secrets as an automaton that finds all of them in linear time (Aho and Corasick, "Efficient string matching", 1975). Made
 * when a configuration is read.
 */
export class SecretSet {
  private states: StaticArray<i32>;
  private count: i32 = 1;
  /** The first two bytes of each secret, without repetition. */
  private readonly pairs: StaticArray<u16> = new StaticArray<u16>(MOST_PAIRS);
  private pairCount: i32 = 0;
  /** A bit for each ASCII letter with which a secret begins. */
  private firstsLow: u64 = 0;
  private firstsHigh: u64 = 0;

  private constructor(letters: i32) {
    this.states = new StaticArray<i32>((letters + 1) * FIELDS);
  }

  /** The set of the ASCII texts that are long enough; `null` if there is none. */
  static of(texts: string[]): SecretSet | null {
    let letters = 0;
    // In bytes: a key that is not ASCII is refused, but reaches this code.
    for (let i = 0; i < texts.length; i++)
      if (texts[i].length >= SHORTEST_SECRET) letters += 2 * String.UTF8.byteLength(texts[i]);
    if (!letters) return null;
    const set = new SecretSet(letters);
    for (let i = 0; i < texts.length; i++)
      if (texts[i].length >= SHORTEST_SECRET) set.add(sliceOfBuffer(String.UTF8.encode(texts[i])));
    set.connect();
    return set;
  }

  /** The state after `letter`; 0 if it begins no secret. */
  next(state: i32, letter: u32): i32 {
    let from = state;
    while (true) {
      const child = this.childOf(from, letter);
      if (child || !from) return child;
      from = this.field(from, SHORTER);
    }
    return 0;
  }

  /** The number of letters of a state. */
  @inline
  depth(state: i32): i32 {
    return this.field(state, DEPTH);
  }

  /** The length of the longest secret that ends in a state, in letters; 0 if none does. */
  @inline
  matched(state: i32): i32 {
    return this.field(state, MATCH);
  }

  /** Whether no secret continues after a state. */
  @inline
  isLeaf(state: i32): bool {
    return !this.field(state, CHILD);
  }

  /** The first address from `at` on at which a secret may begin, or `end`. */
  nextStart(at: usize, end: usize): usize {
    if (at == end) return end;
    let p = at;
    const last = end - 1;
    if (this.pairCount <= MOST_PAIRS) {
      for (; p + 16 <= last; p += 16) {
        const mask = this.startsAt(p);
        if (!mask) continue;
        p += ctz(mask);
        break;
      }
    }
    for (; p < last; p++) {
      const byte: u32 = load<u8>(p);
      if (isEscape(byte) || (this.isFirst(byte) && this.mayFollow(p))) break;
    }
    if (p == last && !isEscape(load<u8>(p)) && !this.isFirst(load<u8>(p))) p = end;
    // An escape may be the second letter.
    return p > at && p < end && isEscape(load<u8>(p)) && this.isFirst(load<u8>(p - 1)) ? p - 1 : p;
  }

  /** A bit for each of the sixteen positions from `p` on at which a secret or an escape begins. Reads seventeen bytes. */
  @inline
  private startsAt(p: usize): i32 {
    const bytes = v128.load(p);
    const following = v128.load(p, 1);
    let found = v128.or(i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH)), i8x16.eq(bytes, i8x16.splat(<i8>PERCENT)));
    for (let i = 0; i < this.pairCount; i++) {
      const pair = unchecked(this.pairs[i]);
      const isPair = v128.and(
        i8x16.eq(bytes, i8x16.splat(<i8>pair)),
        i8x16.eq(following, i8x16.splat(<i8>(pair >> 8))),
      );
      found = v128.or(found, isPair);
    }
    return i8x16.bitmask(found);
  }

  /** Whether the byte after `p` may be the second letter of a secret; with many secrets, any byte may. */
  private mayFollow(p: usize): bool {
    if (this.pairCount > MOST_PAIRS) return true;
    for (let i = 0; i < this.pairCount; i++) if (unchecked(this.pairs[i]) == load<u16>(p)) return true;
    return isEscape(load<u8>(p, 1));
  }

  private isFirst(byte: u32): bool {
    if (byte > 0x7f) return false;
    return ((byte < 64 ? this.firstsLow >> byte : this.firstsHigh >> (byte - 64)) & 1) != 0;
  }

  /** Adds a secret as it is and, since it may contain `\\` or `%`, as it reads unescaped. */
  private add(secret: Slice): void {
    if (this.addLetters(secret, true, false)) this.addLetters(secret, true, true);
    this.addLetters(secret, false, true);
  }

  /** Adds the letters if there are enough. */
  private addLetters(secret: Slice, unescapes: bool, adds: bool): bool {
    const end = sliceEnd(secret);
    let state = 0;
    let count = 0;
    let first: u32 = 0;
    for (let p = sliceStart(secret); p < end;) {
      const letter = unescapes ? escapedLetter(p, end, true) : ((<u64>load<u8>(p)) << 32) | 1;
      const value = <u32>(letter >> 32);
      p += <u32>letter;
      // Backslashes at the end escape a letter that is not part of the secret.
      if (unescapes && (value == BACKSLASH || value == BACKSLASHES)) continue;
      if (++count == 1) first = value;
      if (!adds) continue;
      if (count == 2) this.addStart(first, value);
      const child = this.childOf(state, value);
      state = child ? child : this.append(state, value);
    }
    if (adds) this.put(state, MATCH, count);
    return count >= SHORTEST_SECRET;
  }

  private addStart(first: u32, second: u32): void {
    if (first < 64) this.firstsLow |= (<u64>1) << first;
    else if (first < 128) this.firstsHigh |= (<u64>1) << (first - 64);
    const pair = <u16>(first | (second << 8));
    for (let i = 0; i < min(this.pairCount, MOST_PAIRS); i++) if (this.pairs[i] == pair) return;
    if (this.pairCount < MOST_PAIRS) this.pairs[this.pairCount] = pair;
    this.pairCount++;
  }

  private append(parent: i32, letter: u32): i32 {
    const state = this.count++;
    this.put(state, LETTER, letter);
    this.put(state, SIBLING, this.field(parent, CHILD));
    this.put(state, DEPTH, this.field(parent, DEPTH) + 1);
    this.put(parent, CHILD, state);
    return state;
  }

  /** Links each state to the longest shorter state that its letters end with, in the order of their depth. */
  private connect(): void {
    const queue: i32[] = [0];
    for (let i = 0; i < queue.length; i++) {
      const parent = queue[i];
      for (let child = this.field(parent, CHILD); child; child = this.field(child, SIBLING)) {
        queue.push(child);
        const shorter = parent ? this.next(this.field(parent, SHORTER), this.field(child, LETTER)) : 0;
        this.put(child, SHORTER, shorter);
        if (!this.field(child, MATCH)) this.put(child, MATCH, this.field(shorter, MATCH));
      }
    }
  }

  private childOf(state: i32, letter: u32): i32 {
    let child = this.field(state, CHILD);
    while (child && <u32>this.field(child, LETTER) != letter) child = this.field(child, SIBLING);
    return child;
  }


  @inline
  private field(state: i32, at: usize): i32 {
    return load<i32>(changetype<usize>(this.states) + state * (FIELDS << 2) + at);
  }

  private put(state: i32, at: usize, value: i32): void {
    store<i32>(changetype<usize>(this.states) + state * (FIELDS << 2) + at, value);
  }
}

// @ts-ignore: decorator
@inline
function isEscape(byte: u32): bool {
  return byte == BACKSLASH || byte == PERCENT;
}
