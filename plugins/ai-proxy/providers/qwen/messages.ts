import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../../assembly/bytes/slice";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonKind,
  JsonKind,
  jsonNext,
} from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { Exchange } from "../../exchange";
import { hasCacheControl, hasMedia, joinedText, releaseContent, writePart } from "./content";
import { Place } from "./place";

/** What DashScope knows of a message beside its role, its content and its tool calls, and takes as it is. */
const TEXT_MEMBERS: StaticArray<string> = ["tool_call_id", "name", "reasoning_content"];
const DEFAULT_SYSTEM: string = "You are a helpful assistant.";

/** The leading system messages of a request for `qwen-long`, as one JSON string. */
const system = new ByteBuffer();

/** Whether any of the messages holds an image, a video or sound. */
export function messagesHaveMedia(messages: Slice): bool {
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    if (hasMedia(jsonGet(message, "content"))) return true;
  }
  return false;
}

/**
 * Writes OpenAI's messages as DashScope's; `false` when `exchange.refuse` said why not. Files are named by a system message
 * of their own, right behind the one that all leading system messages become together.
 */
export class MessagesWriter {
  private place: Place;

  constructor(
    exchange: Exchange,
    private writer: JsonWriter,
    private isMultimodal: bool,
    private fileUrls: string,
  ) {
    this.place = new Place(exchange);
  }

  /** Writes them all, as an array. */
  write(messages: Slice): bool {
    let owesFiles = this.fileUrls.length > 0;
    this.writer.beginArray();
    system.clear();
    for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
      if (owesFiles && isSystem(message)) {
        if (!this.addSystem(message)) return false;
      } else {
        if (owesFiles) this.writeFiles();
        owesFiles = false;
        if (!this.writeMessage(message)) return false;
      }
      this.place.message++;
    }
    if (owesFiles) this.writeFiles();
    this.writer.endArray();
    releaseContent();
    return true;
  }

  private writeMessage(message: Slice): bool {
    const place = this.place;
    const writer = this.writer;
    if (jsonKind(message) != JsonKind.Object) return place.refuse("", "A message must be an object.");
    const role = jsonGet(message, "role");
    writer.beginObject().key("role");
    if (jsonEquals(role, "developer")) writer.string("system");
    else if (isKnownRole(role)) writer.raw(role);
    else return place.refuse(".role", "The role must be system, developer, user, assistant or tool.", "invalid_value");
    if (presentMember(message, "function_call") != ABSENT) {
      return place.refuse(
        ".function_call",
        "'function_call' is not supported: use tool_calls.",
        "unsupported_parameter",
      );
    }
    writer.key("content");
    if (!this.writeContent(message, role) || !this.writeCalls(message)) return false;
    for (let i = 0; i < TEXT_MEMBERS.length; i++)
      if (!this.copy(message, TEXT_MEMBERS[i], JsonKind.String)) return false;
    if (!this.copy(message, "partial", JsonKind.True)) return false;
    writer.endObject();
    return true;
  }

  private writeContent(message: Slice, role: Slice): bool {
    const content = presentMember(message, "content");
    switch (jsonKind(content)) {
      case JsonKind.String:
        this.writer.raw(content);
        return true;
      case JsonKind.Array:
        return this.isMultimodal ? this.writeParts(content) : this.writeText(content);
      case JsonKind.Absent:
        if (jsonEquals(role, "assistant")) return this.writeMissingContent(jsonGet(message, "refusal"));
        return this.place.refuse(".content", "A message must have a content.", "missing_required_parameter");
      default:
        return this.place.refuse(".content", "The content must be a string or a list of parts.");
    }
  }

  private writeText(content: Slice): bool {
    const text = joinedText(content);
    if (text == ABSENT) return this.place.refuse(".content", "Each part of the content must have a type and its text.");
    // Only where a part says what to cache does the endpoint of the text models take a list of parts, and OpenAI's.
    this.writer.raw(hasCacheControl(content) ? content : text);
    return true;
  }

  private writeParts(content: Slice): bool {
    this.writer.beginArray();
    this.place.part = 0;
    for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
      if (!writePart(this.place, part, this.writer)) return false;
      this.place.part++;
    }
    this.place.part = -1;
    this.writer.endArray();
    return true;
  }

  /** What an assistant that called tools, or refused, said beside it: DashScope wants a content all the same. */
  private writeMissingContent(refusal: Slice): bool {
    const writer = this.writer;
    if (jsonKind(refusal) == JsonKind.String) writer.raw(refusal);
    else if (this.isMultimodal) writer.beginArray().endArray();
    else writer.string("");
    return true;
  }

  private writeCalls(message: Slice): bool {
    const calls = presentMember(message, "tool_calls");
    if (calls == ABSENT) return true;
    let isWhole = jsonKind(calls) == JsonKind.Array;
    for (let call = jsonFirst(calls); call != ABSENT; call = jsonNext(calls, call)) {
      const called = jsonGet(call, "function");
      if (jsonKind(jsonGet(call, "id")) != JsonKind.String) isWhole = false;
      if (jsonKind(jsonGet(called, "name")) != JsonKind.String) isWhole = false;
      if (jsonKind(jsonGet(called, "arguments")) != JsonKind.String) isWhole = false;
    }
    if (!isWhole) {
      return this.place.refuse(".tool_calls", "Tool calls must have an id and a function with name and arguments.");
    }
    this.writer.key("tool_calls").raw(calls);
    return true;
  }

  /** Copies a member; `True` means either truth value. */
  private copy(message: Slice, key: string, kind: JsonKind): bool {
    const value = presentMember(message, key);
    if (value == ABSENT) return true;
    if (jsonKind(value) != kind && (kind != JsonKind.True || jsonKind(value) != JsonKind.False)) {
      const wanted = kind == JsonKind.String ? "a string" : "true or false";
      return this.place.refuse(`.${key}`, `'${key}' must be ${wanted}.`);
    }
    this.writer.key(key).raw(value);
    return true;
  }

  private addSystem(message: Slice): bool {
    const content = jsonGet(message, "content");
    const text = jsonKind(content) == JsonKind.Array ? joinedText(content) : content;
    if (jsonKind(text) != JsonKind.String) {
      return this.place.refuse(".content", "The content of a system message must be text.");
    }
    system.text(system.size == 0 ? '"' : "\\n").append(jsonContent(text));
    return true;
  }

  private writeFiles(): void {
    const writer = this.writer;
    writer.beginObject().key("role").string("system").key("content");
    if (system.size > 0) writer.raw(system.byte(0x22).slice);
    else writer.string(DEFAULT_SYSTEM);
    writer.endObject();
    writer.beginObject().key("role").string("system").key("content").string(this.fileUrls).endObject();
    system.release(4096);
  }
}

/** The value of a member that is there and is not `null`, or ABSENT. */
function presentMember(object: Slice, key: string): Slice {
  const value = jsonGet(object, key);
  return jsonKind(value) == JsonKind.Null ? ABSENT : value;
}

function isSystem(message: Slice): bool {
  const role = jsonGet(message, "role");
  return jsonEquals(role, "system") || jsonEquals(role, "developer");
}

function isKnownRole(role: Slice): bool {
  return (
    jsonEquals(role, "user") || jsonEquals(role, "assistant") || jsonEquals(role, "tool") || jsonEquals(role, "system")
  );
}
