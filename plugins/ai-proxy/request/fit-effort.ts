import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { LEVEL_NAMES, levelOfName, nearestLevel } from "../../../assembly/ai/effort-levels";
import { ModelTraits, Thinking } from "../../../assembly/ai/model-traits";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, subslice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { jsonGet } from "../../../assembly/json/value";
import { Exchange } from "../exchange";
import { clientName, editedProtocol } from "./client-name";
import { switchThinking } from "./switch-thinking";

const QUOTE = 0x22;
const EQUALS = 0x3d;
const EFFORT = "reasoning_effort";
const NONE = 0;

const literal = new ByteBuffer();

/** The effort that a chat, or a request of OpenAI's Responses, asks for; ABSENT for none. */
export function effortOf(exchange: Exchange, request: JsonDocument): Slice {
  const isResponse = editedProtocol(exchange) == ChatProtocol.Responses;
  return isResponse ? jsonGet(request.get("reasoning"), "effort") : request.get(EFFORT);
}

/** Whether a chat, or a request of OpenAI's Responses, asks the model to reason. */
export function asksForEffort(exchange: Exchange, request: JsonDocument): bool {
  return levelOfName(effortOf(exchange, request)) > NONE;
}

/**
 * Replaces an effort that the model does not take by the next one that it takes, and removes that of a model which does not
 * reason; returns whether anything changed.
 */
export function fitEffort(exchange: Exchange, traits: ModelTraits, request: JsonDocument, edit: JsonEdit): bool {
  const mode = traits.thinking;
  if (mode != Thinking.None && mode != Thinking.Effort && mode != Thinking.Switch) return false;
  const effort = effortOf(exchange, request);
  const level = levelOfName(effort);
  if (level < 0) return false;
  if (mode == Thinking.Switch) return switchThinking(exchange, level, request, edit);
  if (traits.thinking == Thinking.None) {
    edit.remove(editedProtocol(exchange) == ChatProtocol.Responses ? "reasoning" : EFFORT);
    if (level > NONE) exchange.noteDropped(clientName(exchange, EFFORT));
    return true;
  }
  return replaceEffort(exchange, traits, effort, level, clientName(exchange, EFFORT), edit);
}

/** Replaces an effort that is none of the model's levels by the next one; returns whether it did. */
export function replaceEffort(
  exchange: Exchange,
  traits: ModelTraits,
  effort: Slice,
  level: i32,
  name: string,
  edit: JsonEdit,
): bool {
  const nearest = nearestLevel(traits.levels, level);
  if (nearest < 0 || nearest == level) return false;
  literal.clear();
  literal.byte(QUOTE).text(LEVEL_NAMES[nearest]).byte(QUOTE);
  edit.replace(effort, literal.slice);
  exchange.noteChanged(name, EQUALS, subslice(literal.slice, 1, literal.size - 1));
  return true;
}
