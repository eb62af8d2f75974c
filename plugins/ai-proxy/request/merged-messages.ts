import { ABSENT, indexOfByte, Slice, slicesEqual } from "../../../assembly/bytes/slice";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  jsonKind,
  JsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
} from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { ByteBuffer } from "../../../assembly/bytes/buffer";

/** A message with more fields beside role and content is not merged; each field is compared with those of the others. */
const MOST_FIELDS = 16;
/** The most fields, beside role and content, of the message that several become. */
const MOST_IN_ALL = 32;
const BACKSLASH = 0x5c;

const joined = new ByteBuffer();

/**
 * Messages of one role, user or assistant, that follow each other and can become one: each has a content, none has tool
 * calls, and no field says something else in another of them. Reading a message costs no more than its length.
 */
export class MergedMessages {
  private role: Slice = ABSENT;
  private isOpen: bool = false;
  private readonly keys: StaticArray<Slice> = new StaticArray<Slice>(MOST_IN_ALL);
  private readonly values: StaticArray<Slice> = new StaticArray<Slice>(MOST_IN_ALL);
  private fields: i32 = 0;

  /** Starts over with a message; gives whether others can be added to it. */
  begin(message: Slice): bool {
    this.role = ABSENT;
    this.fields = 0;
    this.isOpen = this.read(message);
    return this.isOpen;
  }

  /** Adds the next message; `false`, and nothing changed, where it cannot become one with those before. */
  add(message: Slice): bool {
    const before = this.fields;
    if (this.isOpen && this.read(message)) return true;
    this.fields = before;
    return false;
  }

  /** Writes the messages from `first` to `last`, which are those that were added, as one with the fields of all. */
  write(messages: Slice, first: Slice, last: Slice, writer: JsonWriter): void {
    writer.beginObject().key("role").raw(this.role).key("content");
    if (!writeText(messages, first, last, writer)) writeParts(messages, first, last, writer);
    for (let i = 0; i < this.fields; i++) writer.rawKey(this.keys[i]).raw(this.values[i]);
    writer.endObject();
  }

  private read(message: Slice): bool {
    let role = ABSENT;
    let kind = JsonKind.Absent;
    let own = 0;
    for (let key = jsonFirstKey(message); key != ABSENT;) {
      const value = jsonMemberValue(message, key);
      if (jsonEquals(key, "role")) role = value;
      else if (jsonEquals(key, "content")) kind = jsonKind(value);
      else if (jsonEquals(key, "tool_calls") || jsonEquals(key, "function_call")) return false;
      else if (++own > MOST_FIELDS || !this.take(key, value)) return false;
      key = jsonNextKey(message, value);
    }
    if (kind != JsonKind.String && kind != JsonKind.Array) return false;
    if (this.role != ABSENT) return slicesEqual(role, this.role);
    this.role = role;
    return jsonEquals(role, "user") || jsonEquals(role, "assistant");
  }

  /** Notes a field; `false` if it says something else than before. Keys are compared as they are written. */
  private take(key: Slice, value: Slice): bool {
    // Written with an escape it may be one that stands there without.
    if (indexOfByte(key, BACKSLASH) >= 0) return false;
    for (let i = 0; i < this.fields; i++) {
      if (slicesEqual(unchecked(this.keys[i]), key)) return slicesEqual(unchecked(this.values[i]), value);
    }
    if (this.fields == MOST_IN_ALL) return false;
    this.keys[this.fields] = key;
    this.values[this.fields++] = value;
    return true;
  }
}

/** Texts, with a blank line between them. */
function writeText(messages: Slice, first: Slice, last: Slice, writer: JsonWriter): bool {
  joined.release(64 * 1024);
  for (let message = first; message != ABSENT; message = next(messages, message, last)) {
    const content = jsonGet(message, "content");
    if (jsonKind(content) != JsonKind.String) return false;
    joined.text(message == first ? '"' : "\\n\\n").append(jsonContent(content));
  }
  writer.raw(joined.byte(0x22).slice);
  return true;
}

function writeParts(messages: Slice, first: Slice, last: Slice, writer: JsonWriter): void {
  writer.beginArray();
  for (let message = first; message != ABSENT; message = next(messages, message, last)) {
    const content = jsonGet(message, "content");
    if (jsonKind(content) == JsonKind.String) {
      writer.beginObject().key("type").string("text").key("text").raw(content).endObject();
    }
    for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) writer.raw(part);
  }
  writer.endArray();
}

function next(messages: Slice, message: Slice, last: Slice): Slice {
  return message == last ? ABSENT : jsonNext(messages, message);
}
