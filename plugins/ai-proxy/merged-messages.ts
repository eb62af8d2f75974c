import { ABSENT, Slice, slicesEqual } from "../../assembly/bytes/slice";
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
} from "../../assembly/json/value";
import { JsonWriter } from "../../assembly/json/writer";
import { ByteBuffer } from "../../assembly/bytes/buffer";

const joined = new ByteBuffer();

/**
 * Whether a message can become one with all those from `first` up to it: of the same role, user or assistant, each with a
 * content, without tool calls, and without a field that says something else in another of them.
 */
export function mergesWith(messages: Slice, first: Slice, message: Slice): bool {
  const role = jsonGet(first, "role");
  if (!jsonEquals(role, "user") && !jsonEquals(role, "assistant")) return false;
  if (!isSpoken(first) || !isSpoken(message) || !slicesEqual(role, jsonGet(message, "role"))) return false;
  if (!hasMore(message)) return true;
  for (let other = first; other != ABSENT && other != message; other = jsonNext(messages, other)) {
    if (!agrees(other, message)) return false;
  }
  return true;
}

/** Writes the messages from `first` to `last` as one, with the fields of all. */
export function writeMerged(messages: Slice, first: Slice, last: Slice, writer: JsonWriter): void {
  writer.beginObject().key("role").raw(jsonGet(first, "role")).key("content");
  if (!writeText(messages, first, last, writer)) writeParts(messages, first, last, writer);
  for (let message = first; message != ABSENT; message = next(messages, message, last)) {
    for (let key = jsonFirstKey(message); key != ABSENT;) {
      const value = jsonMemberValue(message, key);
      const isOwn = jsonEquals(key, "role") || jsonEquals(key, "content");
      if (!isOwn && !isWritten(messages, first, message, key)) writer.rawKey(key).raw(value);
      key = jsonNextKey(message, value);
    }
  }
  writer.endObject();
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

function isSpoken(message: Slice): bool {
  const kind = jsonKind(jsonGet(message, "content"));
  if (kind != JsonKind.String && kind != JsonKind.Array) return false;
  return jsonGet(message, "tool_calls") == ABSENT && jsonGet(message, "function_call") == ABSENT;
}

/** Whether the message has more than a role and a content. */
function hasMore(message: Slice): bool {
  for (let key = jsonFirstKey(message); key != ABSENT;) {
    if (!jsonEquals(key, "role") && !jsonEquals(key, "content")) return true;
    key = jsonNextKey(message, jsonMemberValue(message, key));
  }
  return false;
}

function agrees(one: Slice, other: Slice): bool {
  for (let key = jsonFirstKey(other); key != ABSENT;) {
    const value = jsonMemberValue(other, key);
    const theirs = valueOf(one, key);
    if (!jsonEquals(key, "content") && theirs != ABSENT && !slicesEqual(theirs, value)) return false;
    key = jsonNextKey(other, value);
  }
  return true;
}

function isWritten(messages: Slice, first: Slice, message: Slice, key: Slice): bool {
  for (let before = first; before != message; before = jsonNext(messages, before)) {
    if (valueOf(before, key) != ABSENT) return true;
  }
  return false;
}

/** The member of that key token; keys are compared as they are written. */
function valueOf(object: Slice, key: Slice): Slice {
  for (let token = jsonFirstKey(object); token != ABSENT;) {
    const value = jsonMemberValue(object, token);
    if (slicesEqual(token, key)) return value;
    token = jsonNextKey(object, value);
  }
  return ABSENT;
}
