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
  constructor(
    private exchange: Exchange,
    private writer: JsonWriter,
    private isMultimodal: bool,
    private fileUrls: string,
  ) {}

  /** Writes them all, as an array. */
  write(messages: Slice): bool {
    let owesFiles = this.fileUrls.length > 0;
    let position = 0;
    this.writer.beginArray();
    system.clear();
    for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
      const path = `messages[${position++}]`;
      if (owesFiles && isSystem(message)) {
        if (!this.addSystem(message, path)) return false;
        continue;
      }
      if (owesFiles) this.writeFiles();
      owesFiles = false;
      if (!this.writeMessage(message, path)) return false;
    }
    if (owesFiles) this.writeFiles();
    this.writer.endArray();
    releaseContent();
    return true;
  }

  private writeMessage(message: Slice, path: string): bool {
    const exchange = this.exchange;
    const writer = this.writer;
    if (jsonKind(message) != JsonKind.Object) return exchange.refuse("A message must be an object.", path);
    const role = jsonGet(message, "role");
    writer.beginObject().key("role");
    if (jsonEquals(role, "developer")) writer.string("system");
    else if (isKnownRole(role)) writer.raw(role);
    else return exchange.refuse("The role must be system, developer, user, assistant or tool.", `${path}.role`);
    const calls = presentMember(message, "tool_calls");
    if (jsonGet(message, "function_call") != ABSENT && jsonKind(jsonGet(message, "function_call")) != JsonKind.Null) {
      return exchange.refuse("function_call is not supported: use tool_calls.", `${path}.function_call`);
    }
    writer.key("content");
    if (!this.writeContent(message, role, path)) return false;
    if (calls != ABSENT && !this.writeCalls(calls, `${path}.tool_calls`)) return false;
    return (
      this.copyText(message, "tool_call_id", path) &&
      this.copyText(message, "name", path) &&
      this.copyText(message, "reasoning_content", path) &&
      this.copyPartial(message, path)
    );
  }

  private writeContent(message: Slice, role: Slice, path: string): bool {
    const exchange = this.exchange;
    const writer = this.writer;
    const content = presentMember(message, "content");
    switch (jsonKind(content)) {
      case JsonKind.String:
        writer.raw(content);
        return true;
      case JsonKind.Array:
        return this.writeParts(content, `${path}.content`);
      case JsonKind.Absent:
        if (!jsonEquals(role, "assistant")) return exchange.refuse("A message must have a content.", `${path}.content`);
        return this.writeMissingContent(jsonGet(message, "refusal"));
      default:
        return exchange.refuse("The content must be a string or a list of parts.", `${path}.content`);
    }
  }

  private writeParts(content: Slice, path: string): bool {
    const writer = this.writer;
    if (!this.isMultimodal) {
      const text = joinedText(content);
      if (text == ABSENT) {
        return this.exchange.refuse("Each part of the content must have a type and its text.", path);
      }
      // Only where a part says what to cache does the endpoint of the text models take a list of parts, and OpenAI's.
      writer.raw(hasCacheControl(content) ? content : text);
      return true;
    }
    let position = 0;
    writer.beginArray();
    for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
      if (!writePart(this.exchange, part, `${path}[${position++}]`, writer)) return false;
    }
    writer.endArray();
    return true;
  }

  /** What an assistant that called tools, or refused, said beside it: DashScope wants a content all the same. */
  private writeMissingContent(refusal: Slice): bool {
    const writer = this.writer;
    const isRefusal = jsonKind(refusal) == JsonKind.String;
    if (!this.isMultimodal) {
      if (isRefusal) writer.raw(refusal);
      else writer.string("");
      return true;
    }
    writer.beginArray();
    if (isRefusal) writer.beginObject().key("text").raw(refusal).endObject();
    writer.endArray();
    return true;
  }

  private writeCalls(calls: Slice, path: string): bool {
    if (jsonKind(calls) != JsonKind.Array) return this.exchange.refuse("tool_calls must be a list.", path);
    let position = 0;
    for (let call = jsonFirst(calls); call != ABSENT; call = jsonNext(calls, call)) {
      const called = jsonGet(call, "function");
      const isWhole =
        jsonKind(jsonGet(call, "id")) == JsonKind.String &&
        jsonKind(jsonGet(called, "name")) == JsonKind.String &&
        jsonKind(jsonGet(called, "arguments")) == JsonKind.String;
      if (!isWhole) {
        return this.exchange.refuse(
          "A tool call must have an id and a function with a name and arguments, which are strings.",
          `${path}[${position}]`,
        );
      }
      position++;
    }
    this.writer.key("tool_calls").raw(calls);
    return true;
  }

  private copyText(message: Slice, key: string, path: string): bool {
    const value = presentMember(message, key);
    if (value == ABSENT) return true;
    if (jsonKind(value) != JsonKind.String) return this.exchange.refuse(`${key} must be a string.`, `${path}.${key}`);
    this.writer.key(key).raw(value);
    return true;
  }

  /** The last member of a message: whether the answer goes on where it ends. */
  private copyPartial(message: Slice, path: string): bool {
    const value = presentMember(message, "partial");
    const kind = jsonKind(value);
    if (value != ABSENT) {
      if (kind != JsonKind.True && kind != JsonKind.False) {
        return this.exchange.refuse("partial must be true or false.", `${path}.partial`);
      }
      this.writer.key("partial").raw(value);
    }
    this.writer.endObject();
    return true;
  }

  private addSystem(message: Slice, path: string): bool {
    const content = jsonGet(message, "content");
    const text = jsonKind(content) == JsonKind.Array ? joinedText(content) : content;
    if (jsonKind(text) != JsonKind.String) {
      return this.exchange.refuse("The content of a system message must be text.", `${path}.content`);
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
