import { Slice } from "../../bytes/slice";
import { jsonEquals } from "../../json/value";
import { Effort } from "./request-sink";

/** From so many tokens on a budget is a medium effort, and a high one. */
const MEDIUM_BUDGET: i64 = 4096;
const HIGH_BUDGET: i64 = 16384;

/** The level `low`. */
const LOW_LEVEL: i32 = 2;

/** The smallest budget. https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
export const SMALLEST_BUDGET: i64 = 1024;

/** The budget that fits an effort. */
export function budgetOfEffort(effort: Effort): i64 {
  switch (effort) {
    case Effort.Minimal:
    case Effort.Low:
      return SMALLEST_BUDGET;
    case Effort.High:
      return 16_384;
    case Effort.Highest:
      return 32_768;
    default:
      return 8192;
  }
}

/**
 * The most tokens of reasoning for a level of `LEVEL_NAMES`, as DashScope maps the efforts of Qwen3.8; 0 for as many as the model
 * may have. https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope
 */
export function budgetOfLevel(level: i32): i64 {
  if (level <= LOW_LEVEL) return 4096;
  return level == LOW_LEVEL + 1 ? 16_384 : 0;
}

/** The effort that fits a budget of reasoning tokens. */
export function effortOfBudget(tokens: i64): Effort {
  if (tokens < MEDIUM_BUDGET) return Effort.Low;
  return tokens < HIGH_BUDGET ? Effort.Medium : Effort.High;
}

/** The effort of a name that OpenAI or Anthropic has for it, a JSON value; `other` for any other. */
export function effortOfName(name: Slice, other: Effort): Effort {
  if (jsonEquals(name, "none")) return Effort.None;
  if (jsonEquals(name, "minimal")) return Effort.Minimal;
  if (jsonEquals(name, "low")) return Effort.Low;
  if (jsonEquals(name, "medium")) return Effort.Medium;
  if (jsonEquals(name, "high")) return Effort.High;
  return jsonEquals(name, "max") || jsonEquals(name, "xhigh") ? Effort.Highest : other;
}
