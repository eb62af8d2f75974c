import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { setMember } from "../../../assembly/json/member-edit";
import { JsonError } from "../../../assembly/json/validate";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonNext,
} from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { Citations } from "./citations";
import { Placement, writeBehind } from "./placement";
import { SourceList } from "./source-list";

const QUOTE: u32 = 0x22;
const KEPT_BYTES: i32 = 16 << 10;

const document = new JsonDocument();
const edit = new JsonEdit();
const placement = new Placement();
const citations = new Citations();
const value = new ByteBuffer();
const json = new JsonWriter(value);

/** Writes a whole response with the references: a chat completion, or a message of Anthropic. Returns `false` if nothing changes. */
export function writeBody(body: Slice, sources: SourceList, out: ByteBuffer): bool {
  if (document.parse(body) != JsonError.None || !document.isObject) return false;
  edit.begin(document);
  const choices = document.get("choices");
  if (jsonKind(choices) == JsonKind.Array) {
    for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
      const message = jsonGet(choice, "message");
      const content = jsonGet(message, "content");
      if (jsonKind(content) != JsonKind.String || sliceSize(content) == 2) continue;
      if (sources.annotates) annotate(message, content, sources);
      else replace(content, sources);
    }
  } else editMessage(document.get("content"), sources);
  value.release(KEPT_BYTES);
  if (!edit.changed) return false;
  edit.write(out);
  return true;
}

/** Replaces a text by the text with references. */
function replace(content: Slice, sources: SourceList): void {
  placement.reset();
  value.clear();
  value.byte(QUOTE);
  placement.write(jsonContent(content), true, sources, value);
  value.byte(QUOTE);
  edit.replace(content, value.slice);
}

/** Adds annotations behind those that the message has. */
function annotate(message: Slice, content: Slice, sources: SourceList): void {
  citations.reset();
  citations.push(jsonContent(content), sources.count);
  value.clear();
  json.reset().beginArray();
  const own = jsonGet(message, "annotations");
  for (let item = jsonFirst(own); item != ABSENT; item = jsonNext(own, item)) json.raw(item);
  citations.write(sources, json);
  json.endArray();
  setMember(edit, message, "annotations", value.slice);
}

/** The first text gets references before it; references behind the message are a block of their own, unless a tool is called. */
function editMessage(blocks: Slice, sources: SourceList): void {
  let hasText = false;
  let last = ABSENT;
  for (let block = jsonFirst(blocks); block != ABSENT; block = jsonNext(blocks, block)) {
    const type = jsonGet(block, "type");
    const text = jsonGet(block, "text");
    last = block;
    if (sources.isTail && jsonEquals(type, "tool_use")) return;
    if (!jsonEquals(type, "text") || jsonKind(text) != JsonKind.String || sliceSize(text) == 2) continue;
    if (!sources.isTail) return replace(text, sources);
    hasText = true;
  }
  if (!hasText) return;
  value.clear();
  value.append(last).text(',{"type":"text","text":"');
  writeBehind(sources, value);
  value.text('"}');
  edit.replace(last, value.slice);
}
