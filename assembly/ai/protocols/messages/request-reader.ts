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
import { JsonWalker } from "../../../json/walker";
import { fieldName } from "../../hub/field-name";
import { RequestReader } from "../../hub/request-reader";
import { RequestSink, Role, Sampling } from "../../hub/request-sink";
import { readNumber } from "../../hub/sampling-number";
import { readContent } from "./content-reader";
import { readReasoning } from "./reasoning";
import { readTools } from "./tools";

const walker = new JsonWalker();

/**
 * Reads a request of Anthropic's Messages into a sink. Fields without a counterpart are noted as dropped; what would be
 * lost of the conversation is refused. https://platform.claude.com/docs/en/api/messages
 */
export class MessagesRequestReader extends RequestReader {
  read(request: JsonDocument, sink: RequestSink): bool {
    if (!this.begin(request, sink) || !this.readOptions(request, sink)) return false;
    if (!readReasoning(request, sink)) return false;
    if (!readTools(request, this.dropsServerTools, sink)) return false;
    if (!readSystem(request.get("system"), sink) || !this.giveContext(sink)) return false;
    return readMessages(request.get("messages"), sink) && sink.end();
  }

  protected readOption(key: Slice, value: Slice, sink: RequestSink): bool {
    if (jsonEquals(key, "stream")) return jsonIsTrue(value) ? sink.stream() : true;
    if (jsonEquals(key, "max_tokens")) {
      return jsonIsInteger(value) ? sink.maxTokens(value) : sink.refuse("max_tokens must be an integer.", "max_tokens");
    }
    if (jsonEquals(key, "temperature")) return readNumber(Sampling.Temperature, "temperature", value, sink);
    if (jsonEquals(key, "top_p")) return readNumber(Sampling.TopP, "top_p", value, sink);
    if (jsonEquals(key, "top_k")) return readNumber(Sampling.TopK, "top_k", value, sink);
    if (jsonEquals(key, "stop_sequences")) return readStops(value, sink);
    if (jsonEquals(key, "metadata")) {
      const user = jsonContent(jsonGet(value, "user_id"));
      sink.userField = "metadata.user_id";
      return sliceSize(user) ? sink.user(user) : true;
    }
    if (jsonEquals(key, "mcp_servers")) {
      const message = "This provider calls no MCP servers.";
      return jsonFirst(value) == ABSENT ? true : sink.refuse(message, "mcp_servers");
    }
    return isReadElsewhere(key) ? true : sink.drop(fieldName(key));
  }
}

/** Whether a field is read by another function, or changes nothing that the client sees. */
function isReadElsewhere(key: Slice): bool {
  if (jsonEquals(key, "model") || jsonEquals(key, "messages") || jsonEquals(key, "system")) return true;
  if (jsonEquals(key, "tools") || jsonEquals(key, "tool_choice") || jsonEquals(key, "thinking")) return true;
  if (jsonEquals(key, "output_config") || jsonEquals(key, "output_format")) return true;
  return jsonEquals(key, "cache_control");
}

function readStops(list: Slice, sink: RequestSink): bool {
  if (jsonKind(list) != JsonKind.Array) return sink.refuse("stop_sequences must be a list.", "stop_sequences");
  let position = 0;
  for (let stop = jsonFirst(list); stop != ABSENT; stop = jsonNext(list, stop)) {
    if (jsonKind(stop) != JsonKind.String) {
      return sink.refuse("A stop sequence must be a string.", `stop_sequences[${position}]`);
    }
    if (!sink.stopSequence(jsonContent(stop))) return false;
    position++;
  }
  return true;
}

function readSystem(system: Slice, sink: RequestSink): bool {
  const kind = jsonKind(system);
  if (kind == JsonKind.Absent || kind == JsonKind.Null) return true;
  return sink.beginMessage(Role.System) && readContent(system, Role.System, -1, sink) && sink.endMessage();
}

function readMessages(messages: Slice, sink: RequestSink): bool {
  walker.start(messages);
  if (!walker.enterArray()) return sink.refuse("messages must be a list.", "messages");
  let position = 0;
  while (walker.nextElement()) {
    if (!walker.enterObject()) return sink.refuse("A message must be an object.", `messages[${position}]`);
    let role = ABSENT;
    let content = ABSENT;
    while (walker.nextMember()) {
      if (walker.keyIs("role")) role = walker.value();
      else if (walker.keyIs("content")) content = walker.value();
      else walker.value();
    }
    if (!readMessage(role, content, position, sink)) return false;
    position++;
  }
  return true;
}

function readMessage(role: Slice, content: Slice, position: i32, sink: RequestSink): bool {
  let who = Role.User;
  if (jsonEquals(role, "assistant")) who = Role.Assistant;
  else if (jsonEquals(role, "system")) who = Role.System;
  else if (!jsonEquals(role, "user")) {
    return sink.refuse("A role must be user, assistant or system.", `messages[${position}].role`);
  }
  if (!sink.beginMessage(who)) return false;
  return readContent(content, who, position, sink) && sink.endMessage();
}
