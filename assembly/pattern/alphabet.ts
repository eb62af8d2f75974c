import { readU32 } from "../bytes/integers";
import { sliceOfBuffer, sliceSize, sliceStart } from "../bytes/slice";
import { LINE_FEED, TEXT_EDGE } from "./characters";
import { INSTRUCTION_SIZE, LAST_CHARACTER, Op, opOf, operandOf, RANGE_SIZE } from "./program";

const ASCII: i32 = 128;

/** The first characters of the ranges that `\b`, `^` and `$` distinguish. */
const ASSERTION_BORDERS: StaticArray<u32> = [LINE_FEED, LINE_FEED + 1, 0x30, 0x3a, 0x41, 0x5b, 0x5f, 0x60, 0x61, 0x7b];

/**
 * The symbols of a program: ranges of characters between which it does not distinguish. The symbol after the last one is
 * the end of the text.
 */
export class Alphabet {
  /** The number of symbols, without the one for the end. */
  readonly count: i32;
  /** Whether the program has assertions. */
  readonly hasAssertions: bool;
  /** The symbols of the ASCII characters. */
  readonly ascii: StaticArray<u16> = new StaticArray<u16>(ASCII);
  /** The first character of each symbol. */
  private readonly firsts: StaticArray<u32>;

  constructor(program: ArrayBuffer, length: i32) {
    const bytes = sliceOfBuffer(program);
    const ranges = length * INSTRUCTION_SIZE;
    const borders: u32[] = [0];
    let hasAssertions = false;
    for (let at = 0; at < ranges; at += INSTRUCTION_SIZE) {
      const instruction = sliceStart(bytes) + at;
      const op = opOf(instruction);
      if (op == Op.Assert) hasAssertions = true;
      if (op == Op.Char) addRun(borders, operandOf(instruction), operandOf(instruction));
    }
    for (let at = ranges; at < sliceSize(bytes); at += RANGE_SIZE) {
      addRun(borders, readU32(bytes, at), readU32(bytes, at + 4));
    }
    for (let i = 0; hasAssertions && i < ASSERTION_BORDERS.length; i++) borders.push(ASSERTION_BORDERS[i]);
    borders.sort();
    this.hasAssertions = hasAssertions;
    const firsts = new StaticArray<u32>(borders.length);
    let count = 0;
    for (let i = 0; i < borders.length; i++) {
      if (i > 0 && borders[i] == borders[i - 1]) continue;
      firsts[count] = borders[i];
      count++;
    }
    this.count = count;
    this.firsts = firsts;
    for (let i = 0; i < ASCII; i++) this.ascii[i] = <u16>this.search(i);
  }

  /** A character of the symbol. */
  representative(symbol: i32): u32 {
    return this.firsts[symbol];
  }

  /** The symbol of any character, or of the end of the text for a `TEXT_EDGE`. */
  symbolOf(character: u32): i32 {
    return character == TEXT_EDGE ? this.count : this.search(character);
  }

  /** The symbol of any character. */
  search(character: u32): i32 {
    const firsts = this.firsts;
    let low = 0;
    let high = this.count;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (character < unchecked(firsts[middle])) high = middle;
      else low = middle;
    }
    return low;
  }
}

function addRun(borders: u32[], first: u32, last: u32): void {
  borders.push(first);
  if (last < LAST_CHARACTER) borders.push(last + 1);
}
