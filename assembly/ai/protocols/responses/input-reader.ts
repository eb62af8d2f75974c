import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize, sliceToString, subslice } from "../../../bytes/slice";
import { jsonContent, jsonEquals, jsonKind, JsonKind } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { writeArgumentsObject } from "../../hub/arguments";
import { RequestSink, Role } from "../../hub/request-sink";
import { ownSignature, REDACTED } from "../../hub/signature";
import { Item } from "./item";
import { LONGEST_TYPE, readParts } from "./part-reader";
import { writeFunctionName } from "./tool-names";

const KEPT_BYTES = 64 * 1024;

/** The message that is open in the sink, to which further items may belong. */
const enum Open {
  None,
  /** One of the assistant: its reasoning, texts and tool calls. */
  Assistant,
  /** One of the user, with results of tools. */
  Results,
}

const items = new JsonWalker();
const texts = new JsonWalker();
const item = new Item();
const text = new Item();
const functionName = new ByteBuffer();
const argumentsJson = new ByteBuffer();
const joined = new ByteBuffer();

/**
 * Reads `input` into the messages of a sink: what the assistant said in a row becomes one message, and so do the results of
 * its tools. https://platform.openai.com/docs/api-reference/responses/create#responses-create-input
 */
export class InputReader {
  /** Whether items of tools that OpenAI runs itself are left out; else they are refused. */
  dropsServerTools: bool = false;
  private open: Open = Open.None;
  private position: i32 = 0;

  /** Reads the input, a string or a list of items; `false` if the sink refused. */
  read(input: Slice, sink: RequestSink): bool {
    this.open = Open.None;
    this.position = 0;
    const kind = jsonKind(input);
    if (kind == JsonKind.String) return readMessage(input, Role.User, 0, sink);
    if (kind == JsonKind.Absent || kind == JsonKind.Null) return sink.refuse("You must provide an input.", "input");
    items.start(input);
    if (!items.enterArray()) return sink.refuse("The input must be a string or a list of items.", "input");
    for (; items.nextElement(); this.position++) {
      if (!item.read(items)) return this.refuse("An item must be an object.", "", sink);
      if (!this.readItem(sink)) return false;
    }
    if (!this.position) return sink.refuse("The input must have at least one item.", "input");
    return this.close(sink);
  }

  private readItem(sink: RequestSink): bool {
    const type = item.type;
    if (jsonEquals(type, "message") || (type == ABSENT && item.role != ABSENT)) return this.readMessageItem(sink);
    if (jsonEquals(type, "function_call")) return this.readCall(false, sink);
    if (jsonEquals(type, "custom_tool_call")) return this.readCall(true, sink);
    if (jsonEquals(type, "function_call_output") || jsonEquals(type, "custom_tool_call_output")) {
      return this.readOutput(sink);
    }
    if (jsonEquals(type, "reasoning")) return this.readReasoning(sink);
    if (jsonEquals(type, "item_reference")) {
      const reason = "The gateway stores no responses, and knows no item by its id: send the item itself.";
      return this.refuse(reason, ".type", sink);
    }
    const name = sliceToString(subslice(jsonContent(type), 0, LONGEST_TYPE));
    if (!name.length) return this.refuse("An item must have a type.", ".type", sink);
    if (this.dropsServerTools) return sink.drop(`input[${this.position}]`);
    return this.refuse(`This provider takes no item of type '${name}'.`, ".type", sink);
  }

  private readMessageItem(sink: RequestSink): bool {
    const position = this.position;
    if (jsonEquals(item.role, "assistant")) {
      return this.turnTo(Open.Assistant, sink) && readParts(item.content, Role.Assistant, position, "content", sink);
    }
    let role = Role.User;
    if (jsonEquals(item.role, "system") || jsonEquals(item.role, "developer")) role = Role.System;
    else if (!jsonEquals(item.role, "user")) {
      return this.refuse("A role must be user, assistant, system or developer.", ".role", sink);
    }
    return this.close(sink) && readMessage(item.content, role, position, sink);
  }

  private readCall(isCustom: bool, sink: RequestSink): bool {
    if (jsonKind(item.callId) != JsonKind.String) return this.refuseMember("call_id", sink);
    if (jsonKind(item.name) != JsonKind.String) return this.refuseMember("name", sink);
    functionName.clear();
    if (!writeFunctionName(jsonContent(item.namespace), jsonContent(item.name), functionName)) {
      return this.refuse("A namespace may have letters, digits, _ and - only.", ".namespace", sink);
    }
    argumentsJson.release(KEPT_BYTES);
    if (isCustom) {
      if (jsonKind(item.input) != JsonKind.String) return this.refuseMember("input", sink);
      argumentsJson.text('{"input":').append(item.input).byte(0x7d);
    } else {
      if (jsonKind(item.argumentsText) != JsonKind.String) return this.refuseMember("arguments", sink);
      writeArgumentsObject(jsonContent(item.argumentsText), argumentsJson);
    }
    if (!this.turnTo(Open.Assistant, sink)) return false;
    return sink.toolCall(jsonContent(item.callId), functionName.slice, argumentsJson.slice);
  }

  private readOutput(sink: RequestSink): bool {
    if (jsonKind(item.callId) != JsonKind.String) return this.refuseMember("call_id", sink);
    if (!this.turnTo(Open.Results, sink) || !sink.beginToolResult(jsonContent(item.callId), false)) return false;
    return readParts(item.output, Role.User, this.position, "output", sink) && sink.endToolResult();
  }

  /** The reasoning of an earlier turn: its own text, else its summary, with what only its provider can read. */
  private readReasoning(sink: RequestSink): bool {
    const encrypted = jsonContent(item.encrypted);
    const signature = ownSignature(sink.reasoningFormat, encrypted);
    const redacted = ownSignature(sink.reasoningFormat + REDACTED, encrypted);
    let reasoning = textsOf(item.content);
    if (sliceSize(reasoning) == 0) reasoning = textsOf(item.summary);
    // Another provider has encrypted it.
    if (sliceSize(encrypted) && signature == ABSENT && redacted == ABSENT) sink.drop("input.encrypted_content");
    if (sliceSize(reasoning) == 0 && signature == ABSENT && redacted == ABSENT) return true;
    if (!this.turnTo(Open.Assistant, sink)) return false;
    return redacted == ABSENT ? sink.reasoningText(reasoning, signature) : sink.redactedReasoning(redacted);
  }

  private turnTo(open: Open, sink: RequestSink): bool {
    if (this.open == open) return true;
    if (!this.close(sink)) return false;
    this.open = open;
    return sink.beginMessage(open == Open.Assistant ? Role.Assistant : Role.User);
  }

  private close(sink: RequestSink): bool {
    if (this.open == Open.None) return true;
    this.open = Open.None;
    return sink.endMessage();
  }

  private refuseMember(name: string, sink: RequestSink): bool {
    return this.refuse(`${name} must be a string.`, `.${name}`, sink);
  }

  private refuse(reason: string, member: string, sink: RequestSink): bool {
    return sink.refuse(reason, `input[${this.position}]${member}`);
  }
}

function readMessage(content: Slice, role: Role, position: i32, sink: RequestSink): bool {
  return sink.beginMessage(role) && readParts(content, role, position, "content", sink) && sink.endMessage();
}

/** The texts of a list of parts, with blank lines between them; empty if it has none. */
function textsOf(list: Slice): Slice {
  let found = ABSENT;
  joined.release(KEPT_BYTES);
  texts.start(list);
  if (!texts.enterArray()) return ABSENT;
  while (texts.nextElement()) {
    if (!text.read(texts)) continue;
    const piece = jsonContent(text.text);
    if (sliceSize(piece) == 0) continue;
    if (found == ABSENT) {
      found = piece;
      continue;
    }
    if (!joined.size) joined.append(found);
    joined.text("\\n\\n").append(piece);
  }
  return joined.size ? joined.slice : found;
}
