import { byteAt, Slice, sliceIncludes, sliceSize, sliceStartsWith, subslice } from "../../../bytes/slice";

const NAME = "gemini-";
const RESOURCE = "models/";
const POINT = 0x2e;

/** How a model is told how much to reason. https://ai.google.dev/gemini-api/docs/thinking */
export const enum Thinking {
  /** Not at all. */
  None,
  /** By `thinkingBudget`, a number of tokens. */
  Budget,
  /** By `thinkingLevel`, a name. */
  Level,
}

/** The name without the `models/` that Google's lists of models put before it. */
export function plainModel(name: Slice): Slice {
  return sliceStartsWith(name, RESOURCE) ? subslice(name, RESOURCE.length) : name;
}

/** What the name of a model says about what it takes. https://ai.google.dev/gemini-api/docs/models */
export class GeminiModel {
  /** How it is told how much to reason. */
  thinking: Thinking = Thinking.None;
  /** Whether it is a Pro model, which cannot be kept from reasoning. */
  isPro: bool = false;
  /** Whether it is a Flash-Lite model. */
  isLite: bool = false;
  /** Whether it has a medium level of reasoning. */
  hasMedium: bool = true;
  /** Whether it refuses tool calls without signatures, and takes media in the results of tools: Gemini 3 and later. */
  isStrict: bool = false;
  /** Whether it reads files at URLs: not before Gemini 2.5. https://ai.google.dev/gemini-api/docs/file-input-methods */
  readsUrls: bool = false;
  /** The most tokens of a response; 0 where that is not known. */
  mostTokens: i64 = 0;

  /** Reads the name of a model, in UTF-8. An alias without a version (`gemini-flash-latest`) is one of today's models. */
  read(name: Slice): void {
    const model = plainModel(name);
    const isGemini = sliceStartsWith(model, NAME);
    const version = isGemini ? versionOf(model) : 0;
    const isOld = version > 0 && version < 25;
    const isOther = sliceIncludes(model, "-image") || sliceIncludes(model, "-tts") || sliceIncludes(model, "embedding");
    this.isPro = sliceIncludes(model, "-pro");
    this.isLite = sliceIncludes(model, "-lite");
    this.hasMedium = !sliceStartsWith(model, "gemini-3-pro");
    this.isStrict = version >= 30;
    this.readsUrls = isGemini && !isOld;
    this.mostTokens = !isGemini || isOther ? 0 : isOld ? 8192 : 65536;
    // Aliases follow the newest model, which takes a budget too.
    if (!isGemini || isOld || isOther) this.thinking = Thinking.None;
    else this.thinking = this.isStrict ? Thinking.Level : Thinking.Budget;
  }
}

/** Ten times the version in a name, `25` for `gemini-2.5-pro`; 0 for none. */
function versionOf(model: Slice): i32 {
  let at = NAME.length;
  const major = digitAt(model, at++);
  if (major < 0) return 0;
  const hasMinor = at < sliceSize(model) && byteAt(model, at) == POINT;
  return 10 * major + (hasMinor ? max(digitAt(model, at + 1), 0) : 0);
}

function digitAt(text: Slice, at: i32): i32 {
  if (at >= sliceSize(text)) return -1;
  const digit = byteAt(text, at) - 0x30;
  return digit < 10 ? <i32>digit : -1;
}
