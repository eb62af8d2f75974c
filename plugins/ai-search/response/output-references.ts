import { writeItem } from "../../../assembly/ai/response-item";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonEdit } from "../../../assembly/json/edit";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonNext,
} from "../../../assembly/json/value";
import { CitationForm } from "./citations";
import { writeBehind } from "./placement";
import { SourceList } from "./source-list";
import { addAnnotations, placeReferences } from "./text-edit";

const QUOTE: u32 = 0x22;
const KEPT_BYTES: i32 = 16 << 10;

const value = new ByteBuffer();
const id = new ByteBuffer();
const text = new ByteBuffer();

/**
 * Puts references into the output of a response of OpenAI's: annotations into each text, or a text into the first one, or behind the output as a message
 * of its own if that ends with a message. https://platform.openai.com/docs/api-reference/responses/object
 */
export function editOutput(edit: JsonEdit, response: Slice, sources: SourceList): void {
  const output = jsonGet(response, "output");
  let last = ABSENT;
  for (let item = jsonFirst(output); item != ABSENT; item = jsonNext(output, item)) {
    last = item;
    if (!sources.isBehind && editItem(edit, item, sources) && !sources.annotates) return;
  }
  if (!sources.isBehind || !hasText(last)) return;
  value.release(KEPT_BYTES);
  value.append(last).byte(0x2c);
  writeItem(value, referencesId(jsonGet(last, "id")), referencesText(sources));
  edit.replace(last, value.slice);
}

/** Puts references into an item of the output, but not behind it. Returns whether it has a text. */
export function editItem(edit: JsonEdit, item: Slice, sources: SourceList): bool {
  const parts = jsonGet(item, "content");
  let isFound = false;
  for (let part = jsonFirst(parts); part != ABSENT; part = jsonNext(parts, part)) {
    if (!editPart(edit, part, sources)) continue;
    if (!sources.annotates) return true;
    isFound = true;
  }
  return isFound;
}

/** `editItem` for a part of an item. */
export function editPart(edit: JsonEdit, part: Slice, sources: SourceList): bool {
  const content = textOf(part);
  if (content == ABSENT) return false;
  if (sources.annotates) addAnnotations(edit, part, content, sources, CitationForm.Responses);
  else placeReferences(edit, content, sources);
  return true;
}

/** The id of the message with the references, behind the last item with this id, as the content of a JSON string. Valid until the next call. */
export function referencesId(last: Slice): Slice {
  id.clear();
  if (jsonKind(last) == JsonKind.String) id.append(jsonContent(last));
  else id.text("msg");
  return id.text("_references").slice;
}

/** The text of the message with the references, as a JSON string. Valid until the next call. */
export function referencesText(sources: SourceList): Slice {
  text.release(KEPT_BYTES);
  text.byte(QUOTE);
  writeBehind(sources, text);
  return text.byte(QUOTE).slice;
}

function hasText(item: Slice): bool {
  const parts = jsonGet(item, "content");
  for (let part = jsonFirst(parts); part != ABSENT; part = jsonNext(parts, part))
    if (textOf(part) != ABSENT) return true;
  return false;
}

/** The text of a part, a JSON string; `ABSENT` if it has none, or an empty one. */
function textOf(part: Slice): Slice {
  const content = jsonGet(part, "text");
  const isText = jsonEquals(jsonGet(part, "type"), "output_text") && jsonKind(content) == JsonKind.String;
  return isText && sliceSize(content) > 2 ? content : ABSENT;
}
