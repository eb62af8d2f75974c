import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { JsonError } from "../../../assembly/json/validate";
import { jsonEquals, jsonFirst, jsonGet, JsonKind, jsonKind, jsonNext } from "../../../assembly/json/value";
import { CitationForm } from "./citations";
import { editOutput } from "./output-references";
import { writeBehind } from "./placement";
import { SourceList } from "./source-list";
import { addAnnotations, placeReferences } from "./text-edit";

const KEPT_BYTES: i32 = 16 << 10;

const document = new JsonDocument();
const edit = new JsonEdit();
const value = new ByteBuffer();

/** Writes a whole response with the references: of chat completions, Responses or Messages. Returns `false` if nothing changes. */
export function writeBody(body: Slice, sources: SourceList, out: ByteBuffer): bool {
  if (document.parse(body) != JsonError.None || !document.isObject) return false;
  edit.begin(document);
  const choices = document.get("choices");
  if (jsonKind(choices) == JsonKind.Array) editChoices(choices, sources);
  else if (jsonKind(document.get("output")) == JsonKind.Array) editOutput(edit, document.root, sources);
  else editMessage(document.get("content"), sources);
  if (!edit.changed) return false;
  edit.write(out);
  return true;
}

function editChoices(choices: Slice, sources: SourceList): void {
  for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
    const message = jsonGet(choice, "message");
    const content = jsonGet(message, "content");
    if (jsonKind(content) != JsonKind.String || sliceSize(content) == 2) continue;
    if (sources.annotates) addAnnotations(edit, message, content, sources, CitationForm.Chat);
    else placeReferences(edit, content, sources);
  }
}

/** The first text that is not blank gets references before it; references behind the message are a block of their own, unless a tool is called. */
function editMessage(blocks: Slice, sources: SourceList): void {
  let hasText = false;
  let last = ABSENT;
  for (let block = jsonFirst(blocks); block != ABSENT; block = jsonNext(blocks, block)) {
    const type = jsonGet(block, "type");
    const text = jsonGet(block, "text");
    last = block;
    if (sources.isTail && jsonEquals(type, "tool_use")) return;
    if (!jsonEquals(type, "text") || jsonKind(text) != JsonKind.String || sliceSize(text) == 2) continue;
    if (!sources.isTail && placeReferences(edit, text, sources)) return;
    hasText = true;
  }
  if (!sources.isTail || !hasText) return;
  value.release(KEPT_BYTES);
  value.append(last).text(',{"type":"text","text":"');
  writeBehind(sources, value);
  value.text('"}');
  edit.replace(last, value.slice);
}
