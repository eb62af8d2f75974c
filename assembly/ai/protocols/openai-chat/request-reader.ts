import { ABSENT, Slice, sliceEquals, sliceSize } from "../../../bytes/slice";
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
import { JsonWalker } from "../../../json/walker";
import { fieldName } from "../../hub/field-name";
import { RequestReader } from "../../hub/request-reader";
import { RequestSink, Sampling } from "../../hub/request-sink";
import { readNumber } from "../../hub/sampling-number";
import { ChatMessageReader } from "./message-reader";
import { readReasoningOptions } from "./reasoning-options";
import { readChatTools } from "./tool-reader";

const walker = new JsonWalker();
const messageReader = new ChatMessageReader();

/**
 * Reads a request for a chat of OpenAI into a sink. Fields that change the response and have no counterpart are noted as
 * dropped; what would be lost of the conversation, or of the response's form, is refused.
 * https://platform.openai.com/docs/api-reference/chat/create
 */
export class ChatRequestReader extends RequestReader {
  read(request: JsonDocument, sink: RequestSink): bool {
    if (!this.begin(request, sink) || !this.readOptions(request, sink)) return false;
    if (!readLimit(request, sink) || !readReasoningOptions(request, sink)) return false;
    if (!readChatTools(request, this.dropsServerTools, sink)) return false;
    return readMessages(request.get("messages"), sink) && sink.end();
  }

  protected readOption(key: Slice, value: Slice, sink: RequestSink): bool {
    if (jsonEquals(key, "stream")) return jsonIsTrue(value) ? sink.stream() : true;
    if (jsonEquals(key, "temperature")) return readNumber(Sampling.Temperature, "temperature", value, sink);
    if (jsonEquals(key, "top_p")) return readNumber(Sampling.TopP, "top_p", value, sink);
    if (jsonEquals(key, "top_k")) return readNumber(Sampling.TopK, "top_k", value, sink);
    if (jsonEquals(key, "seed")) return readNumber(Sampling.Seed, "seed", value, sink);
    if (jsonEquals(key, "presence_penalty"))
      return readPenalty(Sampling.PresencePenalty, "presence_penalty", value, sink);
    if (jsonEquals(key, "frequency_penalty")) {
      return readPenalty(Sampling.FrequencyPenalty, "frequency_penalty", value, sink);
    }
    if (jsonEquals(key, "stop")) return readStops(value, sink);
    if (jsonEquals(key, "response_format")) return readFormat(value, sink);
    if (jsonEquals(key, "user")) return sliceSize(jsonContent(value)) ? sink.user(jsonContent(value)) : true;
    if (jsonEquals(key, "n")) {
      const isOne = jsonKind(value) == JsonKind.Number && sliceEquals(value, "1");
      return isOne ? true : sink.refuse("This provider gives one choice: n must be 1.", "n");
    }
    if (jsonEquals(key, "modalities")) return readModalities(value, sink);
    if (jsonEquals(key, "web_search_options")) {
      return sink.refuse("This provider has no web search of OpenAI's.", "web_search_options");
    }
    return isReadElsewhere(key) || isDefault(key, value) ? true : sink.drop(fieldName(key));
  }
}

/** Whether a field is read by another function. */
function isReadElsewhere(key: Slice): bool {
  if (jsonEquals(key, "model") || jsonEquals(key, "messages") || jsonEquals(key, "stream_options")) return true;
  if (jsonEquals(key, "max_tokens") || jsonEquals(key, "max_completion_tokens")) return true;
  if (jsonEquals(key, "tools") || jsonEquals(key, "tool_choice") || jsonEquals(key, "parallel_tool_calls")) return true;
  if (jsonEquals(key, "functions") || jsonEquals(key, "function_call")) return true;
  if (jsonEquals(key, "reasoning_effort") || jsonEquals(key, "reasoning_max_tokens")) return true;
  return jsonEquals(key, "reasoning") || jsonEquals(key, "thinking");
}

/** Whether a field says what happens without it. */
function isDefault(key: Slice, value: Slice): bool {
  if (jsonEquals(key, "store") || jsonEquals(key, "logprobs")) return jsonKind(value) == JsonKind.False;
  if (jsonEquals(key, "service_tier")) return jsonEquals(value, "auto") || jsonEquals(value, "default");
  if (jsonEquals(key, "logit_bias") || jsonEquals(key, "metadata")) return sliceEquals(value, "{}");
  return false;
}

/** A penalty of 0 changes nothing. */
function readPenalty(kind: Sampling, name: string, value: Slice, sink: RequestSink): bool {
  return sliceEquals(value, "0") || sliceEquals(value, "0.0") ? true : readNumber(kind, name, value, sink);
}

function readLimit(request: JsonDocument, sink: RequestSink): bool {
  const newer = request.get("max_completion_tokens");
  const isNewer = newer != ABSENT && jsonKind(newer) != JsonKind.Null;
  const name = isNewer ? "max_completion_tokens" : "max_tokens";
  const limit = isNewer ? newer : request.get(name);
  const kind = jsonKind(limit);
  if (kind == JsonKind.Absent || kind == JsonKind.Null) return true;
  return jsonIsInteger(limit) ? sink.maxTokens(limit) : sink.refuse(`${name} must be an integer.`, name);
}

function readStops(value: Slice, sink: RequestSink): bool {
  if (jsonKind(value) == JsonKind.String) return sink.stopSequence(jsonContent(value));
  if (jsonKind(value) != JsonKind.Array) return sink.refuse("stop must be a string or a list of strings.", "stop");
  let position = 0;
  for (let stop = jsonFirst(value); stop != ABSENT; stop = jsonNext(value, stop)) {
    if (jsonKind(stop) != JsonKind.String) return sink.refuse("A stop sequence must be a string.", `stop[${position}]`);
    if (!sink.stopSequence(jsonContent(stop))) return false;
    position++;
  }
  return true;
}

/** https://platform.openai.com/docs/guides/structured-outputs */
function readFormat(format: Slice, sink: RequestSink): bool {
  const type = jsonGet(format, "type");
  if (jsonEquals(type, "text")) return true;
  if (jsonEquals(type, "json_object")) return sink.jsonObject();
  if (!jsonEquals(type, "json_schema")) {
    return sink.refuse("type must be text, json_object or json_schema.", "response_format.type");
  }
  const named = jsonGet(format, "json_schema");
  const schema = jsonGet(named, "schema");
  if (jsonKind(schema) != JsonKind.Object) {
    return sink.refuse("The schema must be an object.", "response_format.json_schema.schema");
  }
  const name = jsonContent(jsonGet(named, "name"));
  return sink.jsonSchema(
    name,
    jsonContent(jsonGet(named, "description")),
    schema,
    jsonIsTrue(jsonGet(named, "strict")),
  );
}

/** Sound and pictures would be missing in the response. */
function readModalities(list: Slice, sink: RequestSink): bool {
  for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) {
    if (!jsonEquals(item, "text")) return sink.refuse("This provider's responses are texts.", "modalities");
  }
  return true;
}

function readMessages(messages: Slice, sink: RequestSink): bool {
  walker.start(messages);
  if (!walker.enterArray()) return sink.refuse("messages must be a list.", "messages");
  messageReader.begin();
  while (walker.nextElement()) if (!messageReader.read(walker, sink)) return false;
  return true;
}
