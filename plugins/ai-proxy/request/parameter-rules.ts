import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { ModelTraits } from "../../../assembly/ai/model-traits";
import { ParameterAction, ParameterRule } from "../../../assembly/ai/parameter-rule";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { jsonKind, JsonKind } from "../../../assembly/json/value";
import { jsonNumber } from "../../../assembly/json/number";
import { Exchange } from "../exchange";
import { clientName, editedProtocol, nameIn } from "./client-name";

const QUOTE = 0x22;
const EQUALS = 0x3d;
const GREATER = 0x3e;

const literal = new ByteBuffer();

/** Refuses a request with a parameter that its model must not get; `false` if `exchange.refuse` was called. */
export function allowsParameters(exchange: Exchange, traits: ModelTraits, request: JsonDocument): bool {
  const rules = traits.rules;
  const protocol = editedProtocol(exchange);
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    if (rule.action != ParameterAction.Reject) continue;
    const value = request.get(nameIn(protocol, rule.name));
    if (value == ABSENT || isDefault(rule.name, value)) continue;
    const name = clientName(exchange, rule.name);
    return exchange.refuse(`The model does not take '${name}'.`, name, "unsupported_parameter");
  }
  return true;
}

/** Applies the rules for the parameters of a model; returns whether anything changed. `exchange.dropped` says what. */
export function applyRules(
  exchange: Exchange,
  traits: ModelTraits,
  reasons: bool,
  request: JsonDocument,
  edit: JsonEdit,
): bool {
  const rules = traits.rules;
  const protocol = editedProtocol(exchange);
  let changed = false;
  for (let i = 0; i < rules.length; i++) {
    const rule = unchecked(rules[i]);
    if (rule.action == ParameterAction.Reject || (rule.action == ParameterAction.DropWhenReasoning && !reasons))
      continue;
    const index = request.indexOf(nameIn(protocol, rule.name));
    if (index >= 0 && applyRule(exchange, rule, protocol, index, request, edit)) changed = true;
  }
  return changed;
}

function applyRule(
  exchange: Exchange,
  rule: ParameterRule,
  protocol: ChatProtocol,
  index: i32,
  request: JsonDocument,
  edit: JsonEdit,
): bool {
  const value = request.valueAt(index);
  const name = clientName(exchange, rule.name);
  literal.clear();
  if (rule.action == ParameterAction.AtLeast || rule.action == ParameterAction.AtMost) {
    const number = jsonKind(value) == JsonKind.Number ? jsonNumber(value) : rule.limit;
    if (rule.action == ParameterAction.AtLeast ? number >= rule.limit : number <= rule.limit) return false;
    edit.replace(value, literal.text(rule.value).slice);
    exchange.noteChanged(name, EQUALS, literal.slice);
    return true;
  }
  if (rule.action == ParameterAction.Rename) {
    exchange.noteChanged(name, GREATER, literal.text(rule.value).slice);
    if (request.get(rule.value) != ABSENT) edit.remove(rule.name);
    else {
      literal.clear();
      edit.replace(request.keyAt(index), literal.byte(QUOTE).text(rule.value).byte(QUOTE).slice);
    }
    return true;
  }
  edit.remove(nameIn(protocol, rule.name));
  if (!isDefault(rule.name, value)) exchange.noteDropped(name);
  return true;
}

/** Whether a parameter says what happens without it. */
export function isDefault(name: string, value: Slice): bool {
  const kind = jsonKind(value);
  if (kind == JsonKind.Null) return true;
  if (kind == JsonKind.False) return name == "logprobs";
  if (kind != JsonKind.Number) return false;
  if (name == "presence_penalty" || name == "frequency_penalty") return jsonNumber(value, 1) == 0;
  return (name == "n" || name == "temperature" || name == "top_p") && jsonNumber(value) == 1;
}
