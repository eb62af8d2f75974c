import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";
import { JsonDocument } from "../../../json/document";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonIsInteger,
  jsonIsTrue,
  jsonKind,
  JsonKind,
  jsonNext,
} from "../../../json/value";
import { effortOfName } from "../../hub/effort";
import { fieldName } from "../../hub/field-name";
import { RequestReader } from "../../hub/request-reader";
import { Effort, RequestSink, Role, Sampling } from "../../hub/request-sink";
import { readNumber } from "../../hub/sampling-number";
import { AskedResponse } from "./asked";
import { InputReader } from "./input-reader";
import { ToolReader } from "./tools";

const input = new InputReader();
const tools = new ToolReader();

/**
 * Reads a request of OpenAI's Responses into a sink. Fields without a counterpart are noted as dropped; what would be lost of
 * the conversation, and what needs stored responses, is refused. https://platform.openai.com/docs/api-reference/responses/create
 */
export class ResponsesRequestReader extends RequestReader {
  /** What the response needs of the request; set before `read`. */
  asked: AskedResponse | null = null;

  read(request: JsonDocument, sink: RequestSink): bool {
    const known = this.asked;
    const asked = known ? known : new AskedResponse();
    asked.read(request);
    if (!this.begin(request, sink) || !this.readOptions(request, sink)) return false;
    tools.dropsServerTools = this.dropsServerTools;
    input.dropsServerTools = this.dropsServerTools;
    if (!readUser(request, sink) || !tools.read(request, asked.tools, sink)) return false;
    if (!readInstructions(request.get("instructions"), sink) || !this.giveContext(sink)) return false;
    return input.read(request.get("input"), sink) && sink.end();
  }

  protected readOption(key: Slice, value: Slice, sink: RequestSink): bool {
    if (jsonEquals(key, "stream")) return jsonIsTrue(value) ? sink.stream() : true;
    if (jsonEquals(key, "max_output_tokens")) {
      const name = "max_output_tokens";
      return jsonIsInteger(value) ? sink.maxTokens(value) : sink.refuse(`${name} must be an integer.`, name);
    }
    if (jsonEquals(key, "temperature")) return readNumber(Sampling.Temperature, "temperature", value, sink);
    if (jsonEquals(key, "top_p")) return readNumber(Sampling.TopP, "top_p", value, sink);
    if (jsonEquals(key, "reasoning")) return readReasoning(value, sink);
    if (jsonEquals(key, "text")) return readTextOptions(value, sink);
    if (jsonEquals(key, "include")) return readInclude(value, sink);
    if (jsonEquals(key, "truncation")) return jsonEquals(value, "disabled") ? true : sink.drop("truncation");
    if (jsonEquals(key, "background") && jsonIsTrue(value)) {
      return sink.refuse("The gateway runs no responses of this provider in the background.", "background");
    }
    if (jsonEquals(key, "previous_response_id")) return refuseStored("previous_response_id", sink);
    if (jsonEquals(key, "conversation")) return refuseStored("conversation", sink);
    if (jsonEquals(key, "prompt")) {
      return sink.refuse("This provider has no stored prompts: send the instructions and the input.", "prompt");
    }
    return isReadElsewhere(key) ? true : sink.drop(fieldName(key));
  }
}

function refuseStored(name: string, sink: RequestSink): bool {
  return sink.refuse("The gateway stores no responses of this provider: send the whole conversation as input.", name);
}

/** Whether a field is read by another function, or changes nothing that the client sees. */
function isReadElsewhere(key: Slice): bool {
  if (jsonEquals(key, "model") || jsonEquals(key, "input") || jsonEquals(key, "instructions")) return true;
  if (jsonEquals(key, "tools") || jsonEquals(key, "tool_choice") || jsonEquals(key, "parallel_tool_calls")) return true;
  if (jsonEquals(key, "metadata") || jsonEquals(key, "user") || jsonEquals(key, "safety_identifier")) return true;
  // The response says `"store":false`.
  if (jsonEquals(key, "store") || jsonEquals(key, "background")) return true;
  if (jsonEquals(key, "prompt_cache_key") || jsonEquals(key, "prompt_cache_retention")) return true;
  return jsonEquals(key, "stream_options") || jsonEquals(key, "client_metadata");
}

/** https://platform.openai.com/docs/guides/reasoning */
function readReasoning(reasoning: Slice, sink: RequestSink): bool {
  if (jsonKind(reasoning) != JsonKind.Object) return sink.refuse("reasoning must be an object.", "reasoning");
  const effort = jsonGet(reasoning, "effort");
  const kind = jsonKind(effort);
  if (kind == JsonKind.Absent || kind == JsonKind.Null) return true;
  sink.reasoningField = "reasoning.effort";
  const known = effortOfName(effort, Effort.Adaptive);
  if (known != Effort.Adaptive) return sink.reasoning(known, ABSENT);
  return sink.refuse("effort must be none, minimal, low, medium, high, xhigh or max.", "reasoning.effort");
}

/** https://platform.openai.com/docs/guides/structured-outputs */
function readTextOptions(options: Slice, sink: RequestSink): bool {
  if (jsonKind(options) != JsonKind.Object) return sink.refuse("text must be an object.", "text");
  const verbosity = jsonGet(options, "verbosity");
  if (jsonKind(verbosity) == JsonKind.String && !jsonEquals(verbosity, "medium")) sink.drop("text.verbosity");
  const format = jsonGet(options, "format");
  const type = jsonGet(format, "type");
  const kind = jsonKind(format);
  if (kind == JsonKind.Absent || kind == JsonKind.Null || jsonEquals(type, "text")) return true;
  if (jsonEquals(type, "json_object")) return sink.jsonObject();
  const schema = jsonGet(format, "schema");
  if (!jsonEquals(type, "json_schema")) {
    return sink.refuse("type must be text, json_object or json_schema.", "text.format.type");
  }
  if (jsonKind(schema) != JsonKind.Object) return sink.refuse("The schema must be an object.", "text.format.schema");
  const description = jsonContent(jsonGet(format, "description"));
  const isStrict = jsonIsTrue(jsonGet(format, "strict"));
  return sink.jsonSchema(jsonContent(jsonGet(format, "name")), description, schema, isStrict);
}

/** Reasoning that only its provider can read comes in any case; the rest belongs to tools of OpenAI, or has no counterpart. */
function readInclude(list: Slice, sink: RequestSink): bool {
  for (let name = jsonFirst(list); name != ABSENT; name = jsonNext(list, name)) {
    if (!jsonEquals(name, "reasoning.encrypted_content")) return sink.drop("include");
  }
  return true;
}

function readUser(request: JsonDocument, sink: RequestSink): bool {
  let user = jsonContent(request.get("user"));
  if (sliceSize(user) == 0) user = jsonContent(request.get("safety_identifier"));
  return sliceSize(user) ? sink.user(user) : true;
}

function readInstructions(instructions: Slice, sink: RequestSink): bool {
  const kind = jsonKind(instructions);
  if (kind == JsonKind.Absent || kind == JsonKind.Null) return true;
  if (kind != JsonKind.String) return sink.refuse("instructions must be a string.", "instructions");
  const text = jsonContent(instructions);
  if (sliceSize(text) == 0) return true;
  return sink.beginMessage(Role.System) && sink.text(text) && sink.endMessage();
}
