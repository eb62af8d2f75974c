/** The bytes that are looked at together. */
const BLOCK_SIZE: usize = 48;
/** So many letters in front of a block are looked at, too. */
const BEFORE: u64 = 16;
const ALL_BEFORE: u64 = 0xffff;
/** Letters of a word behind this number of letters are `longLetters`, those behind the second number also `lastLetters`. */
export const LONG_WORD: i32 = 7;
/** See `LONG_WORD`. */
export const VERY_LONG_WORD: i32 = 16;

/**
 * The lower-case English words at the beginning of 48 bytes, with one space before each. They end before a letter that repeats the one
 * before it and has four of its word in front. Bit `i` of a mask stands for byte `i`.
 */
// @ts-ignore: decorator
@unmanaged
export class WordBlock {
  /** The number of bytes that were counted. The last one is a letter. */
  size: i32 = 0;
  /** The words that begin in them. */
  words: i32 = 0;
  /** Their letters that have at least `LONG_WORD` letters of the same word in front. */
  longLetters: i32 = 0;
  /** Those that have at least `VERY_LONG_WORD`. */
  lastLetters: i32 = 0;
  /** The letters of the word at their end. */
  run: i32 = 0;
  /** Whether words may go on behind the bytes that were counted: nothing among them has ended the words. */
  isWhole: bool = false;

  /**
   * Counts the bytes from `p`, which follow on a letter, up to `end`; none where the memory ends within the block. `run`: the letters in front, of
   * the same word.
   */
  read(p: usize, end: usize, run: i32): void {
    this.size = 0;
    this.isWhole = false;
    if (p + BLOCK_SIZE > endOfMemory()) return;
    const left = <u64>min<usize>(end - p, BLOCK_SIZE);
    const inText: u64 = ((<u64>1) << left) - 1;
    const letters = joined(lettersOf(p), lettersOf(p + 16), lettersOf(p + 32)) & inText;
    const spaces = joined(spacesOf(p), spacesOf(p + 16), spacesOf(p + 32));
    const isLetterBehind = end - p > BLOCK_SIZE && load<u8>(p, BLOCK_SIZE) - 0x61 < 26;
    const letterBehind = (<u64>isLetterBehind) << BLOCK_SIZE;
    // The letters in front are below those of the block.
    const before = run < <i32>BEFORE ? ALL_BEFORE - (ALL_BEFORE >> (<u64>run)) : ALL_BEFORE;
    const word = (letters << BEFORE) | before;
    const pairs = word & (word << 1);
    const fours = pairs & (pairs << 2);
    const eights = fours & (fours << 4);
    const sixteens = eights & (eights << 8);
    let ends = ~(letters | spaces) | (spaces & ~((letters | letterBehind) >> 1)) | ~inText;
    // Most words are shorter.
    const fifths = ((fours << 1) >> BEFORE) & letters;
    if (fifths) ends |= joined(repeatedOf(p), repeatedOf(p + 16), repeatedOf(p + 32)) & fifths;
    let size = ctz(ends);
    this.isWhole = size == <u64>BLOCK_SIZE;
    if (size && (spaces >> (size - 1)) & 1) size--;
    const counted: u64 = ((<u64>1) << size) - 1;
    const begun = spaces & counted;
    this.size = <i32>size;
    this.words = <i32>popcnt(begun);
    this.longLetters = <i32>popcnt((eights >> BEFORE) & counted);
    this.lastLetters = <i32>popcnt(((sixteens << 1) >> BEFORE) & letters & counted);
    this.run = <i32>size + (begun ? <i32>clz(begun) - 64 : run);
  }
}

// @ts-ignore: decorator
@inline
function endOfMemory(): usize {
  return (<usize>memory.size()) << 16;
}

// @ts-ignore: decorator
@inline
function joined(first: u64, second: u64, third: u64): u64 {
  return first | (second << 16) | (third << 32);
}

// @ts-ignore: decorator
@inline
function lettersOf(p: usize): u64 {
  // "a" becomes the least signed byte: fewer instructions than an unsigned comparison.
  return <u32>i8x16.bitmask(i8x16.lt_s(i8x16.sub(v128.load(p), i8x16.splat(-31)), i8x16.splat(-102)));
}

// @ts-ignore: decorator
@inline
function spacesOf(p: usize): u64 {
  return <u32>i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(0x20)));
}

/** The bytes that are the same as the one before. */
// @ts-ignore: decorator
@inline
function repeatedOf(p: usize): u64 {
  return <u32>i8x16.bitmask(i8x16.eq(v128.load(p), v128.load(p - 1)));
}
