import { asciiLowerCase } from "../bytes/lower-case";
import { Slice, sliceSize, sliceToString, subslice } from "../bytes/slice";
import { jsonText } from "../json/value";

/** The longest name that is compared with the options: none is longer. */
const LONGEST_NAME = 40;
/** The longest token of such a name: each letter as an escape. */
const LONGEST_TOKEN = 6 * LONGEST_NAME + 2;
/** So much of a name is shown that does not look like an option: it may be a secret in the wrong place. */
const SHOWN = 3;

/** A misspelt name differs in so many letters at most. */
const MOST_LETTERS = 2;

/** Two rows of the table of distances, one behind the other, and one more for letters that changed places. */
const rows = new StaticArray<i32>(3 * (LONGEST_NAME + 1));

/** A key token as a log line may show it: whole where it looks like an option, else its first letters. */
export function shownName(token: Slice): string {
  const name = nameOf(token);
  const isOption = name.length <= LONGEST_NAME && wordSize(name, false) == name.length;
  return name.length && isOption ? name : `${name.substring(0, min(SHOWN, wordSize(name, true)))}...`;
}

/** The option among `options` that a key token may be a misspelling of, in whatever letters; "" if it is like none. */
export function meantOption(token: Slice, options: string[]): string {
  const text = asciiLowerCase(nameOf(token));
  if (text.length > LONGEST_NAME) return "";
  const word = wordOf(text);
  for (let i = 0; i < options.length; i++) if (wordOf(asciiLowerCase(options[i])) == word) return options[i];
  // The nearest one: `provders` is `providers`, not `provider`.
  for (let letters = 1; letters <= MOST_LETTERS; letters++) {
    for (let i = 0; i < options.length; i++) {
      if (isNear(text, word, asciiLowerCase(options[i]), letters)) return options[i];
    }
  }
  return "";
}

/** As much of a key as it takes to know that it is no option. */
function nameOf(token: Slice): string {
  return sliceSize(token) <= LONGEST_TOKEN ? jsonText(token) : sliceToString(subslice(token, 1, LONGEST_TOKEN));
}

/** The size of what stands in front and is made of letters, `_` and `-`, and digits where they count. */
function wordSize(name: string, withDigits: bool): i32 {
  let i = 0;
  for (; i < name.length; i++) {
    const unit = <u32>name.charCodeAt(i);
    const isLetter = (unit | 0x20) - 0x61 < 26 || unit == 0x5f || unit == 0x2d;
    if (!isLetter && !(withDigits && unit - 0x30 < 10)) break;
  }
  return i;
}

/** A name of the kernel's, which begins with `_`, is like another only with its `_`: `roles` is not `_rules_`. */
function isNear(text: string, word: string, option: string, letters: i32): bool {
  const isKernels = option.startsWith("_");
  const wanted = isKernels ? option : wordOf(option);
  const most = min(letters, wanted.length < 4 ? 0 : wanted.length == 4 ? 1 : MOST_LETTERS);
  return distance(isKernels ? text : word, wanted, most) <= most;
}

/** Without what divides words. */
function wordOf(text: string): string {
  let word = "";
  for (let i = 0; i < text.length; i++) if (!"_-. ".includes(text.charAt(i))) word += text.charAt(i);
  return word;
}

/** How many letters must be put in, left out, changed, or change places to make one of the other; `most + 1` for more. */
function distance(a: string, b: string, most: i32): i32 {
  if (abs(a.length - b.length) > most) return most + 1;
  const width = b.length + 1;
  for (let j = 0; j < width; j++) rows[j] = j;
  let row = 0;
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    const aboveThat = (row + 2) % 3;
    row = (row + 1) % 3;
    rows[row * width] = i;
    for (let j = 1; j < width; j++) {
      const isSame = a.charCodeAt(i - 1) == b.charCodeAt(j - 1);
      let least = rows[above * width + j - 1] + (isSame ? 0 : 1);
      least = min(least, min(rows[above * width + j], rows[row * width + j - 1]) + 1);
      const isSwapped =
        i > 1 && j > 1 && a.charCodeAt(i - 1) == b.charCodeAt(j - 2) && a.charCodeAt(i - 2) == b.charCodeAt(j - 1);
      if (isSwapped) least = min(least, rows[aboveThat * width + j - 2] + 1);
      rows[row * width + j] = least;
    }
  }
  return rows[row * width + width - 1];
}
