import { ABSENT, Slice, sliceToString, subslice } from "../../../bytes/slice";
import { JsonDocument } from "../../../json/document";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonIsTrue,
  jsonKind,
  JsonKind,
  jsonNext,
} from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { AllowedTools } from "../../hub/allowed-tools";
import { RequestSink, ToolChoice } from "../../hub/request-sink";

/** The longest name of a type that a refusal repeats, in bytes. */
const LONGEST_TYPE = 64;

const LIST_PATH = "tool_choice.allowed_tools.tools";

const walker = new JsonWalker();
const allowed = new AllowedTools();

/**
 * Reads the tools of a chat, or the older `functions`, and whether they are called, into a sink; `false` if it refused.
 * `drops`: tools of other types than functions are left out, else they are refused. Tools that the choice does not allow are left out.
 * https://platform.openai.com/docs/guides/function-calling
 */
export function readChatTools(request: JsonDocument, drops: bool, sink: RequestSink): bool {
  const tools = request.get("tools");
  const choice = request.get("tool_choice");
  if (!allowed.read(choice, "allowed_tools")) return sink.refuse("allowed_tools must name 1 to 128 tools.", LIST_PATH);
  let count = 0;
  let position = 0;
  walker.start(tools);
  if (walker.enterArray()) {
    while (walker.nextElement()) {
      const tool = walker.value();
      const type = jsonGet(tool, "type");
      if (jsonEquals(type, "function")) {
        const called = jsonGet(tool, "function");
        if (allowed.has(jsonContent(jsonGet(called, "name")))) {
          if (!readFunction(tool, called, position, sink)) return false;
          count++;
        }
      } else if (!refuseOrDrop(type, position, drops, sink)) return false;
      position++;
    }
  } else if (isGiven(tools)) return sink.refuse("tools must be a list.", "tools");
  position = 0;
  const functions = request.get("functions");
  for (let item = jsonFirst(functions); item != ABSENT; item = jsonNext(functions, item)) {
    if (!readFunction(ABSENT, item, position++, sink)) return false;
    count++;
  }
  if (!count) return !allowed.isLimited || sink.refuse("allowed_tools names none of the tools.", LIST_PATH);
  if (isGiven(choice) && !readChoice(choice, sink)) return false;
  if (!isGiven(choice) && !readFunctionCall(request.get("function_call"), sink)) return false;
  const parallel = jsonKind(request.get("parallel_tool_calls"));
  if (parallel != JsonKind.True && parallel != JsonKind.False) return true;
  return sink.parallelToolCalls(parallel == JsonKind.True);
}

function readFunction(tool: Slice, called: Slice, position: i32, sink: RequestSink): bool {
  const name = jsonGet(called, "name");
  if (jsonKind(name) != JsonKind.String) {
    const path = tool == ABSENT ? `functions[${position}]` : `tools[${position}].function`;
    return sink.refuse("A function must have a name.", `${path}.name`);
  }
  let control = jsonGet(tool, "cache_control");
  if (control == ABSENT) control = jsonGet(called, "cache_control");
  if (jsonKind(control) == JsonKind.Object) sink.cacheControl(control);
  let schema = jsonGet(called, "parameters");
  if (jsonKind(schema) != JsonKind.Object) schema = ABSENT;
  const isStrict = jsonIsTrue(jsonGet(called, "strict"));
  return sink.tool(jsonContent(name), jsonContent(jsonGet(called, "description")), schema, isStrict);
}

function refuseOrDrop(type: Slice, position: i32, drops: bool, sink: RequestSink): bool {
  if (drops) return sink.drop(`tools[${position}]`);
  const name = sliceToString(subslice(jsonContent(type), 0, LONGEST_TYPE));
  return sink.refuse(`This provider has no tool of type '${name}'.`, `tools[${position}].type`);
}

function readChoice(choice: Slice, sink: RequestSink): bool {
  if (jsonEquals(choice, "auto")) return sink.toolChoice(ToolChoice.Auto, ABSENT);
  if (jsonEquals(choice, "none")) return sink.toolChoice(ToolChoice.None, ABSENT);
  if (jsonEquals(choice, "required") || jsonEquals(choice, "any")) return sink.toolChoice(ToolChoice.Any, ABSENT);
  const name = jsonGet(jsonGet(choice, "function"), "name");
  if (jsonKind(name) == JsonKind.String) return sink.toolChoice(ToolChoice.Named, jsonContent(name));
  if (allowed.isLimited) {
    const mode = jsonGet(jsonGet(choice, "allowed_tools"), "mode");
    if (jsonEquals(mode, "required")) return sink.toolChoice(ToolChoice.Any, ABSENT);
    if (jsonEquals(mode, "auto")) return sink.toolChoice(ToolChoice.Auto, ABSENT);
    return sink.refuse("mode must be auto or required.", "tool_choice.allowed_tools.mode");
  }
  return sink.refuse("tool_choice must be auto, none, required or the name of a function.", "tool_choice");
}

/** The choice of the older `functions`. */
function readFunctionCall(choice: Slice, sink: RequestSink): bool {
  if (!isGiven(choice) || jsonEquals(choice, "auto")) return true;
  if (jsonEquals(choice, "none")) return sink.toolChoice(ToolChoice.None, ABSENT);
  const name = jsonGet(choice, "name");
  if (jsonKind(name) == JsonKind.String) return sink.toolChoice(ToolChoice.Named, jsonContent(name));
  return sink.refuse("function_call must be auto, none or the name of a function.", "function_call");
}

function isGiven(value: Slice): bool {
  return value != ABSENT && jsonKind(value) != JsonKind.Null;
}
