import { ABSENT, Slice } from "../../../../assembly/bytes/slice";
import { jsonEquals, jsonFirst, jsonGet, jsonKind, JsonKind, jsonNext } from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { Exchange } from "../../exchange";

/** Refuses tools that DashScope does not have. https://www.alibabacloud.com/help/en/model-studio/qwen-function-calling */
export function checkTools(exchange: Exchange, tools: Slice): bool {
  let position = 0;
  for (let tool = jsonFirst(tools); tool != ABSENT; tool = jsonNext(tools, tool)) {
    const path = `tools[${position++}]`;
    if (!jsonEquals(jsonGet(tool, "type"), "function")) {
      return exchange.refuse("Only tools of type function are supported.", `${path}.type`, "unsupported_value");
    }
    if (jsonKind(nameIn(tool)) != JsonKind.String) {
      return exchange.refuse("A function must have a name.", `${path}.function.name`, "missing_required_parameter");
    }
  }
  return true;
}

/** DashScope has `auto`, `none` and a named function; `required` means the same as that if there is only one function. */
export function writeToolChoice(exchange: Exchange, choice: Slice, tools: Slice, writer: JsonWriter): bool {
  if (jsonEquals(choice, "auto") || jsonEquals(choice, "none") || jsonKind(nameIn(choice)) == JsonKind.String) {
    writer.key("tool_choice").raw(choice);
    return true;
  }
  const only = jsonFirst(tools);
  const name = nameIn(only);
  if (!jsonEquals(choice, "required") || jsonKind(name) != JsonKind.String || jsonNext(tools, only) != ABSENT) {
    const message = "This provider can be made to call one function, by its name, but not any of several.";
    return exchange.refuse(message, "tool_choice", "unsupported_value");
  }
  writer.key("tool_choice").beginObject().key("type").string("function");
  writer.key("function").beginObject().key("name").raw(name).endObject().endObject();
  return true;
}

/** The function's name in a tool, or in a choice of one. */
function nameIn(tool: Slice): Slice {
  return jsonGet(jsonGet(tool, "function"), "name");
}
