import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceBetween, sliceEnd, sliceIncludes, sliceStart } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import {
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  jsonKind,
  JsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
} from "../../../assembly/json/value";
import { ReasoningSwitch, RenamedField } from "../config/provider-settings";
import { Exchange } from "../exchange";
import { clientName, knowsDeveloper } from "./client-name";
import { isDefault } from "./parameter-rules";

const QUOTE = 0x22;
const NOTHING: string[] = [];

const literal = new ByteBuffer();

/**
 * Removes the fields of a chat that its provider refuses, renames those that it knows by another name, and switches
 * reasoning in the provider's way. `exchange.dropped` names what was removed. Returns whether anything changed.
 */
export function fitFields(exchange: Exchange, request: JsonDocument, edit: JsonEdit): bool {
  const settings = exchange.config.settings;
  const drops = keepsFields(exchange) ? NOTHING : settings.droppedFields;
  let changed = false;
  for (let i = 0; i < drops.length; i++) {
    const name = drops[i];
    const value = request.get(name);
    if (value == ABSENT) continue;
    edit.remove(name);
    if (!isDefault(name, value)) exchange.noteDropped(name);
    changed = true;
  }
  for (let i = 0; i < settings.renames.length; i++) {
    const field = settings.renames[i];
    const index = request.indexOf(field.from);
    if (index < 0) continue;
    literal.clear();
    if (request.get(field.to) != ABSENT) edit.remove(field.from);
    else edit.replace(request.keyAt(index), literal.byte(QUOTE).text(field.to).byte(QUOTE).slice);
    changed = true;
  }
  const effort = exchange.isBridged ? request.get("reasoning_effort") : ABSENT;
  if (effort != ABSENT && exchange.traits === null && asksKnownModelsOnly(exchange)) {
    edit.remove("reasoning_effort");
    exchange.noteDropped(clientName(exchange, "reasoning_effort"));
    changed = true;
  }
  const isSwitched = settings.reasoningSwitch != ReasoningSwitch.Effort && switchReasoning(exchange, request, edit);
  return changed || isSwitched;
}

/**
 * Removes the fields of messages that the provider refuses, renames those that it knows by another name, and the role
 * `developer`, in the order of the text, so that the work is linear. Returns whether anything changed.
 */
export function fitChatMessages(exchange: Exchange, request: JsonDocument, edit: JsonEdit): bool {
  const settings = exchange.config.settings;
  const drops = keepsFields(exchange) ? NOTHING : settings.droppedOfMessages;
  const renames = settings.renamedOfMessages;
  const messages = request.get("messages");
  const keepsDeveloper = knowsDeveloper(exchange);
  let noted: u32 = 0;
  let changed = false;
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    let before = ABSENT;
    let keepsOne = false;
    for (let key = jsonFirstKey(message); key != ABSENT;) {
      const value = jsonMemberValue(message, key);
      const next = jsonNextKey(message, value);
      const dropped = indexOf(drops, key);
      if (dropped >= 0 && jsonKind(value) != JsonKind.Null) noted |= 1 << dropped;
      if (dropped < 0 && !renameMember(renames, message, key)) keepsOne = true;
      else if (dropped < 0 && literal.size) {
        edit.replace(key, literal.slice);
        keepsOne = changed = true;
      } else {
        // With its comma: the one before it, if a member before it stays.
        const from = keepsOne ? sliceEnd(before) : sliceStart(key);
        edit.replace(sliceBetween(from, keepsOne || next == ABSENT ? sliceEnd(value) : sliceStart(next)), ABSENT);
        changed = true;
      }
      if (!keepsDeveloper && jsonEquals(key, "role") && jsonEquals(value, "developer")) {
        literal.clear();
        edit.replace(value, literal.text('"system"').slice);
        changed = true;
      }
      before = value;
      key = next;
    }
  }
  for (let i = 0; i < drops.length; i++) {
    if (!(noted & (1 << i))) continue;
    exchange.noteDropped(drops[i], "messages.");
  }
  return changed;
}

/** Writes the new name of a member into `literal`, nothing if the message has a member of that name; `false` for no other name. */
function renameMember(renames: RenamedField[], message: Slice, key: Slice): bool {
  for (let i = 0; i < renames.length; i++) {
    if (!jsonEquals(key, renames[i].from)) continue;
    literal.clear();
    if (jsonGet(message, renames[i].to) == ABSENT) literal.byte(QUOTE).text(renames[i].to).byte(QUOTE);
    return true;
  }
  return false;
}

function indexOf(names: string[], key: Slice): i32 {
  for (let i = 0; i < names.length; i++) if (jsonEquals(key, names[i])) return i;
  return -1;
}

function keepsFields(exchange: Exchange): bool {
  const model = exchange.config.settings.keepsFor;
  return model.length > 0 && sliceIncludes(exchange.model.slice, model);
}

/** Whether a model that the shipped table does not know is not asked to reason. */
function asksKnownModelsOnly(exchange: Exchange): bool {
  return exchange.config.settings.asksKnownModels && exchange.config.known.isShipped;
}

function switchReasoning(exchange: Exchange, request: JsonDocument, edit: JsonEdit): bool {
  const settings = exchange.config.settings;
  const effort = request.get("reasoning_effort");
  if (jsonKind(effort) != JsonKind.String) return false;
  const isOff = jsonEquals(effort, "none");
  const isObject = settings.reasoningSwitch == ReasoningSwitch.Thinking;
  const name = isObject ? "thinking" : "enable_thinking";
  literal.clear();
  if (isObject)
    literal
      .text('{"type":"')
      .text(isOff ? "disabled" : "enabled")
      .text('"}');
  else literal.text(isOff ? "false" : "true");
  // The client may speak the provider's own dialect.
  if (request.get(name) == ABSENT) edit.set(name, literal.slice);
  if (isOff || !settings.keepsEffort) edit.remove("reasoning_effort");
  return true;
}
