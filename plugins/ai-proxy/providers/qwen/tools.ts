import { AllowedTools } from "../../../../assembly/ai/hub/allowed-tools";
import { ABSENT, Slice } from "../../../../assembly/bytes/slice";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonKind,
  JsonKind,
  jsonNext,
} from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { Exchange } from "../../exchange";

const allowed = new AllowedTools();

/** Whether there is any tool. DashScope refuses an empty list, which some clients send. */
export function hasTools(tools: Slice): bool {
  return jsonFirst(tools) != ABSENT;
}

/**
 * Writes the tools, unless there is none, and refuses those that DashScope does not have. With a `tool_choice` of type
 * `allowed_tools` only those that it names are written: https://developers.openai.com/api/docs/guides/function-calling
 */
export function writeTools(exchange: Exchange, tools: Slice, choice: Slice, writer: JsonWriter): bool {
  if (!hasTools(tools)) return true;
  if (!checkTools(exchange, tools)) return false;
  if (!allowed.read(choice, "allowed_tools")) {
    const message = "'allowed_tools' must name 1 to 128 tools.";
    return exchange.refuse(message, "tool_choice.allowed_tools.tools", "invalid_value");
  }
  writer.key("tools");
  if (!allowed.isLimited) {
    writer.raw(tools);
    return true;
  }
  writer.beginArray();
  for (let tool = jsonFirst(tools); tool != ABSENT; tool = jsonNext(tools, tool)) {
    if (allowed.has(jsonContent(nameIn(tool)))) writer.raw(tool);
  }
  writer.endArray();
  return true;
}

/**
 * Writes `tool_choice`. DashScope has `auto`, `none` and a named function; `required` means the same as a named function
 * if there is only one. Without tools nothing is written.
 */
export function writeToolChoice(exchange: Exchange, choice: Slice, tools: Slice, writer: JsonWriter): bool {
  const isFree = jsonEquals(choice, "auto") || jsonEquals(choice, "none");
  if (!hasTools(tools)) {
    if (isFree) return true;
    const message = "'tool_choice' is only allowed when 'tools' are specified.";
    return exchange.refuse(message, "tool_choice", "invalid_value");
  }
  if (isFree || jsonKind(nameIn(choice)) == JsonKind.String) {
    writer.key("tool_choice").raw(choice);
    return true;
  }
  if (jsonEquals(jsonGet(choice, "type"), "allowed_tools")) return writeAllowed(exchange, choice, writer);
  if (jsonEquals(choice, "required")) return writeRequired(exchange, tools, writer);
  return exchange.refuse("This 'tool_choice' is not supported.", "tool_choice", "unsupported_value");
}

function writeAllowed(exchange: Exchange, choice: Slice, writer: JsonWriter): bool {
  const options = jsonGet(choice, "allowed_tools");
  if (jsonEquals(jsonGet(options, "mode"), "required"))
    return writeRequired(exchange, jsonGet(options, "tools"), writer);
  writer.key("tool_choice").string("auto");
  return true;
}

function writeRequired(exchange: Exchange, tools: Slice, writer: JsonWriter): bool {
  const only = jsonFirst(tools);
  const name = nameIn(only);
  if (jsonKind(name) != JsonKind.String || jsonNext(tools, only) != ABSENT) {
    const message = "This provider can be made to call one function, by its name, but not any of several.";
    return exchange.refuse(message, "tool_choice", "unsupported_value");
  }
  writer.key("tool_choice").beginObject().key("type").string("function");
  writer.key("function").beginObject().key("name").raw(name).endObject().endObject();
  return true;
}

/** https://www.alibabacloud.com/help/en/model-studio/qwen-function-calling */
function checkTools(exchange: Exchange, tools: Slice): bool {
  let position = 0;
  for (let tool = jsonFirst(tools); tool != ABSENT; tool = jsonNext(tools, tool)) {
    if (!jsonEquals(jsonGet(tool, "type"), "function")) {
      const path = `tools[${position}].type`;
      return exchange.refuse("Only tools of type function are supported.", path, "unsupported_value");
    }
    if (jsonKind(nameIn(tool)) != JsonKind.String) {
      const path = `tools[${position}].function.name`;
      return exchange.refuse("A function must have a name.", path, "missing_required_parameter");
    }
    position++;
  }
  return true;
}

/** The function's name in a tool, or in a choice of one. */
function nameIn(tool: Slice): Slice {
  return jsonGet(jsonGet(tool, "function"), "name");
}
