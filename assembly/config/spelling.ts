import { ByteBuffer } from "../bytes/buffer";
import { byteAt, lowerCase, Slice, sliceSize, sliceStartsWith, sliceToString, subslice } from "../bytes/slice";
import { jsonText, jsonUnescape } from "../json/value";
import { LONGEST_NAME, OptionName } from "./option-name";

/** The longest token of such a name: every letter is an escape. */
const LONGEST_TOKEN = 6 * LONGEST_NAME + 2;
/** The number of letters that are shown of a name that resembles no option: it may be a secret in the wrong place. */
const SHOWN = 3;

/** The most that two spellings may differ in length: two letters and the characters that divide words. */
const MOST_DIVIDERS = 6;
/** The most letters in which a misspelt name differs; fewer for a short one. */
const MOST_DIFFERENCES = 2;

/** An option of fewer letters is not looked for at the beginning of a longer name. */
const SHORTEST_BEGINNING = 4;
/** An option of fewer letters is not looked for at the end of a longer name: `keys` ends too many. */
const SHORTEST_ENDING = 6;

const name = new ByteBuffer();
const nameText = new OptionName();
/** Every option that guards, once: they are compared with each unknown key. */
const guarding = new Map<string, GuardingOption>();

/** An option with which unknown keys are compared. */
export class GuardingOption {
  /** Its letters, for the comparison. */
  readonly letters: OptionName = new OptionName();

  constructor(readonly text: string) {
    name.clear();
    this.letters.read(name.text(text).slice);
  }

  /** The option of a name in the code; the object is kept. */
  static of(text: string): GuardingOption {
    if (!guarding.has(text)) guarding.set(text, new GuardingOption(text));
    return guarding.get(text);
  }
}

/** A key token as it is shown in a log line: in full if it resembles an option, otherwise its first letters. */
export function shownName(token: Slice): string {
  const name = nameOf(token);
  const isOption = name.length <= LONGEST_NAME && wordSize(name, false) == name.length;
  return name.length && isOption ? name : `${name.substring(0, min(SHOWN, wordSize(name, true)))}...`;
}

/**
 * The option that a key token may be a misspelling of, in any case, or that it begins with, as `modelsList` begins with
 * `models`, or ends with, as `allowedModels` does; "" if there is none.
 */
export function meantOption(token: Slice, options: GuardingOption[]): string {
  if (sliceSize(token) > LONGEST_TOKEN) return "";
  name.clear();
  jsonUnescape(token, name);
  if (name.size > LONGEST_NAME) return "";
  nameText.read(name.slice);
  // The nearest one: `provders` is `providers`, not `provider`.
  let near = "";
  let nearest = i32.MAX_VALUE;
  for (let i = 0; i < options.length; i++) {
    const text = options[i].text;
    if (!near.length && (beginsWithOption(name.slice, text) || endsWithOption(name.slice, text))) near = text;
    if (abs(text.length - name.size) > MOST_DIVIDERS) continue;
    const option = options[i].letters;
    const least = nameText.leastDistanceTo(option);
    if (least > MOST_DIFFERENCES) continue;
    if (option.equals(nameText)) return text;
    // A name of the kernel begins with `_`, and resembles only names that do: `roles` is not `_rules_`.
    const isKernels = text.startsWith("_");
    const wanted = isKernels ? text.length : option.size;
    const most = wanted < 4 ? 0 : wanted == 4 ? 1 : MOST_DIFFERENCES;
    if (least > most) continue;
    const distance = nameText.distanceTo(option, isKernels, most);
    if (distance > most || distance >= nearest) continue;
    near = text;
    nearest = distance;
  }
  return near;
}

/** Whether another word follows an option: a capital letter, a digit, `_`, `-` or `.`. */
function beginsWithOption(name: Slice, option: string): bool {
  if (option.length < SHORTEST_BEGINNING || !sliceStartsWith(name, option)) return false;
  if (sliceSize(name) == option.length) return false;
  const next = byteAt(name, option.length);
  return next - 0x41 < 26 || next - 0x30 < 10 || next == 0x5f || next == 0x2d || next == 0x2e;
}

/** Whether an option is the last word of a name: in capitals (`allowedModels`), or behind `_`, `-` or `.`. */
function endsWithOption(name: Slice, option: string): bool {
  const start = sliceSize(name) - option.length;
  if (option.length < SHORTEST_ENDING || start < 2) return false;
  const first = byteAt(name, start);
  const before = byteAt(name, start - 1);
  const isWord = first - 0x41 < 26 || before == 0x5f || before == 0x2d || before == 0x2e;
  if (!isWord || lowerCase(first) != lowerCase(<u32>option.charCodeAt(0))) return false;
  for (let i = 1; i < option.length; i++) if (byteAt(name, start + i) != <u32>option.charCodeAt(i)) return false;
  return true;
}

/** The beginning of a key that is long enough to tell that it is no option. */
function nameOf(token: Slice): string {
  return sliceSize(token) <= LONGEST_TOKEN ? jsonText(token) : sliceToString(subslice(token, 1, LONGEST_TOKEN));
}

/** The number of leading letters, `_` and `-`, and of digits if `withDigits`. */
function wordSize(name: string, withDigits: bool): i32 {
  let i = 0;
  for (; i < name.length; i++) {
    const unit = <u32>name.charCodeAt(i);
    const isLetter = (unit | 0x20) - 0x61 < 26 || unit == 0x5f || unit == 0x2d;
    if (!isLetter && !(withDigits && unit - 0x30 < 10)) break;
  }
  return i;
}
