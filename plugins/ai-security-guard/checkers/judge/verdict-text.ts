import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import {
  ABSENT,
  byteAt,
  indexOfByte,
  Slice,
  sliceEqualsIgnoringCase,
  sliceOfBuffer,
  sliceSize,
  slicesEqual,
  startsWithIgnoringCase,
  subslice,
  trimmed,
} from "../../../../assembly/bytes/slice";
import { Verdict } from "../verdict";

const LINE: u32 = 0x0a;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
const SAFETY = "safety:";
const CATEGORIES = "categories:";
const UNSAFE = "unsafe";

/** From which word of Qwen3Guard on a text is blocked. */
export const enum SafetyBar {
  Controversial = 1,
  Unsafe = 2,
}

const lower = new ByteBuffer();

/**
 * Reads the verdict of Qwen3Guard: `Safety: Unsafe` and `Categories: Violent`, a line each; of several lines the strictest counts.
 * https://huggingface.co/Qwen/Qwen3Guard-Gen-8B
 */
export function judgeGuard(text: Slice, bar: SafetyBar, only: ArrayBuffer[], verdict: Verdict): void {
  let safety = -1;
  let level = ABSENT;
  let list = ABSENT;
  for (let rest = text; sliceSize(rest) > 0; rest = afterLine(rest)) {
    const line = trimmed(lineOf(rest));
    if (startsWithIgnoringCase(line, CATEGORIES)) list = subslice(line, CATEGORIES.length);
    if (!startsWithIgnoringCase(line, SAFETY)) continue;
    const word = trimmed(subslice(line, SAFETY.length));
    const found = safetyOf(word);
    if (found < 0) return verdict.fail("an unknown safety");
    if (found > safety) level = word;
    safety = max(safety, found);
  }
  if (safety < 0) return verdict.fail("no safety");
  judgeCategories(list, level, safety >= bar, only, verdict);
}

/** Reads the last line: `SAFE`, or `UNSAFE: violence, hate`. */
export function judgeWord(text: Slice, only: ArrayBuffer[], verdict: Verdict): void {
  let line = ABSENT;
  for (let rest = text; sliceSize(rest) > 0; rest = afterLine(rest)) {
    const next = trimmed(lineOf(rest));
    if (sliceSize(next)) line = next;
  }
  const colon = line == ABSENT ? -1 : indexOfByte(line, COLON);
  const word = withoutPoint(colon < 0 ? line : trimmed(subslice(line, 0, colon)));
  const isUnsafe = sliceEqualsIgnoringCase(word, UNSAFE);
  if (!isUnsafe && !sliceEqualsIgnoringCase(word, "safe")) return verdict.fail("neither SAFE nor UNSAFE");
  judgeCategories(colon < 0 ? ABSENT : subslice(line, colon + 1), word, isUnsafe, only, verdict);
}

/** Adds the categories of a list with commas, and blocks where the level is too high for one that counts, or for none. */
function judgeCategories(list: Slice, level: Slice, isOver: bool, only: ArrayBuffer[], verdict: Verdict): void {
  let isAny = false;
  verdict.level.append(level);
  for (let from = 0; from < sliceSize(list);) {
    const comma = indexOfByte(list, COMMA, from);
    const end = comma < 0 ? sliceSize(list) : comma;
    const category = withoutPoint(trimmed(subslice(list, from, end)));
    from = end + 1;
    if (!sliceSize(category) || sliceEqualsIgnoringCase(category, "none")) continue;
    isAny = true;
    verdict.addLabel(category);
    if (!isOver || !counts(category, only)) continue;
    verdict.block();
    verdict.addDetail(category, level);
  }
  if (isOver && !isAny) {
    verdict.block();
    verdict.addDetail(level, level);
  }
}

function counts(category: Slice, only: ArrayBuffer[]): bool {
  for (let i = 0; i < only.length; i++) if (equalIgnoringCase(category, sliceOfBuffer(only[i]))) return true;
  return !only.length;
}

function equalIgnoringCase(a: Slice, b: Slice): bool {
  if (sliceSize(a) != sliceSize(b)) return false;
  lower.clear();
  lower.appendInLowerCase(a).appendInLowerCase(b);
  return slicesEqual(subslice(lower.slice, 0, sliceSize(a)), subslice(lower.slice, sliceSize(a)));
}

function safetyOf(word: Slice): i32 {
  if (sliceEqualsIgnoringCase(word, "safe")) return 0;
  if (sliceEqualsIgnoringCase(word, "controversial")) return SafetyBar.Controversial;
  return sliceEqualsIgnoringCase(word, UNSAFE) ? SafetyBar.Unsafe : -1;
}

function withoutPoint(word: Slice): Slice {
  const size = sliceSize(word);
  return size > 0 && byteAt(word, size - 1) == 0x2e ? subslice(word, 0, size - 1) : word;
}

function lineOf(text: Slice): Slice {
  const end = indexOfByte(text, LINE);
  return end < 0 ? text : subslice(text, 0, end);
}

function afterLine(text: Slice): Slice {
  const end = indexOfByte(text, LINE);
  return end < 0 ? subslice(text, sliceSize(text)) : subslice(text, end + 1);
}
