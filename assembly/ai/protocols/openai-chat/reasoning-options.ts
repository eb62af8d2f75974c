import { ABSENT, Slice } from "../../../bytes/slice";
import { JsonDocument } from "../../../json/document";
import { jsonEquals, jsonGet, jsonInteger, jsonIsInteger, jsonKind, JsonKind } from "../../../json/value";
import { effortOfBudget, effortOfName } from "../../hub/effort";
import { Effort, RequestSink } from "../../hub/request-sink";

/**
 * Reads how much a chat should reason into a sink; `false` if it refused. Beside OpenAI's `reasoning_effort` there are a number of
 * tokens (`reasoning_max_tokens`), `thinking` as Anthropic and several others write it, and OpenRouter's `reasoning`.
 * https://platform.openai.com/docs/guides/reasoning https://openrouter.ai/docs/use-cases/reasoning-tokens
 */
export function readReasoningOptions(request: JsonDocument, sink: RequestSink): bool {
  const thinking = request.get("thinking");
  if (jsonKind(thinking) == JsonKind.Object) return readThinking(thinking, request.get("reasoning_effort"), sink);
  if (isGiven(thinking)) sink.drop("thinking");
  const reasoning = request.get("reasoning");
  if (isGiven(reasoning) && jsonKind(reasoning) != JsonKind.Object) sink.drop("reasoning");
  if (jsonKind(reasoning) == JsonKind.Object) {
    const enabled = jsonKind(jsonGet(reasoning, "enabled"));
    if (enabled == JsonKind.False) return sink.reasoning(Effort.None, ABSENT);
    const effort = jsonGet(reasoning, "effort");
    const budget = jsonGet(reasoning, "max_tokens");
    if (enabled == JsonKind.True && !isGiven(effort) && !isGiven(budget))
      return sink.reasoning(Effort.Adaptive, ABSENT);
    return readEffort(effort, "reasoning.effort", budget, "reasoning.max_tokens", sink);
  }
  const budget = request.get("reasoning_max_tokens");
  return readEffort(request.get("reasoning_effort"), "reasoning_effort", budget, "reasoning_max_tokens", sink);
}

function readThinking(thinking: Slice, named: Slice, sink: RequestSink): bool {
  const type = jsonGet(thinking, "type");
  if (jsonEquals(type, "disabled")) return sink.reasoning(Effort.None, ABSENT);
  if (!jsonEquals(type, "enabled") && !jsonEquals(type, "adaptive")) {
    return sink.refuse("type must be enabled, adaptive or disabled.", "thinking.type");
  }
  const budget = jsonGet(thinking, "budget_tokens");
  if (isGiven(budget)) return readEffort(named, "reasoning_effort", budget, "thinking.budget_tokens", sink);
  return sink.reasoning(effortOfName(named, Effort.Adaptive), ABSENT);
}

/** Reads an effort and a budget, both of which may be missing, with the paths that name them in a refusal. */
function readEffort(named: Slice, path: string, budget: Slice, budgetPath: string, sink: RequestSink): bool {
  const hasBudget = isGiven(budget);
  if (hasBudget && !(jsonIsInteger(budget) && jsonInteger(budget, 0) >= 0)) {
    return sink.refuse(`${budgetPath} must be an integer.`, budgetPath);
  }
  if (!isGiven(named)) {
    if (!hasBudget) return true;
    const tokens = jsonInteger(budget, 0);
    return tokens ? sink.reasoning(effortOfBudget(tokens), budget) : sink.reasoning(Effort.None, ABSENT);
  }
  const effort = effortOfName(named, Effort.Adaptive);
  if (effort == Effort.Adaptive) {
    return sink.refuse(`${path} must be none, minimal, low, medium, high, xhigh or max.`, path);
  }
  return sink.reasoning(effort, hasBudget && effort != Effort.None ? budget : ABSENT);
}

function isGiven(value: Slice): bool {
  return value != ABSENT && jsonKind(value) != JsonKind.Null;
}
