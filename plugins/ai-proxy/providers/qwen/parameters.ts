import { ABSENT, Slice } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import {
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonInteger,
  jsonIsInteger,
  jsonIsTrue,
  jsonKind,
  JsonKind,
  jsonNext,
} from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { Exchange } from "../../exchange";
import { CUMULATIVE, noteChoices } from "./notes";

/** What a parameter's value must be. */
const enum Type {
  Number,
  Integer,
  Boolean,
  Text,
  Object,
  Stop,
  Tools,
  ToolChoice,
}

/**
 * The top-level fields of an OpenAI request that become `parameters` of the same name: OpenAI's own where DashScope has
 * them, then DashScope's, which its compatible mode takes at the same place.
 * https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope
 */
const NAMES: StaticArray<string> = [
  "temperature",
  "top_p",
  "presence_penalty",
  "seed",
  "n",
  "stop",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "response_format",
  "logprobs",
  "top_logprobs",
  "top_k",
  "repetition_penalty",
  "enable_thinking",
  "thinking_budget",
  "preserve_thinking",
  "enable_search",
  "search_options",
  "enable_code_interpreter",
  "vl_high_resolution_images",
  "vl_enable_image_hw_output",
  "max_pixels",
  "translation_options",
  "ocr_options",
  "asr_options",
];
const TYPES: StaticArray<Type> = [
  Type.Number,
  Type.Number,
  Type.Number,
  Type.Integer,
  Type.Integer,
  Type.Stop,
  Type.Tools,
  Type.ToolChoice,
  Type.Boolean,
  Type.Object,
  Type.Boolean,
  Type.Integer,
  Type.Integer,
  Type.Number,
  Type.Boolean,
  Type.Integer,
  Type.Boolean,
  Type.Boolean,
  Type.Object,
  Type.Boolean,
  Type.Boolean,
  Type.Boolean,
  Type.Integer,
  Type.Object,
  Type.Object,
  Type.Object,
];

/** Writes the `parameters` of a chat; `false` when `exchange.refuse` said why not. */
export function writeParameters(exchange: Exchange, request: JsonDocument, search: bool, writer: JsonWriter): bool {
  writer.beginObject().key("result_format").string("message");
  if (!writeStreaming(exchange, request, writer)) return false;
  if (!refuseForeign(exchange, request)) return false;
  for (let i = 0; i < request.count; i++) {
    const value = request.valueAt(i);
    const position = jsonKind(value) == JsonKind.Null ? -1 : positionOf(request.keyAt(i));
    if (position < 0) continue;
    const name = NAMES[position];
    if (!checkType(exchange, name, TYPES[position], value)) return false;
    if (TYPES[position] == Type.ToolChoice) {
      if (!writeToolChoice(exchange, value, request.get("tools"), writer)) return false;
      continue;
    }
    if (name == "n") noteChoices(exchange, jsonInteger(value, 1));
    // Every model refuses an empty list of tools, which some clients send.
    if (TYPES[position] == Type.Tools && jsonFirst(value) == ABSENT) continue;
    writer.key(name).raw(value);
  }
  if (!writeMaxTokens(exchange, request, writer) || !writeEffort(exchange, request, writer)) return false;
  if (search && !isPresent(request, "enable_search")) writer.key("enable_search").boolean(true);
  writer.endObject();
  return true;
}

/** Increments are asked for, unless the client itself wants all text so far in each of DashScope's events. */
function writeStreaming(exchange: Exchange, request: JsonDocument, writer: JsonWriter): bool {
  const value = request.get("incremental_output");
  if (isPresent(request, "incremental_output") && !checkType(exchange, "incremental_output", Type.Boolean, value))
    return false;
  if (!exchange.streaming) return true;
  const isCumulative = isPresent(request, "incremental_output") && !jsonIsTrue(value);
  if (isCumulative) exchange.notes |= CUMULATIVE;
  writer.key("incremental_output").boolean(!isCumulative);
  return true;
}

/** Refuses what would change the answer's meaning if it were dropped. */
function refuseForeign(exchange: Exchange, request: JsonDocument): bool {
  if (isPresent(request, "functions") || isPresent(request, "function_call")) {
    const param = isPresent(request, "functions") ? "functions" : "function_call";
    return exchange.refuse(`${param} is not supported: use tools and tool_choice.`, param, "unsupported_parameter");
  }
  const modalities = request.get("modalities");
  for (let modality = jsonFirst(modalities); modality != ABSENT; modality = jsonNext(modalities, modality)) {
    if (jsonEquals(modality, "text")) continue;
    return exchange.refuse("Only text can be answered.", "modalities", "unsupported_value");
  }
  return true;
}

/** DashScope has one limit, which both of OpenAI's names mean; the newer name wins. */
function writeMaxTokens(exchange: Exchange, request: JsonDocument, writer: JsonWriter): bool {
  const name = isPresent(request, "max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
  if (!isPresent(request, name)) return true;
  const value = request.get(name);
  if (!checkType(exchange, name, Type.Integer, value)) return false;
  writer.key("max_tokens").raw(value);
  return true;
}

/** `none` is DashScope's `enable_thinking: false`; other efforts are for the models that know them. */
function writeEffort(exchange: Exchange, request: JsonDocument, writer: JsonWriter): bool {
  if (!isPresent(request, "reasoning_effort")) return true;
  const value = request.get("reasoning_effort");
  if (!checkType(exchange, "reasoning_effort", Type.Text, value)) return false;
  if (!jsonEquals(value, "none")) writer.key("reasoning_effort").raw(value);
  else if (!isPresent(request, "enable_thinking")) writer.key("enable_thinking").boolean(false);
  return true;
}

/** DashScope has `auto`, `none` and a named function; `required` is the same as naming the function if there is only one. */
function writeToolChoice(exchange: Exchange, value: Slice, tools: Slice, writer: JsonWriter): bool {
  if (jsonKind(value) == JsonKind.Object) {
    if (jsonKind(jsonGet(jsonGet(value, "function"), "name")) == JsonKind.String) {
      writer.key("tool_choice").raw(value);
      return true;
    }
  } else if (!jsonEquals(value, "required")) {
    if (!jsonEquals(value, "auto") && !jsonEquals(value, "none")) {
      return exchange.refuse("tool_choice must be auto, none, required or name a function.", "tool_choice");
    }
    writer.key("tool_choice").raw(value);
    return true;
  } else {
    const only = jsonFirst(tools);
    if (only != ABSENT && jsonNext(tools, only) == ABSENT) {
      writer.key("tool_choice").beginObject().key("type").string("function");
      writer
        .key("function")
        .beginObject()
        .key("name")
        .raw(jsonGet(jsonGet(only, "function"), "name"));
      writer.endObject().endObject();
      return true;
    }
  }
  const message = "This provider can be made to call one function, by its name, but not any of several.";
  return exchange.refuse(message, "tool_choice", "unsupported_value");
}

function checkType(exchange: Exchange, name: string, type: Type, value: Slice): bool {
  const kind = jsonKind(value);
  switch (type) {
    case Type.Number:
      return kind == JsonKind.Number || exchange.refuse(`${name} must be a number.`, name);
    case Type.Integer:
      return jsonIsInteger(value) || exchange.refuse(`${name} must be an integer.`, name);
    case Type.Boolean:
      return kind == JsonKind.True || kind == JsonKind.False || exchange.refuse(`${name} must be true or false.`, name);
    case Type.Text:
      return kind == JsonKind.String || exchange.refuse(`${name} must be a string.`, name);
    case Type.Object:
      return kind == JsonKind.Object || exchange.refuse(`${name} must be an object.`, name);
    case Type.Stop:
      return (
        kind == JsonKind.String || kind == JsonKind.Array || exchange.refuse("stop must be a string or a list.", name)
      );
    case Type.Tools:
      return checkTools(exchange, value);
    default:
      return (
        kind == JsonKind.String ||
        kind == JsonKind.Object ||
        exchange.refuse(`${name} must be a string or an object.`, name)
      );
  }
}

function checkTools(exchange: Exchange, tools: Slice): bool {
  if (jsonKind(tools) != JsonKind.Array) return exchange.refuse("tools must be a list.", "tools");
  let position = 0;
  for (let tool = jsonFirst(tools); tool != ABSENT; tool = jsonNext(tools, tool)) {
    if (!jsonEquals(jsonGet(tool, "type"), "function")) {
      return exchange.refuse(
        "Only tools of type function are supported.",
        `tools[${position}].type`,
        "unsupported_value",
      );
    }
    if (jsonKind(jsonGet(jsonGet(tool, "function"), "name")) != JsonKind.String) {
      return exchange.refuse("A function must have a name.", `tools[${position}].function.name`);
    }
    position++;
  }
  return true;
}

function positionOf(key: Slice): i32 {
  for (let i = 0; i < NAMES.length; i++) if (jsonEquals(key, NAMES[i])) return i;
  return -1;
}

function isPresent(request: JsonDocument, key: string): bool {
  const kind = jsonKind(request.get(key));
  return kind != JsonKind.Absent && kind != JsonKind.Null;
}
