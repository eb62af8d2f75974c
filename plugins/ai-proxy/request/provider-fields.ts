import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals, sliceIncludes } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { removeMember } from "../../../assembly/json/member-edit";
import { jsonEquals, jsonFirst, jsonGet, jsonKind, JsonKind, jsonNext } from "../../../assembly/json/value";
import { ReasoningSwitch } from "../config/provider-settings";
import { Exchange } from "../exchange";

/** Begins the name of a field that is dropped from each message. */
const OF_MESSAGES = "messages.";
const QUOTE = 0x22;
const NOTHING: string[] = [];

const literal = new ByteBuffer();

/**
 * Removes the fields of a chat that its provider refuses, renames those that it knows by another name, and switches
 * reasoning in the provider's way. `exchange.dropped` names what was removed. Returns whether anything changed.
 */
export function fitFields(exchange: Exchange, request: JsonDocument, edit: JsonEdit): bool {
  const settings = exchange.config.settings;
  const drops = dropsOf(exchange);
  let changed = false;
  for (let i = 0; i < drops.length; i++) {
    const name = drops[i];
    const value = request.get(name);
    if (value == ABSENT) continue;
    edit.remove(name);
    if (!isDefault(name, value)) note(exchange, name);
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
  const isSwitched = settings.reasoningSwitch != ReasoningSwitch.Effort && switchReasoning(exchange, request, edit);
  return changed || isSwitched;
}

/** Removes the fields of messages that the provider refuses. Returns whether anything changed. */
export function fitMessages(exchange: Exchange, request: JsonDocument, edit: JsonEdit): bool {
  const drops = dropsOf(exchange);
  let changed = false;
  for (let i = 0; i < drops.length; i++) {
    if (!drops[i].startsWith(OF_MESSAGES)) continue;
    const name = drops[i].substring(OF_MESSAGES.length);
    const messages = request.get("messages");
    let found = false;
    for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
      if (jsonGet(message, name) == ABSENT) continue;
      removeMember(edit, message, name);
      found = true;
    }
    if (found) note(exchange, drops[i]);
    if (found) changed = true;
  }
  return changed;
}

function dropsOf(exchange: Exchange): string[] {
  const settings = exchange.config.settings;
  const isKept = settings.keepsFor.length > 0 && sliceIncludes(exchange.model.slice, settings.keepsFor);
  return isKept ? NOTHING : settings.droppedFields;
}

/** Whether the field says what the provider does without it. */
function isDefault(name: string, value: Slice): bool {
  return jsonKind(value) == JsonKind.Null || (name == "n" && sliceEquals(value, "1"));
}

function note(exchange: Exchange, name: string): void {
  if (exchange.dropped.size) exchange.dropped.text(", ");
  exchange.dropped.text(name);
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
