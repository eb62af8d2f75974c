import { fieldName } from "../../../../assembly/ai/hub/field-name";
import { ABSENT, Slice, sliceEquals, sliceSize } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import {
  jsonEquals,
  jsonFirst,
  jsonInteger,
  jsonIsTrue,
  jsonKind,
  JsonKind,
  jsonNext,
} from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { Exchange } from "../../exchange";
import { qwenState } from "./state";
import { writeThinking } from "./thinking";
import { hasTools, writeToolChoice, writeTools } from "./tools";
import { checkType, present, Type } from "./type";

class Parameter {
  constructor(
    readonly name: string,
    readonly type: Type,
  ) {}
}

// Made for the first chat: a build without DashScope's own protocol has none of it.
let parameters: Parameter[] = [];

/** The fields that other functions read. */
const READ_ELSEWHERE: StaticArray<string> = [
  "model",
  "messages",
  "stream",
  "stream_options",
  "incremental_output",
  "enable_thinking",
  "thinking_budget",
  "thinking",
  "reasoning_effort",
  "chat_template_kwargs",
  "modalities",
];

/** Names of dropped fields of more bytes than this are not added to. */
const MOST_DROPPED = 512;

/** Writes the `parameters` of a chat; `false` when `exchange.refuse` said why not. */
export function writeParameters(exchange: Exchange, request: JsonDocument, search: bool, writer: JsonWriter): bool {
  writer.beginObject().key("result_format").string("message");
  if (!writeStreaming(exchange, request, writer) || !refuseForeign(exchange, request)) return false;
  for (let i = 0; i < request.count; i++) {
    const key = request.keyAt(i);
    const parameter = find(key);
    if (jsonKind(request.valueAt(i)) == JsonKind.Null) continue;
    if (parameter === null) noteForeign(exchange, key, request.valueAt(i));
    else if (!writeParameter(exchange, parameter, request.valueAt(i), request, writer)) return false;
  }
  if (!writeThinking(exchange, request, writer)) return false;
  if (search && present(request, "enable_search") == ABSENT) writer.key("enable_search").boolean(true);
  writer.endObject();
  return true;
}

function writeParameter(
  exchange: Exchange,
  parameter: Parameter,
  value: Slice,
  request: JsonDocument,
  writer: JsonWriter,
): bool {
  const name = parameter.name;
  if (!checkType(exchange, name, parameter.type, value)) return false;
  const tools = request.get("tools");
  if (name == "tool_choice") return writeToolChoice(exchange, value, tools, writer);
  if (name == "tools") return writeTools(exchange, value, request.get("tool_choice"), writer);
  if (name == "parallel_tool_calls" && !hasTools(tools)) return true;
  if (name == "n") qwenState(exchange).setChoices(jsonInteger(value, 1));
  writer.key(name).raw(value);
  return true;
}

/** Increments are asked for, unless the client itself wants all text so far in each of DashScope's events. */
function writeStreaming(exchange: Exchange, request: JsonDocument, writer: JsonWriter): bool {
  const value = present(request, "incremental_output");
  if (value != ABSENT && !checkType(exchange, "incremental_output", Type.Boolean, value)) return false;
  if (!exchange.streaming) return true;
  const isCumulative = value != ABSENT && !jsonIsTrue(value);
  if (isCumulative) qwenState(exchange).isCumulative = true;
  writer.key("incremental_output").boolean(!isCumulative);
  return true;
}

/** Refuses what would change the meaning of the response if it were dropped. */
function refuseForeign(exchange: Exchange, request: JsonDocument): bool {
  const functions = present(request, "functions");
  if (functions != ABSENT || present(request, "function_call") != ABSENT) {
    const param = functions == ABSENT ? "function_call" : "functions";
    return exchange.refuse(`'${param}' is not supported: use tools and tool_choice.`, param, "unsupported_parameter");
  }
  const modalities = request.get("modalities");
  for (let modality = jsonFirst(modalities); modality != ABSENT; modality = jsonNext(modalities, modality)) {
    if (jsonEquals(modality, "text")) continue;
    return exchange.refuse("'modalities' can be text only.", "modalities", "unsupported_value");
  }
  return true;
}

/** Notes a field that DashScope does not have. Of many only the first are noted. */
function noteForeign(exchange: Exchange, key: Slice, value: Slice): void {
  if (isReadElsewhere(key) || sliceSize(exchange.dropped) > MOST_DROPPED) return;
  if (jsonEquals(key, "service_tier") && jsonEquals(value, "auto")) return;
  if (jsonEquals(key, "store") && jsonKind(value) == JsonKind.False) return;
  if (jsonEquals(key, "metadata") && sliceEquals(value, "{}")) return;
  if (jsonEquals(key, "frequency_penalty") && sliceEquals(value, "0")) return;
  exchange.noteDropped(fieldName(key));
}

function isReadElsewhere(key: Slice): bool {
  for (let i = 0; i < READ_ELSEWHERE.length; i++) if (jsonEquals(key, READ_ELSEWHERE[i])) return true;
  return false;
}

function find(key: Slice): Parameter | null {
  if (!parameters.length) parameters = allParameters();
  for (let i = 0; i < parameters.length; i++) if (jsonEquals(key, parameters[i].name)) return parameters[i];
  return null;
}

/**
 * The top-level fields of an OpenAI request that become `parameters` of the same name: OpenAI's own where DashScope has
 * them, then DashScope's, which its compatible mode takes at the same place.
 * https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope
 */
function allParameters(): Parameter[] {
  return [
    new Parameter("temperature", Type.Number),
    new Parameter("top_p", Type.Number),
    new Parameter("presence_penalty", Type.Number),
    new Parameter("seed", Type.Integer),
    // `max_tokens` limits the text alone, `max_completion_tokens` text and reasoning:
    // https://docs.qwencloud.com/api-reference/chat/dashscope
    new Parameter("max_tokens", Type.Integer),
    new Parameter("max_completion_tokens", Type.Integer),
    new Parameter("logit_bias", Type.Object),
    new Parameter("n", Type.Integer),
    new Parameter("stop", Type.TextOrList),
    new Parameter("tools", Type.List),
    new Parameter("tool_choice", Type.TextOrObject),
    new Parameter("parallel_tool_calls", Type.Boolean),
    new Parameter("response_format", Type.Object),
    new Parameter("logprobs", Type.Boolean),
    new Parameter("top_logprobs", Type.Integer),
    new Parameter("top_k", Type.Integer),
    new Parameter("repetition_penalty", Type.Number),
    new Parameter("preserve_thinking", Type.Boolean),
    new Parameter("clear_thinking", Type.Boolean),
    new Parameter("tool_stream", Type.Boolean),
    new Parameter("skill", Type.List),
    new Parameter("enable_text_image_mixed", Type.Boolean),
    new Parameter("enable_search", Type.Boolean),
    new Parameter("search_options", Type.Object),
    new Parameter("enable_code_interpreter", Type.Boolean),
    new Parameter("vl_high_resolution_images", Type.Boolean),
    new Parameter("vl_enable_image_hw_output", Type.Boolean),
    new Parameter("max_pixels", Type.Integer),
    new Parameter("translation_options", Type.Object),
    new Parameter("ocr_options", Type.Object),
    new Parameter("asr_options", Type.Object),
  ];
}
