import { ParameterAction, ParameterRule } from "../../../assembly/ai/parameter-rule";
import { sliceOfBuffer } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonNumber } from "../../../assembly/json/number";

/** Each costs a look-up in the request. */
const MOST_RULES = 32;
const LONGEST_NAME = 64;
/** The lists of an entry, in the order of `ParameterAction`. */
const KEYS = ["drop", "dropWhenReasoning", "reject", "atLeast", "atMost", "rename"];
/** Without these there is no request. */
const NEEDED = ["model", "messages", "input"];

/** Reads what is done with parameters; a list that is not there is as in `base`, without the parameters that another one names. */
export function readRules(reader: ConfigReader, base: ParameterRule[]): ParameterRule[] {
  const rules: ParameterRule[] = [];
  addNames(reader, "drop", ParameterAction.Drop, rules);
  addNames(reader, "dropWhenReasoning", ParameterAction.DropWhenReasoning, rules);
  addNames(reader, "reject", ParameterAction.Reject, rules);
  addValues(reader, "atLeast", ParameterAction.AtLeast, rules);
  addValues(reader, "atMost", ParameterAction.AtMost, rules);
  addValues(reader, "rename", ParameterAction.Rename, rules);
  const own = rules.length;
  for (let i = 0; i < base.length; i++) {
    const rule = base[i];
    if (!reader.has(KEYS[rule.action]) && indexOf(rules, rule.name, own) < 0) rules.push(rule);
  }
  if (rules.length > MOST_RULES) reader.fail("drop", `has, with the other lists, more than ${MOST_RULES} parameters`);
  return rules;
}

function addNames(reader: ConfigReader, key: string, action: ParameterAction, rules: ParameterRule[]): void {
  const names = reader.texts(key);
  for (let i = 0; i < names.length; i++) add(reader, `${key}[${i}]`, new ParameterRule(names[i], action), rules);
}

/** Adds rules with a number or with a new name. */
function addValues(reader: ConfigReader, key: string, action: ParameterAction, rules: ParameterRule[]): void {
  const texts = reader.textMap(key, true);
  const names = texts.keys();
  for (let i = 0; i < names.length; i++) {
    const rule = new ParameterRule(names[i], action, texts.get(names[i]));
    const place = `${key}.${names[i]}`;
    if (action == ParameterAction.Rename) {
      if (!isName(rule.value)) reader.fail(place, "must be the name of a parameter");
    } else {
      rule.limit = jsonNumber(sliceOfBuffer(String.UTF8.encode(rule.value)), NaN);
      if (isNaN(rule.limit)) reader.fail(place, "must be a number");
    }
    add(reader, place, rule, rules);
  }
}

function add(reader: ConfigReader, place: string, rule: ParameterRule, rules: ParameterRule[]): void {
  // There are too many already: each further one would be compared with all of them.
  if (rules.length > MOST_RULES) return;
  if (!isName(rule.name) || NEEDED.includes(rule.name)) reader.fail(place, "must be the name of a parameter");
  else if (isSecond(rule, rules)) reader.fail(place, "is named twice");
  else rules.push(rule);
}

/** Whether the parameter has a rule, other than that a number has both limits. */
function isSecond(rule: ParameterRule, rules: ParameterRule[]): bool {
  const other = indexOf(rules, rule.name, rules.length);
  return other >= 0 && (rule.action != ParameterAction.AtMost || rules[other].action != ParameterAction.AtLeast);
}

function indexOf(rules: ParameterRule[], name: string, count: i32): i32 {
  for (let i = 0; i < count; i++) if (rules[i].name == name) return i;
  return -1;
}

/** Whether it is a name that can stand in a header. */
function isName(text: string): bool {
  if (!text.length || text.length > LONGEST_NAME) return false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const isLetter = <u32>((unit | 0x20) - 0x61) < 26;
    if (!isLetter && <u32>(unit - 0x30) > 9 && unit != 0x5f && unit != 0x2d) return false;
  }
  return true;
}
