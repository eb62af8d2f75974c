import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";
import { jsonContent, jsonEquals, jsonFirst, jsonGet, jsonKind, JsonKind, jsonNext } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { writeArgumentsObject } from "../../hub/arguments";
import { RequestSink, Role } from "../../hub/request-sink";
import { readPart } from "./part-reader";
import { readReplayedReasoning } from "./replayed-reasoning";
import { RequestMessage } from "./request-message";

const KEPT_BYTES = 64 * 1024;

const parts = new JsonWalker();
const calledWith = new ByteBuffer();
const madeId = new ByteBuffer();

/** Reads the messages of a chat, one after the other, into a sink. https://platform.openai.com/docs/api-reference/chat/create */
export class ChatMessageReader {
  private readonly message: RequestMessage = new RequestMessage();
  private position: i32 = -1;
  /** How many calls of the older `function_call` there were: these have no ids. */
  private functionCalls: i32 = 0;
  private dropsNames: bool = false;

  /** Begins the messages of a request. */
  begin(): void {
    this.position = -1;
    this.functionCalls = 0;
    this.dropsNames = false;
  }

  /** Reads the message that a walker is at; `false` if the sink refused. */
  read(walker: JsonWalker, sink: RequestSink): bool {
    this.position++;
    const message = this.message;
    if (!message.read(walker)) return this.refuse("A message must be an object.", "", sink);
    const role = message.role;
    if (jsonEquals(role, "tool")) return this.readTool(sink);
    if (jsonEquals(role, "function")) return this.readFunction(sink);
    let who = Role.User;
    if (jsonEquals(role, "assistant")) who = Role.Assistant;
    else if (jsonEquals(role, "system") || jsonEquals(role, "developer")) who = Role.System;
    else if (!jsonEquals(role, "user")) {
      return this.refuse("A role must be developer, system, user, assistant or tool.", ".role", sink);
    }
    if (message.name != ABSENT && jsonKind(message.name) != JsonKind.Null) this.dropName(sink);
    if (!sink.beginMessage(who)) return false;
    if (who == Role.Assistant && !readReplayedReasoning(message, sink)) return false;
    if (!this.readContent(who, sink)) return false;
    if (who == Role.Assistant && !this.readAssistant(sink)) return false;
    return sink.endMessage();
  }

  private readContent(role: Role, sink: RequestSink): bool {
    const content = this.message.content;
    const kind = jsonKind(content);
    if (kind == JsonKind.Absent || kind == JsonKind.Null) return true;
    const control = this.message.cacheControl;
    if (kind == JsonKind.String) {
      if (!sliceSize(jsonContent(content))) return true;
      if (jsonKind(control) == JsonKind.Object) sink.cacheControl(control);
      return sink.text(jsonContent(content));
    }
    if (kind != JsonKind.Array)
      return this.refuse("The content must be a string or a list of parts.", ".content", sink);
    let at = 0;
    parts.start(content);
    parts.enterArray();
    while (parts.nextElement()) {
      if (!readPart(parts, role, this.position, at, sink)) return false;
      at++;
    }
    return true;
  }

  /** Reads what only messages of the assistant have, behind their content. */
  private readAssistant(sink: RequestSink): bool {
    const message = this.message;
    if (jsonFirst(message.annotations) != ABSENT) sink.drop("messages.annotations");
    if (sliceSize(jsonContent(message.refusal)) && !sink.text(jsonContent(message.refusal))) return false;
    if (jsonKind(message.audio) == JsonKind.Object) {
      return this.refuse("This provider takes no sound of the assistant.", ".audio", sink);
    }
    const calls = message.toolCalls;
    let at = 0;
    for (let call = jsonFirst(calls); call != ABSENT; call = jsonNext(calls, call)) {
      if (!this.readCall(call, at, sink)) return false;
      at++;
    }
    if (jsonKind(message.functionCall) != JsonKind.Object) return true;
    this.functionCalls++;
    const id = this.functionCallId();
    return this.giveCall(id, message.functionCall, -1, sink);
  }

  private readCall(call: Slice, at: i32, sink: RequestSink): bool {
    const id = jsonGet(call, "id");
    if (jsonKind(id) != JsonKind.String) return this.refuse("An id must be a string.", `.tool_calls[${at}].id`, sink);
    const called = jsonGet(call, "function");
    if (jsonKind(called) != JsonKind.Object) {
      return this.refuse("This provider takes no tool calls but those of functions.", `.tool_calls[${at}].type`, sink);
    }
    return this.giveCall(jsonContent(id), called, at, sink);
  }

  /** `at`: its position among the tool calls; -1 for the older `function_call`. */
  private giveCall(id: Slice, called: Slice, at: i32, sink: RequestSink): bool {
    const name = jsonGet(called, "name");
    if (jsonKind(name) != JsonKind.String) {
      const path = at < 0 ? ".function_call" : `.tool_calls[${at}].function`;
      return this.refuse("A name must be a string.", `${path}.name`, sink);
    }
    const text = jsonGet(called, "arguments");
    if (jsonKind(text) == JsonKind.Object) return sink.toolCall(id, jsonContent(name), text);
    calledWith.release(KEPT_BYTES);
    writeArgumentsObject(jsonContent(text), calledWith);
    return sink.toolCall(id, jsonContent(name), calledWith.slice);
  }

  private readTool(sink: RequestSink): bool {
    const id = this.message.toolCallId;
    if (jsonKind(id) != JsonKind.String) return this.refuse("A tool_call_id must be a string.", ".tool_call_id", sink);
    return this.giveResult(jsonContent(id), sink);
  }

  private readFunction(sink: RequestSink): bool {
    return this.giveResult(this.functionCallId(), sink);
  }

  private giveResult(id: Slice, sink: RequestSink): bool {
    if (!sink.beginMessage(Role.User) || !sink.beginToolResult(id, false)) return false;
    return this.readContent(Role.User, sink) && sink.endToolResult() && sink.endMessage();
  }

  /** The id of the last call of the older `function_call`. */
  private functionCallId(): Slice {
    madeId.clear();
    return madeId.text("call_").integer(this.functionCalls).slice;
  }

  private dropName(sink: RequestSink): void {
    if (!this.dropsNames) sink.drop("messages.name");
    this.dropsNames = true;
  }

  private refuse(reason: string, member: string, sink: RequestSink): bool {
    return sink.refuse(reason, `messages[${this.position}]${member}`);
  }
}
