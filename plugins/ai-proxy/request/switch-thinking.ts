import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { budgetOfLevel } from "../../../assembly/ai/hub/effort";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, subslice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { jsonEquals, jsonGet, jsonIsTrue, jsonKind, JsonKind } from "../../../assembly/json/value";
import { Exchange } from "../exchange";
import { clientName, editedProtocol } from "./client-name";

const EFFORT = "reasoning_effort";
const SWITCH = "enable_thinking";
const BUDGET = "thinking_budget";
const NONE = 0;
const RENAMED = 0x3e;

const literals = new ByteBuffer();
const name = new ByteBuffer();

/**
 * Asks a model that is switched to reason as the effort of a chat says; returns whether anything changed. DashScope refuses an
 * effort beside a budget, and reasoning before a tool that is forced or before JSON; without its switch an effort has no effect.
 * https://www.alibabacloud.com/help/en/model-studio/deep-thinking
 */
export function switchThinking(exchange: Exchange, level: i32, request: JsonDocument, edit: JsonEdit): bool {
  if (editedProtocol(exchange) != ChatProtocol.OpenAi) return false;
  edit.remove(EFFORT);
  const own = request.get(SWITCH);
  const isSwitched = own != ABSENT && jsonKind(own) != JsonKind.Null;
  const isOn = isSwitched ? jsonIsTrue(own) : level > NONE;
  const hasBudget = request.get(BUDGET) != ABSENT;
  if (!isSwitched && isOn && cannotReason(request)) {
    exchange.noteDropped(clientName(exchange, EFFORT));
    return true;
  }
  const tokens = isOn && level > NONE && !hasBudget ? budgetOfLevel(level) : 0;
  literals.clear();
  const size = literals.text(isOn ? "true" : "false").size;
  if (tokens) literals.integer(tokens);
  if (!isSwitched) edit.set(SWITCH, subslice(literals.slice, 0, size));
  if (tokens) edit.set(BUDGET, subslice(literals.slice, size));
  if (isSwitched && !isOn && level == NONE) return true;
  name.clear();
  if (isSwitched && !tokens) exchange.noteDropped(clientName(exchange, EFFORT));
  else exchange.noteChanged(clientName(exchange, EFFORT), RENAMED, name.text(tokens ? BUDGET : SWITCH).slice);
  return true;
}

/** Whether the response begins with a tool call that is forced, or must be a JSON object. */
function cannotReason(request: JsonDocument): bool {
  const choice = request.get("tool_choice");
  if (jsonKind(choice) == JsonKind.Object || jsonEquals(choice, "required")) return true;
  return jsonEquals(jsonGet(request.get("response_format"), "type"), "json_object");
}
