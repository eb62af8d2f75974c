import {
  byteAt,
  indexOfText,
  Slice,
  sliceEndsWith,
  sliceSize,
  sliceStartsWith,
  subslice,
} from "../../../assembly/bytes/slice";
import { asciiLowerCase } from "../../../assembly/bytes/lower-case";

const STAR = "*";

/**
 * Names of models: `gpt-4o` is that name and all that continue it behind a `-`, `:` or `@`, such as its dates and sizes; `*`
 * stands for any characters.
 */
export class ModelPattern {
  /** What stands between the stars, in lower case. */
  private readonly parts: string[];
  /** How many characters are not stars: of two patterns the one with more is the more specific. */
  readonly weight: i32;
  /** The text before the first star. */
  readonly begin: string;

  constructor(text: string) {
    const parts = asciiLowerCase(text).split(STAR);
    this.begin = parts[0];
    this.parts = parts;
    this.weight = text.length - parts.length + 1;
  }

  /** Whether it stands for a name in lower case. Linear in the name for each part. */
  matches(name: Slice): bool {
    const parts = this.parts;
    const last = parts.length - 1;
    if (!sliceStartsWith(name, this.begin)) return false;
    let at = this.begin.length;
    if (last == 0) return at == sliceSize(name) || endsFamily(byteAt(name, at));
    for (let i = 1; i < last; i++) {
      at = indexOfText(name, parts[i], at);
      if (at < 0) return false;
      at += parts[i].length;
    }
    return sliceEndsWith(subslice(name, at), parts[last]);
  }
}

/** Whether the byte follows the name of a family. */
function endsFamily(byte: u32): bool {
  return byte == 0x2d || byte == 0x3a || byte == 0x40;
}
