import { byteAt, lowerCase, Slice, sliceSize } from "../bytes/slice";

/** The longest name that is compared with the options, in bytes; no option is longer. */
export const LONGEST_NAME = 40;

/** Three rows of the distance table: the current and the previous one, and one more for transpositions. */
const rows = new StaticArray<i32>(3 * (LONGEST_NAME + 1));

/** A name in lower case, with and without the characters that divide words. One object serves many names. */
export class OptionName {
  private readonly letters: StaticArray<u8> = new StaticArray<u8>(LONGEST_NAME);
  private readonly word: StaticArray<u8> = new StaticArray<u8>(LONGEST_NAME);
  private length: i32 = 0;
  /** A bit for each letter of the word: letters that are 32 apart share one. */
  private mask: u32 = 0;
  /** The number of letters without the characters that divide words. */
  size: i32 = 0;

  /** Reads the first `LONGEST_NAME` bytes of a name. */
  read(name: Slice): void {
    const length = min(sliceSize(name), LONGEST_NAME);
    this.length = 0;
    this.size = 0;
    this.mask = 0;
    for (let i = 0; i < length; i++) {
      const byte = lowerCase(byteAt(name, i));
      // A character of several bytes, such as an invisible one, counts as one difference.
      if ((byte & 0xc0) == 0x80) continue;
      this.letters[this.length++] = <u8>byte;
      // "_", "-", "." and the space.
      if (byte == 0x5f || byte - 0x2d < 2 || byte == 0x20) continue;
      this.word[this.size++] = <u8>byte;
      this.mask |= (<u32>1) << (byte & 31);
    }
  }

  /** Whether both are equal, ignoring case and the characters that divide words. */
  equals(other: OptionName): bool {
    if (this.size != other.size) return false;
    for (let i = 0; i < this.size; i++) if (this.word[i] != other.word[i]) return false;
    return true;
  }

  /**
   * A lower bound of `distanceTo`: the number of letters that only one of the names has. Takes constant time, and excludes most
   * names.
   */
  leastDistanceTo(other: OptionName): i32 {
    return <i32>max(popcnt(this.mask & ~other.mask), popcnt(other.mask & ~this.mask));
  }

  /** The number of insertions, deletions, changes and transpositions of letters; `most + 1` for more than `most`. */
  distanceTo(other: OptionName, withDividers: bool, most: i32): i32 {
    return withDividers
      ? distance(this.letters, this.length, other.letters, other.length, most)
      : distance(this.word, this.size, other.word, other.size, most);
  }
}

function distance(a: StaticArray<u8>, length: i32, b: StaticArray<u8>, width: i32, most: i32): i32 {
  if (abs(length - width) > most) return most + 1;
  const stride = width + 1;
  for (let j = 0; j < stride; j++) rows[j] = j;
  let row = 0;
  for (let i = 1; i <= length; i++) {
    const above = row;
    const aboveThat = (row + 2) % 3;
    row = (row + 1) % 3;
    let nearest = (rows[row * stride] = i);
    for (let j = 1; j < stride; j++) {
      let least = rows[above * stride + j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      least = min(least, min(rows[above * stride + j], rows[row * stride + j - 1]) + 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (isSwapped) least = min(least, rows[aboveThat * stride + j - 2] + 1);
      rows[row * stride + j] = least;
      nearest = min(nearest, least);
    }
    // A transposition uses the row before the previous one: a value of one above the limit may still decrease.
    if (nearest > most + 1) return nearest;
  }
  return rows[row * stride + width];
}
