import { ByteBuffer } from "../../../assembly/bytes/buffer";
import {
  ABSENT,
  Slice,
  sliceBetween,
  sliceEnd,
  sliceEquals,
  sliceIncludes,
  sliceStart,
  sliceStartsWith,
} from "../../../assembly/bytes/slice";
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
  if (effort != ABSENT && !takesEffort(exchange, effort)) {
    edit.remove("reasoning_effort");
    exchange.noteDropped("thinking");
    changed = true;
  }
  const isSwitched = settings.reasoningSwitch != ReasoningSwitch.Effort && switchReasoning(exchange, request, edit);
  return changed || isSwitched;
}

/**
 * Removes the fields of messages that the provider refuses, renames those that it knows by another name, and the role
 * `developer`, in the order of the text, so that the work is linear. Returns whether anything changed.
 */
export function fitMessages(exchange: Exchange, request: JsonDocument, edit: JsonEdit): bool {
  const settings = exchange.config.settings;
  const drops = keepsFields(exchange) ? NOTHING : settings.droppedOfMessages;
  const renames = settings.renamedOfMessages;
  const messages = request.get("messages");
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
      if (!settings.knowsDeveloper && jsonEquals(key, "role") && jsonEquals(value, "developer")) {
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

/** Whether the model takes this `reasoning_effort`; not all of OpenAI's that reason can be told not to. */
function takesEffort(exchange: Exchange, effort: Slice): bool {
  const names = exchange.config.settings.reasoningModels;
  if (!names.length) return true;
  if (jsonEquals(effort, "none")) return false;
  for (let from = 0; from < names.length;) {
    const blank = names.indexOf(" ", from);
    const end = blank < 0 ? names.length : blank;
    if (sliceStartsWith(exchange.model.slice, names.substring(from, end))) return true;
    from = end + 1;
  }
  return false;
}

/** Whether the field says what the provider does without it. */
function isDefault(name: string, value: Slice): bool {
  return jsonKind(value) == JsonKind.Null || (name == "n" && sliceEquals(value, "1"));
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
