import { PatternError } from "../pattern/error";
import { PatternFlags } from "../pattern/flags";
import { PatternSet } from "../pattern/pattern-set";
import { ConfigReader } from "./reader";

/**
 * Compiles the patterns of the list `key` together; `null` without a pattern, or if one is empty, which the reader of texts has refused.
 * Where the list as a whole cannot be used, each pattern is compiled alone, to name the wrong ones.
 */
export function compilePatterns(
  reader: ConfigReader,
  key: string,
  texts: string[],
  flags: PatternFlags,
): PatternSet | null {
  if (!texts.length || texts.includes("")) return null;
  const error = new PatternError();
  const patterns = PatternSet.compile(texts, flags, error);
  if (patterns) return patterns;
  const ofOne = new PatternError();
  let isOne = false;
  for (let i = 0; i < texts.length; i++) {
    if (PatternSet.compile([texts[i]], flags, ofOne)) continue;
    isOne = true;
    reader.fail(`${key}[${i}]`, `is not supported: ${ofOne.message}`);
  }
  if (!isOne) reader.fail(key, `cannot be used: ${error.message}`);
  return null;
}
