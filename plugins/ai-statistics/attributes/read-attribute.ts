import { asciiLowerCase } from "../../../assembly/bytes/lower-case";
import { ConfigReader } from "../../../assembly/config/reader";
import { JsonPath } from "../../../assembly/json/path";
import { Attribute, Rule, RULES, Source, SOURCES } from "./attribute";
import { isBuiltIn } from "./built-in";

const SPAN = "trace_span_tag.";
const NOTHING = new ArrayBuffer(0);

/** Reads one item of `attributes`. */
export function readAttribute(reader: ConfigReader): Attribute {
  const key = reader.requiredText("key");
  const hasBuiltIn = isBuiltIn(key);
  const source = reader.has("value_source") ? <Source>reader.choice("value_source", SOURCES, 0) : Source.BuiltIn;
  const value = reader.textOrNumber("value");
  if (source == Source.BuiltIn && !hasBuiltIn)
    reader.fail("value_source", "is required: the key has no built-in value");
  const isBody =
    source == Source.RequestBody || source == Source.ResponseBody || source == Source.ResponseStreamingBody;
  if (!value.length && source != Source.BuiltIn && !(isBody && hasBuiltIn)) reader.fail("value", "is required");
  const path = isBody && value.length ? readPath(reader, value) : null;
  let rule = reader.has("rule") ? <Rule>reader.choice("rule", RULES, 0) : Rule.Append;
  if (source == Source.ResponseStreamingBody && path && !reader.has("rule")) {
    reader.warn("rule", "is missing: the last value of a stream counts");
    rule = Rule.Replace;
  }
  const inSpan = reader.booleanOrText("apply_to_span", false);
  const spanKey = reader.text("trace_span_key");
  return new Attribute(
    key,
    source,
    String.UTF8.encode(value),
    asciiLowerCase(value),
    path,
    String.UTF8.encode(reader.textOrNumber("default_value")),
    rule,
    reader.booleanOrText("apply_to_log", false),
    inSpan ? SPAN + (spanKey.length ? spanKey : key) : "",
    reader.booleanOrText("as_separate_log_field", false),
  );
}

/** The set of `use_default_attributes`. */
export function defaultAttributes(): Attribute[] {
  return withAll(["messages", "question", "system", "answer", "reasoning", "tool_calls"], lightAttributes());
}

/** The set of `use_default_response_attributes`. */
export function lightAttributes(): Attribute[] {
  return withAll(["reasoning_tokens", "cached_tokens", "input_token_details", "output_token_details"], []);
}

/** Attributes of these keys, and `others` behind them. */
function withAll(keys: string[], others: Attribute[]): Attribute[] {
  const list: Attribute[] = [];
  for (let i = 0; i < keys.length; i++) list.push(builtIn(keys[i]));
  for (let i = 0; i < others.length; i++) list.push(others[i]);
  return list;
}

function builtIn(key: string): Attribute {
  return new Attribute(key, Source.BuiltIn, NOTHING, "", null, NOTHING, Rule.Append, true, "", false);
}

function readPath(reader: ConfigReader, text: string): JsonPath {
  const path = new JsonPath(text);
  const fault = path.hasEach ? "supports no step *" : path.fault;
  if (fault.length) reader.fail("value", fault);
  return path;
}
