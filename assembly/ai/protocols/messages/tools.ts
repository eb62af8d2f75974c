import { ABSENT, Slice, sliceToString, subslice } from "../../../bytes/slice";
import { JsonDocument } from "../../../json/document";
import { jsonContent, jsonEquals, jsonGet, jsonIsTrue, jsonKind, JsonKind } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { RequestSink, ToolChoice } from "../../hub/request-sink";

/** The longest name of a type that a refusal repeats, in bytes. */
const LONGEST_TYPE = 64;

const walker = new JsonWalker();

/**
 * Reads `tools` and `tool_choice` into a sink; `false` if it refused. `drops`: tools that Anthropic runs itself are left
 * out, else they are refused. https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview
 */
export function readTools(request: JsonDocument, drops: bool, sink: RequestSink): bool {
  const tools = request.get("tools");
  walker.start(tools);
  if (!walker.enterArray()) return !isGiven(tools) || sink.refuse("tools must be a list.", "tools");
  let count = 0;
  let position = 0;
  while (walker.nextElement()) {
    let type = ABSENT;
    let name = ABSENT;
    let description = ABSENT;
    let schema = ABSENT;
    let strict = ABSENT;
    let cacheControl = ABSENT;
    if (!walker.enterObject()) return sink.refuse("A tool must be an object.", `tools[${position}]`);
    while (walker.nextMember()) {
      if (walker.keyIs("type")) type = walker.value();
      else if (walker.keyIs("name")) name = walker.value();
      else if (walker.keyIs("description")) description = walker.value();
      else if (walker.keyIs("input_schema")) schema = walker.value();
      else if (walker.keyIs("strict")) strict = walker.value();
      else if (walker.keyIs("cache_control")) cacheControl = walker.value();
      else {
        const key = walker.key;
        sink.dropMember("tools", key, walker.value());
      }
    }
    const isServers = jsonKind(type) == JsonKind.String && !jsonEquals(type, "custom");
    if (isServers && !refuseOrDrop(type, position, drops, sink)) return false;
    if (!isServers) {
      if (jsonKind(name) != JsonKind.String) return sink.refuse("A tool must have a name.", `tools[${position}].name`);
      if (jsonKind(cacheControl) == JsonKind.Object) sink.cacheControl(cacheControl);
      if (jsonKind(schema) != JsonKind.Object) schema = ABSENT;
      if (!sink.tool(jsonContent(name), jsonContent(description), schema, jsonIsTrue(strict))) return false;
      count++;
    }
    position++;
  }
  return count == 0 || readChoice(request.get("tool_choice"), sink);
}

/** A tool of Anthropic's own, such as `web_search_20250305`, which another provider does not have. */
function refuseOrDrop(type: Slice, position: i32, drops: bool, sink: RequestSink): bool {
  if (drops) return sink.drop(`tools[${position}]`);
  const name = sliceToString(subslice(jsonContent(type), 0, LONGEST_TYPE));
  return sink.refuse(`This provider has no tool of type '${name}'.`, `tools[${position}].type`);
}

function readChoice(choice: Slice, sink: RequestSink): bool {
  const type = jsonGet(choice, "type");
  if (!isGiven(choice)) return true;
  let isRead = true;
  if (jsonEquals(type, "any")) isRead = sink.toolChoice(ToolChoice.Any, ABSENT);
  else if (jsonEquals(type, "none")) isRead = sink.toolChoice(ToolChoice.None, ABSENT);
  else if (jsonEquals(type, "auto")) isRead = sink.toolChoice(ToolChoice.Auto, ABSENT);
  else if (jsonEquals(type, "tool")) {
    const name = jsonGet(choice, "name");
    if (jsonKind(name) != JsonKind.String) return sink.refuse("tool_choice must have a name.", "tool_choice.name");
    isRead = sink.toolChoice(ToolChoice.Named, jsonContent(name));
  } else return sink.refuse("type must be auto, any, tool or none.", "tool_choice.type");
  const parallel = jsonGet(choice, "disable_parallel_tool_use");
  return isRead && (jsonIsTrue(parallel) ? sink.parallelToolCalls(false) : true);
}

function isGiven(value: Slice): bool {
  return value != ABSENT && jsonKind(value) != JsonKind.Null;
}
