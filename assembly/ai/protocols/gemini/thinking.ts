import { ByteBuffer } from "../../../bytes/buffer";
import { Slice, ABSENT } from "../../../bytes/slice";
import { jsonInteger } from "../../../json/value";
import { LEVEL_NAMES, levelOfEffort, nearestLevel } from "../../effort-levels";
import { Effort } from "../../hub/request-sink";
import { ModelTraits, Thinking } from "../../model-traits";

/** No budget: the request decides alone about reasoning. */
export const NO_BUDGET: i64 = i64.MIN_VALUE;
/** The model decides how much it reasons. */
const DYNAMIC_BUDGET: i64 = -1;

/**
 * Appends the `thinkingConfig` of a model that reasons, for an effort and a budget (a JSON integer, or ABSENT). Models with
 * levels take the effort, others the budget. https://ai.google.dev/gemini-api/docs/thinking
 */
export function writeThinking(model: ModelTraits, effort: Effort, budget: Slice, out: ByteBuffer): void {
  out.text(effort == Effort.None ? '{"includeThoughts":false' : '{"includeThoughts":true');
  if (model.thinking == Thinking.Level) {
    const level = levelOf(model, effort);
    if (level.length) out.text(',"thinkingLevel":"').text(level).byte(0x22);
  } else {
    const tokens = budget == ABSENT || effort == Effort.None ? budgetOf(effort) : jsonInteger(budget, DYNAMIC_BUDGET);
    out.text(',"thinkingBudget":').integer(allowedBudget(model, tokens));
  }
  out.byte(0x7d);
}

/** The budget within the limits of a model; 0, where it is allowed, switches reasoning off. */
export function allowedBudget(model: ModelTraits, tokens: i64): i64 {
  if (tokens < 0) return DYNAMIC_BUDGET;
  if (tokens == 0 && (model.levels & 1) != 0) return 0;
  return max(min(tokens, model.mostBudget), model.leastBudget);
}

/** The tokens that Google's own table has for an effort. https://ai.google.dev/gemini-api/docs/openai#thinking */
function budgetOf(effort: Effort): i64 {
  switch (effort) {
    case Effort.None:
      return 0;
    case Effort.Minimal:
    case Effort.Low:
      return 1024;
    case Effort.Medium:
      return 8192;
    case Effort.High:
      return 24576;
    case Effort.Highest:
      return 32768;
    default:
      return DYNAMIC_BUDGET;
  }
}

/** The name of a level; "" for the model's own choice. No level switches reasoning off: `None` is the lowest one. */
function levelOf(model: ModelTraits, effort: Effort): string {
  const level = effort == Effort.Adaptive ? -1 : nearestLevel(model.levels, levelOfEffort(effort));
  return level < 0 ? "" : LEVEL_NAMES[level];
}
