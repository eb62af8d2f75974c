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
import { JsonWalker } from "../../../../assembly/json/walker";
import { JsonWriter } from "../../../../assembly/json/writer";
import { Exchange } from "../../exchange";
import { hasCacheControl, hasDocuments, hasMedia, joinedText, releaseContent, writePart } from "./content";
import { ClientMessage } from "./message";
import { Place } from "./place";

const DEFAULT_SYSTEM: string = "You are a helpful assistant.";

const walker = new JsonWalker();
/** The message that is translated now. */
const message = new ClientMessage();

/** The leading system messages of a request for `qwen-long`, as one JSON string. */
const system = new ByteBuffer();

/** Whether any of the messages holds an image, a video or sound. */
export function messagesHaveMedia(messages: Slice): bool {
  walker.start(messages);
  if (!walker.enterArray()) return false;
  while (walker.nextElement()) if (message.read(walker) && hasMedia(message.content)) return true;
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
    walker.start(messages);
    walker.enterArray();
    while (walker.nextElement()) {
      if (!message.read(walker)) return this.place.refuse("", "A message must be an object.");
      if (owesFiles && message.isSystem) {
        if (!this.addSystem()) return false;
      } else {
        if (owesFiles) this.writeFiles();
        owesFiles = false;
        if (!this.writeMessage()) return false;
      }
      this.place.message++;
    }
    if (owesFiles) this.writeFiles();
    this.writer.endArray();
    releaseContent();
    return true;
  }

  private writeMessage(): bool {
    const writer = this.writer;
    writer.beginObject().key("role");
    if (message.isSystem) writer.string("system");
    else if (message.hasSharedRole) writer.raw(message.role);
    else return this.place.refuse(".role", "The role must be one of OpenAI's, and not function.", "invalid_value");
    if (message.functionCall != ABSENT) {
      const reason = "'function_call' is not supported: use tool_calls.";
      return this.place.refuse(".function_call", reason, "unsupported_parameter");
    }
    writer.key("content");
    if (message.refusal != ABSENT && message.content != ABSENT) this.place.drop("messages.refusal");
    if (jsonFirst(message.annotations) != ABSENT) this.place.drop("messages.annotations");
    if (!this.writeContent(message.content) || !this.writeCalls(message.toolCalls)) return false;
    if (!this.copyText("tool_call_id", message.toolCallId)) return false;
    if (!this.copyText("name", message.name)) return false;
    if (!this.copyText("reasoning_content", message.reasoning)) return false;
    if (!this.copyPartial()) return false;
    writer.endObject();
    return true;
  }

  private writeContent(content: Slice): bool {
    switch (jsonKind(content)) {
      case JsonKind.String:
        this.writer.raw(content);
        return true;
      case JsonKind.Array:
        return this.isMultimodal ? this.writeParts(content) : this.writeText(content);
      case JsonKind.Absent:
        return this.writeMissingContent();
      default:
        return this.place.refuse(".content", "The content must be a string or a list of parts.");
    }
  }

  private writeText(content: Slice): bool {
    if (hasDocuments(content)) {
      this.writer.raw(content);
      return true;
    }
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
  private writeMissingContent(): bool {
    const writer = this.writer;
    if (!jsonEquals(message.role, "assistant")) {
      return this.place.refuse(".content", "A message must have a content.", "missing_required_parameter");
    }
    if (jsonKind(message.refusal) == JsonKind.String) writer.raw(message.refusal);
    else if (this.isMultimodal) writer.beginArray().endArray();
    else writer.string("");
    return true;
  }

  private writeCalls(calls: Slice): bool {
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

  private copyText(key: string, value: Slice): bool {
    if (value == ABSENT) return true;
    if (jsonKind(value) != JsonKind.String) return this.place.refuse(`.${key}`, `'${key}' must be a string.`);
    this.writer.key(key).raw(value);
    return true;
  }

  /** Whether the response continues the message. */
  private copyPartial(): bool {
    const kind = jsonKind(message.partial);
    if (kind == JsonKind.Absent) return true;
    if (kind != JsonKind.True && kind != JsonKind.False) {
      return this.place.refuse(".partial", "'partial' must be true or false.");
    }
    this.writer.key("partial").raw(message.partial);
    return true;
  }

  private addSystem(): bool {
    const content = message.content;
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
