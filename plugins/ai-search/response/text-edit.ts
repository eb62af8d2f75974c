import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { JsonEdit } from "../../../assembly/json/edit";
import { setMember } from "../../../assembly/json/member-edit";
import { jsonContent, jsonFirst, jsonGet, jsonNext } from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { CitationForm, Citations } from "./citations";
import { Placement } from "./placement";
import { SourceList } from "./source-list";

const QUOTE: u32 = 0x22;
const KEPT_BYTES: i32 = 16 << 10;

const placement = new Placement();
const citations = new Citations();
const value = new ByteBuffer();
const json = new JsonWriter(value);

/** Replaces a whole text, a JSON string, by the text with references. Returns `false` if it has none before it: a blank text stays as it is. */
export function placeReferences(edit: JsonEdit, text: Slice, sources: SourceList): bool {
  placement.reset();
  value.release(KEPT_BYTES);
  value.byte(QUOTE);
  placement.write(jsonContent(text), true, sources, value);
  value.byte(QUOTE);
  edit.replace(text, value.slice);
  return placement.hasReferences;
}

/** Adds the annotations of a whole text to the object that has it, behind those that it has. */
export function addAnnotations(
  edit: JsonEdit,
  object: Slice,
  text: Slice,
  sources: SourceList,
  form: CitationForm,
): void {
  citations.reset();
  citations.push(jsonContent(text), sources.count);
  value.release(KEPT_BYTES);
  json.reset().beginArray();
  const own = jsonGet(object, "annotations");
  for (let item = jsonFirst(own); item != ABSENT; item = jsonNext(own, item)) json.raw(item);
  citations.write(sources, form, json);
  json.endArray();
  setMember(edit, object, "annotations", value.slice);
}
