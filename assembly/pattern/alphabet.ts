import { LINE_FEED } from "./characters";
import { INSTRUCTION_SIZE, LAST_CHARACTER, Op, opOf, operandOf } from "./program";

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
  /** The symbols of ASCII, 16 bits each, and then the first characters of all symbols, 32 bits each. */
  private readonly table: ArrayBuffer;

  constructor(program: ArrayBuffer, length: i32) {
    const start = changetype<usize>(program);
    const ranges = start + length * INSTRUCTION_SIZE;
    const borders: u32[] = [0];
    let hasAssertions = false;
    for (let instruction = start; instruction < ranges; instruction += INSTRUCTION_SIZE) {
      const op = opOf(instruction);
      if (op == Op.Assert) hasAssertions = true;
      if (op == Op.Char) addRun(borders, operandOf(instruction), operandOf(instruction));
    }
    for (let range = ranges; range < start + program.byteLength; range += 8) {
      addRun(borders, load<u32>(range), load<u32>(range, 4));
    }
    for (let i = 0; hasAssertions && i < ASSERTION_BORDERS.length; i++) borders.push(ASSERTION_BORDERS[i]);
    borders.sort();
    this.hasAssertions = hasAssertions;
    const table = new ArrayBuffer(ASCII * 2 + borders.length * 4);
    const firsts = changetype<usize>(table) + ASCII * 2;
    let count = 0;
    for (let i = 0; i < borders.length; i++) {
      if (i > 0 && borders[i] == borders[i - 1]) continue;
      store<u32>(firsts + count * 4, borders[i]);
      count++;
    }
    this.count = count;
    this.table = table;
    for (let i = 0; i < ASCII; i++) store<u16>(changetype<usize>(table) + i * 2, this.search(i));
  }

  /** The address of the table that `symbolOf` reads. */
  get start(): usize {
    return changetype<usize>(this.table);
  }

  /** A character of the symbol. */
  representative(symbol: i32): u32 {
    return load<u32>(this.start + ASCII * 2 + symbol * 4);
  }

  /** The symbol of any character. */
  search(character: u32): i32 {
    const firsts = this.start + ASCII * 2;
    let low = 0;
    let high = this.count;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (character < load<u32>(firsts + middle * 4)) high = middle;
      else low = middle;
    }
    return low;
  }
}

/** The symbol of an ASCII character, out of an alphabet's table. */
// @ts-ignore: decorator
@inline
export function symbolOfAscii(table: usize, byte: u32): i32 {
  return load<u16>(table + (byte << 1));
}

function addRun(borders: u32[], first: u32, last: u32): void {
  borders.push(first);
  if (last < LAST_CHARACTER) borders.push(last + 1);
}
