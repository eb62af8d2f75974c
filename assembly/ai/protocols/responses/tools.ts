import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize, sliceToString, subslice } from "../../../bytes/slice";
import { JsonDocument } from "../../../json/document";
import { jsonContent, jsonEquals, jsonGet, jsonIsTrue, jsonKind, JsonKind } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { AllowedTools } from "../../hub/allowed-tools";
import { fieldName } from "../../hub/field-name";
import { RequestSink, ToolChoice } from "../../hub/request-sink";
import { LONGEST_TYPE } from "./part-reader";
import { ToolMembers } from "./tool-members";
import { ToolNames, writeFunctionName } from "./tool-names";

/** The arguments of the function that stands for a custom tool: its input, any text. */
const CUSTOM_SCHEMA = new ByteBuffer().text(
  '{"type":"object","properties":{"input":{"type":"string","description":"The whole input of the tool."}},' +
    '"required":["input"],"additionalProperties":false}',
);

const KEPT_BYTES = 64 * 1024;

const tools = new JsonWalker();
const inner = new JsonWalker();
const tool = new ToolMembers();
const allowed = new AllowedTools();
const functionName = new ByteBuffer();
const described = new ByteBuffer();

/** Reads the tools of a request into a sink. https://platform.openai.com/docs/api-reference/responses/create */
export class ToolReader {
  /** Whether tools that OpenAI runs itself, such as its web search, are left out; else the request is refused. */
  dropsServerTools: bool = false;
  private count: i32 = 0;

  /** Reads `tools`, `tool_choice` and `parallel_tool_calls`; names that the response needs go to `names`. */
  read(request: JsonDocument, names: ToolNames, sink: RequestSink): bool {
    this.count = 0;
    const choice = request.get("tool_choice");
    if (!allowed.read(choice, "")) return sink.refuse("tools must name 1 to 128 tools.", "tool_choice.tools");
    const list = request.get("tools");
    tools.start(list);
    if (!tools.enterArray()) {
      const isNone = list == ABSENT || jsonKind(list) == JsonKind.Null;
      return isNone || sink.refuse("tools must be a list.", "tools");
    }
    for (let position = 0; tools.nextElement(); position++) {
      const path = `tools[${position}]`;
      if (!tool.read(tools)) return sink.refuse("A tool must be an object.", path);
      const isRead = jsonEquals(tool.type, "namespace")
        ? this.readNamespace(path, names, sink)
        : this.readTool(ABSENT, path, names, sink);
      if (!isRead) return false;
    }
    if (!this.count) return !allowed.isLimited || this.refuseNone(sink);
    if (!this.readChoice(choice, sink)) return false;
    const parallel = jsonKind(request.get("parallel_tool_calls"));
    if (parallel == JsonKind.True || parallel == JsonKind.False) {
      return sink.parallelToolCalls(parallel == JsonKind.True);
    }
    return true;
  }

  private readNamespace(path: string, names: ToolNames, sink: RequestSink): bool {
    const namespace = tool.name;
    if (jsonKind(namespace) != JsonKind.String) return sink.refuse("A namespace must have a name.", `${path}.name`);
    if (sliceSize(jsonContent(tool.description))) sink.drop(`${path}.description`);
    inner.start(tool.tools);
    if (!inner.enterArray()) return sink.refuse("A namespace must have a list of tools.", `${path}.tools`);
    for (let position = 0; inner.nextElement(); position++) {
      const below = `${path}.tools[${position}]`;
      if (!tool.read(inner)) return sink.refuse("A tool must be an object.", below);
      if (!this.readTool(jsonContent(namespace), below, names, sink)) return false;
    }
    return true;
  }

  private readTool(namespace: Slice, path: string, names: ToolNames, sink: RequestSink): bool {
    const isCustom = jsonEquals(tool.type, "custom");
    if (!isCustom && !jsonEquals(tool.type, "function")) return this.refuseOrDrop(tool.type, path, sink);
    if (jsonKind(tool.name) != JsonKind.String) return sink.refuse("A tool must have a name.", `${path}.name`);
    const name = jsonContent(tool.name);
    if (!allowed.has(name)) return true;
    functionName.clear();
    if (!writeFunctionName(namespace, name, functionName)) {
      return sink.refuse("Names in a namespace may have letters, digits, _ and - only.", `${path}.name`);
    }
    if (tool.other != ABSENT) sink.drop(`tools.${fieldName(tool.other)}`);
    const isRenamed = isCustom || namespace != ABSENT;
    if (isRenamed && !names.add(functionName.slice, isCustom, namespace, name)) {
      return sink.refuse("The names of custom tools and of tools in namespaces are too long together.", "tools");
    }
    this.count++;
    const description = isCustom ? describeCustom() : jsonContent(tool.description);
    const parameters = jsonKind(tool.parameters) == JsonKind.Object ? tool.parameters : ABSENT;
    const schema = isCustom ? CUSTOM_SCHEMA.slice : parameters;
    return sink.tool(functionName.slice, description, schema, !isCustom && jsonIsTrue(tool.strict));
  }

  private readChoice(choice: Slice, sink: RequestSink): bool {
    const kind = jsonKind(choice);
    if (kind == JsonKind.Absent || kind == JsonKind.Null) return true;
    if (kind == JsonKind.String) return readMode(choice, "tool_choice", sink);
    const type = jsonGet(choice, "type");
    if (jsonEquals(type, "function") || jsonEquals(type, "custom")) {
      const name = jsonGet(choice, "name");
      if (jsonKind(name) != JsonKind.String) return sink.refuse("tool_choice must have a name.", "tool_choice.name");
      functionName.clear();
      if (!writeFunctionName(jsonContent(jsonGet(choice, "namespace")), jsonContent(name), functionName)) {
        return sink.refuse("A namespace may have letters, digits, _ and - only.", "tool_choice.namespace");
      }
      return sink.toolChoice(ToolChoice.Named, functionName.slice);
    }
    if (allowed.isLimited) return readMode(jsonGet(choice, "mode"), "tool_choice.mode", sink);
    return this.refuseOrDrop(type, "tool_choice", sink);
  }

  /** The choice names no tool that the provider gets: those that it names may be of OpenAI's own. */
  private refuseNone(sink: RequestSink): bool {
    if (this.dropsServerTools) return sink.drop("tool_choice");
    return sink.refuse("It names none of the tools.", "tool_choice.tools");
  }

  /** A tool of OpenAI's own, such as `web_search`, which another provider does not have. */
  private refuseOrDrop(type: Slice, path: string, sink: RequestSink): bool {
    const name = sliceToString(subslice(jsonContent(type), 0, LONGEST_TYPE));
    if (!name.length) return sink.refuse("A tool must have a type.", `${path}.type`);
    if (this.dropsServerTools) return sink.drop(path);
    return sink.refuse(`This provider has no tool of type '${name}'.`, `${path}.type`);
  }
}

function readMode(mode: Slice, path: string, sink: RequestSink): bool {
  if (jsonEquals(mode, "auto")) return sink.toolChoice(ToolChoice.Auto, ABSENT);
  if (jsonEquals(mode, "none")) return sink.toolChoice(ToolChoice.None, ABSENT);
  if (jsonEquals(mode, "required")) return sink.toolChoice(ToolChoice.Any, ABSENT);
  return sink.refuse("It must be auto, none or required, or an object that names a tool.", path);
}

/** The description of a custom tool, with the grammar of its input, which a chat cannot enforce. */
function describeCustom(): Slice {
  const description = jsonContent(tool.description);
  const definition = jsonContent(jsonGet(tool.format, "definition"));
  if (sliceSize(definition) == 0) return description;
  described.release(KEPT_BYTES);
  if (sliceSize(description)) described.append(description).text("\\n\\n");
  described.text("The input must match this grammar (").append(jsonContent(jsonGet(tool.format, "syntax")));
  return described.text("):\\n").append(definition).slice;
}
