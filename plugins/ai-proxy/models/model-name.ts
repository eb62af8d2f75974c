import {
  byteAt,
  lastIndexOfByte,
  lowerCase,
  Slice,
  sliceSize,
  sliceStartsWith,
  subslice,
} from "../../../assembly/bytes/slice";

const DOT = 0x2e;
const HYPHEN = 0x2d;
const SLASH = 0x2f;
/** Begins the name of a model that was tuned at OpenAI. */
const TUNED = "ft:";

/**
 * The name of a model, in lower case, without what platforms put before it: `models/`, `openai/`, `us.anthropic.`, `ft:`. A
 * vendor before a dot has letters and hyphens only, unlike the version in `gpt-4.1`.
 */
export function plainName(name: Slice): Slice {
  let plain = subslice(name, lastIndexOfByte(name, SLASH) + 1);
  if (sliceStartsWith(plain, TUNED)) plain = subslice(plain, TUNED.length);
  let from = 0;
  for (let at = 0; at < sliceSize(plain); at++) {
    const byte = byteAt(plain, at);
    if (byte == DOT) from = at + 1;
    else if (byte != HYPHEN && lowerCase(byte) - 0x61 > 25) break;
  }
  return subslice(plain, from);
}
