import { RangeSet } from "./ranges";

/** The numbers of a rule: first and last character, the distance to the partner, and the step to the next character. */
const RULE_SIZE: i32 = 4;

/**
 * Letters and their partners in another case, by Unicode's simple folding: ASCII, Latin-1 and Latin Extended-A with
 * whatever else folds to them, and the Greek, Cyrillic, Armenian and full-width Latin alphabets. A rule stands for the
 * pairs (c, c + distance). Of three characters that are all one letter, each two have a rule.
 */
// prettier-ignore
const RULES: StaticArray<u16> = [
  0x41, 0x5a, 32, 1,
  0xc0, 0xd6, 32, 1, 0xd8, 0xde, 32, 1, 0xff, 0xff, 121, 1,
  0x100, 0x12e, 1, 2, 0x132, 0x136, 1, 2, 0x139, 0x147, 1, 2, 0x14a, 0x176, 1, 2, 0x179, 0x17d, 1, 2,
  0x53, 0x53, 300, 1, 0x73, 0x73, 268, 1, 0x4b, 0x4b, 8415, 1, 0x6b, 0x6b, 8383, 1,
  0xc5, 0xc5, 8294, 1, 0xe5, 0xe5, 8262, 1, 0xdf, 0xdf, 7615, 1,
  0xb5, 0xb5, 743, 1, 0xb5, 0xb5, 775, 1,
  0x386, 0x386, 38, 1, 0x388, 0x38a, 37, 1, 0x38c, 0x38c, 64, 1, 0x38e, 0x38f, 63, 1,
  0x391, 0x3a1, 32, 1, 0x3a3, 0x3ab, 32, 1, 0x3a3, 0x3a3, 31, 1, 0x3c2, 0x3c2, 1, 1,
  0x400, 0x40f, 80, 1, 0x410, 0x42f, 32, 1,
  0x460, 0x480, 1, 2, 0x48a, 0x4be, 1, 2, 0x4c0, 0x4c0, 15, 1, 0x4c1, 0x4cd, 1, 2, 0x4d0, 0x52e, 1, 2,
  0x531, 0x556, 48, 1,
  0xff21, 0xff3a, 32, 1,
];

/** Adds the characters from `first` to `last` and, with `ignoreCase`, their partners in another case. */
export function addFolded(set: RangeSet, first: u32, last: u32, ignoreCase: bool): void {
  set.add(first, last);
  if (ignoreCase) addPartners(set, first, last);
}

function addPartners(set: RangeSet, first: u32, last: u32): void {
  for (let rule = 0; rule < RULES.length; rule += RULE_SIZE) {
    const end = <u32>RULES[rule + 1];
    const distance = <u32>RULES[rule + 2];
    for (let character = <u32>RULES[rule]; character <= end; character += RULES[rule + 3]) {
      const partner = character + distance;
      if (first <= character && character <= last) set.add(partner, partner);
      if (first <= partner && partner <= last) set.add(character, character);
    }
  }
}
