import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonNext,
} from "../../../assembly/json/value";

/**
 * Reads a content that is a list of parts of the types `thinking` and `text`, as Mistral's reasoning models write it; appends
 * the contents of JSON strings. Parts of other types beside reasoning are lost: a text cannot hold them. Returns `false`, and
 * appends nothing, if there are such parts and no reasoning.
 * https://docs.mistral.ai/capabilities/reasoning
 */
export function readParts(parts: Slice, reasoning: ByteBuffer, content: ByteBuffer): bool {
  let hasOthers = false;
  let thinks = false;
  for (let part = jsonFirst(parts); part != ABSENT; part = jsonNext(parts, part)) {
    const type = jsonGet(part, "type");
    if (jsonEquals(type, "thinking")) thinks = true;
    else if (!jsonEquals(type, "text")) hasOthers = true;
  }
  if (hasOthers && !thinks) return false;
  for (let part = jsonFirst(parts); part != ABSENT; part = jsonNext(parts, part)) {
    if (jsonEquals(jsonGet(part, "type"), "text")) append(jsonGet(part, "text"), content);
    else readThinking(jsonGet(part, "thinking"), reasoning);
  }
  return true;
}

function readThinking(thinking: Slice, reasoning: ByteBuffer): void {
  append(thinking, reasoning);
  for (let part = jsonFirst(thinking); part != ABSENT; part = jsonNext(thinking, part)) {
    append(jsonGet(part, "text"), reasoning);
  }
}

function append(text: Slice, out: ByteBuffer): void {
  if (jsonKind(text) == JsonKind.String) out.append(jsonContent(text));
}
