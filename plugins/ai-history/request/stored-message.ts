import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { compactJson } from "../../../assembly/json/compact";
import { jsonEquals } from "../../../assembly/json/string";
import {
  jsonFirst,
  jsonFirstKey,
  JsonKind,
  jsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
} from "../../../assembly/json/value";

const COMMA: u32 = 0x2c;
/** A message has parts, and the result of a tool has parts of its own. */
const LEVELS: i32 = 2;

/**
 * Appends a message as one line, without the marks `cache_control` on it and on its parts: a request may have four of them, which the messages of a history would
 * use up. https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
export function writeStoredMessage(message: Slice, out: ByteBuffer): void {
  writeUnmarked(message, LEVELS, out);
}

function writeUnmarked(object: Slice, levels: i32, out: ByteBuffer): void {
  const from = out.byte(0x7b).size;
  for (let key = jsonFirstKey(object); key != ABSENT;) {
    const value = jsonMemberValue(object, key);
    if (!jsonEquals(key, "cache_control")) {
      if (out.size > from) out.byte(COMMA);
      out.append(key).byte(0x3a);
      if (levels && jsonEquals(key, "content") && jsonKind(value) == JsonKind.Array) writeParts(value, levels - 1, out);
      else compactJson(value, out);
    }
    key = jsonNextKey(object, value);
  }
  out.byte(0x7d);
}

function writeParts(parts: Slice, levels: i32, out: ByteBuffer): void {
  const from = out.byte(0x5b).size;
  for (let part = jsonFirst(parts); part != ABSENT; part = jsonNext(parts, part)) {
    if (out.size > from) out.byte(COMMA);
    if (jsonKind(part) == JsonKind.Object) writeUnmarked(part, levels, out);
    else compactJson(part, out);
  }
  out.byte(0x5d);
}
