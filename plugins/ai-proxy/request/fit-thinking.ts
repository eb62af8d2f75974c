import { levelOfName } from "../../../assembly/ai/effort-levels";
import { budgetOfEffort, effortOfName, SMALLEST_BUDGET } from "../../../assembly/ai/hub/effort";
import { Effort } from "../../../assembly/ai/hub/request-sink";
import { Feature, ModelTraits, Thinking } from "../../../assembly/ai/model-traits";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceBetween, sliceEnd, sliceStart } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import {
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  jsonInteger,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
} from "../../../assembly/json/value";
import { Exchange } from "../exchange";
import { replaceEffort } from "./fit-effort";

const THINKING = "thinking";
const EFFORT_PATH = "output_config.effort";
const EQUALS = 0x3d;

const literal = new ByteBuffer();
const word = new ByteBuffer();

/** Whether a request of Anthropic's Messages asks the model to reason. */
export function asksForThinking(request: JsonDocument): bool {
  const type = jsonGet(request.get(THINKING), "type");
  return jsonEquals(type, "enabled") || jsonEquals(type, "adaptive");
}

/**
 * Changes how a request of Anthropic's Messages asks the model to reason into what the model takes; returns whether anything
 * changed. https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 */
export function fitThinking(exchange: Exchange, traits: ModelTraits, request: JsonDocument, edit: JsonEdit): bool {
  const mode = traits.thinking;
  if (mode == Thinking.Unknown || (mode >= Thinking.Effort && mode < Thinking.Adaptive)) return false;
  const type = jsonGet(request.get(THINKING), "type");
  const isEnabled = jsonEquals(type, "enabled");
  let changed = false;
  if (mode == Thinking.None && asksForThinking(request)) changed = drop(exchange, edit);
  else if (mode == Thinking.Budget && jsonEquals(type, "adaptive"))
    changed = setBudget(exchange, traits, request, edit);
  else if (mode == Thinking.Budget && isEnabled) changed = lowerBudget(exchange, traits, request, edit);
  else if (mode >= Thinking.Adaptive && isEnabled && !traits.mostBudget) {
    const shows = traits.has(Feature.HiddenThinking);
    literal.clear();
    literal.text(shows ? '{"type":"adaptive","display":"summarized"}' : '{"type":"adaptive"}');
    changed = set(exchange, "adaptive", edit);
  } else if (mode == Thinking.AdaptiveAlways && jsonEquals(type, "disabled")) changed = drop(exchange, edit);
  return fitNamedEffort(exchange, traits, request, edit) || changed;
}

function drop(exchange: Exchange, edit: JsonEdit): bool {
  edit.remove(THINKING);
  exchange.noteDropped(THINKING);
  return true;
}

/** Sets `thinking` to `literal`, and notes its type. */
function set(exchange: Exchange, type: string, edit: JsonEdit): bool {
  edit.set(THINKING, literal.slice);
  word.clear();
  exchange.noteChanged(THINKING, EQUALS, word.text(type).slice);
  return true;
}

/** Asks a model by a budget that was asked to reason as much as it finds right, where it can have one. */
function setBudget(exchange: Exchange, traits: ModelTraits, request: JsonDocument, edit: JsonEdit): bool {
  const named = jsonGet(request.get("output_config"), "effort");
  const budget = min(budgetOfEffort(effortOfName(named, Effort.Adaptive)), limitOf(traits, request) - 1);
  if (budget < SMALLEST_BUDGET || lacksThinking(request.get("messages"))) return drop(exchange, edit);
  literal.clear();
  literal.text('{"type":"enabled","budget_tokens":').integer(budget).byte(0x7d);
  return set(exchange, "enabled", edit);
}

/** Keeps the budget below a limit that is lowered to what the model has. */
function lowerBudget(exchange: Exchange, traits: ModelTraits, request: JsonDocument, edit: JsonEdit): bool {
  const most = traits.mostTokens;
  const budget = jsonGet(request.get(THINKING), "budget_tokens");
  if (!most || jsonInteger(request.get("max_tokens")) <= most || jsonInteger(budget) < most) return false;
  literal.clear();
  edit.replace(budget, literal.integer(most - 1).slice);
  exchange.noteChanged("thinking.budget_tokens", EQUALS, literal.slice);
  return true;
}

/** The limit of the response as the model gets it; requests to count tokens have none. */
function limitOf(traits: ModelTraits, request: JsonDocument): i64 {
  const limit = jsonInteger(request.get("max_tokens"), i64.MAX_VALUE);
  return traits.mostTokens ? min(limit, traits.mostTokens) : limit;
}

/**
 * Whether the assistant's last message calls a tool and does not begin with reasoning: then the model cannot reason by a
 * budget. https://platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use
 */
function lacksThinking(messages: Slice): bool {
  let content = ABSENT;
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    if (jsonEquals(jsonGet(message, "role"), "assistant")) content = jsonGet(message, "content");
  }
  const type = jsonGet(jsonFirst(content), "type");
  if (jsonEquals(type, "thinking") || jsonEquals(type, "redacted_thinking")) return false;
  for (let block = jsonFirst(content); block != ABSENT; block = jsonNext(content, block)) {
    if (jsonEquals(jsonGet(block, "type"), "tool_use")) return true;
  }
  return false;
}

/** Fits `output_config.effort`, which some models do not know. */
function fitNamedEffort(exchange: Exchange, traits: ModelTraits, request: JsonDocument, edit: JsonEdit): bool {
  const config = request.get("output_config");
  const effort = jsonGet(config, "effort");
  const level = levelOfName(effort);
  if (level < 0) return false;
  if (traits.levels) return replaceEffort(exchange, traits, effort, level, EFFORT_PATH, edit);
  removeEffort(config, edit);
  exchange.noteDropped(EFFORT_PATH);
  return true;
}

/** Removes `effort` with its comma, and the whole object if nothing else is in it. */
function removeEffort(config: Slice, edit: JsonEdit): void {
  let before = ABSENT;
  for (let key = jsonFirstKey(config); key != ABSENT;) {
    const value = jsonMemberValue(config, key);
    const next = jsonNextKey(config, value);
    if (jsonEquals(key, "effort")) {
      const from = before == ABSENT ? sliceStart(key) : sliceEnd(before);
      const to = before != ABSENT || next == ABSENT ? sliceEnd(value) : sliceStart(next);
      if (before == ABSENT && next == ABSENT) edit.remove("output_config");
      else edit.replace(sliceBetween(from, to), ABSENT);
      return;
    }
    before = value;
    key = next;
  }
}
