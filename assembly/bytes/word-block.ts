/** The bytes that are looked at together. */
export const BLOCK_SIZE: i32 = 16;
const ALL: u32 = 0xffff;
/** Letters of a word behind this number of letters are `longLetters`, those behind the second number also `lastLetters`. */
export const LONG_WORD: i32 = 7;
/** See `LONG_WORD`. */
export const VERY_LONG_WORD: i32 = 16;

/**
 * The lower-case English words at the beginning of sixteen bytes, with one space before each. They end before a letter that repeats the one
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

  /** Counts the bytes at `p`, which follow on a letter; a further one stands behind them. `run`: the letters in front, of the same word. */
  read(p: usize, run: i32): void {
    const bytes = v128.load(p);
    const letters = lettersOf(bytes);
    const spaces = <u32>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0x20)));
    const letterBehind: u32 = load<u8>(p, BLOCK_SIZE) - 0x61 < 26 ? 1 << BLOCK_SIZE : 0;
    // The letters in front are below those of the block.
    const before = run < BLOCK_SIZE ? ALL - (ALL >> run) : ALL;
    const word = (letters << BLOCK_SIZE) | (before & ALL);
    const pairs = word & (word << 1);
    const fours = pairs & (pairs << 2);
    const eights = fours & (fours << 4);
    const sixteens = eights & (eights << 8);
    const repeated = <u32>i8x16.bitmask(i8x16.eq(bytes, v128.load(p - 1)));
    let ends = ~(letters | spaces) | (spaces & ~((letters | letterBehind) >> 1));
    ends |= repeated & letters & ((fours << 1) >> BLOCK_SIZE);
    let size = <i32>ctz(ends | (1 << BLOCK_SIZE));
    if (size && (spaces >> (size - 1)) & 1) size--;
    const counted: u32 = (1 << size) - 1;
    const begun = spaces & counted;
    this.size = size;
    this.words = popcnt(begun);
    this.longLetters = popcnt((eights >> BLOCK_SIZE) & counted);
    this.lastLetters = popcnt(((sixteens << 1) >> BLOCK_SIZE) & letters & counted);
    this.run = begun ? size - 32 + <i32>clz(begun) : run + size;
  }
}

// @ts-ignore: decorator
@inline
function lettersOf(bytes: v128): u32 {
  return i8x16.bitmask(i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x61)), i8x16.splat(26)));
}
