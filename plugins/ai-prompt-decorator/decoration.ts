import { Api } from "../../assembly/ai/api";
import { readPromptMember } from "../../assembly/ai/prompt/reader";
import { PromptRole } from "../../assembly/ai/prompt/role";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize, subslice, trimmed } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { Splice } from "../../assembly/json/splice";
import { jsonContent, jsonEquals, jsonFirst, JsonKind, jsonKind, jsonNext } from "../../assembly/json/value";
import { AddedText } from "./added-text";
import { AiPromptDecoratorConfig } from "./config";
import { TextEditor } from "./text-editor";

/** An empty line between two texts, as JSON. */
const SEPARATOR = "\\n\\n";

const splice = new Splice();
/** Applies the replacements; says why a body was not decorated. */
export const editor = new TextEditor(splice);

/** Which of the added texts are written. */
const enum Chosen {
  All,
  /** The system's: they have a member of their own. */
  System,
  /** The others. */
  Messages,
}

/**
 * Writes the decorated body of a request of an API to `out`. Returns `false` if the body stays as it is: it has no prompt, or
 * `editor.hasFailed`.
 */
export function decorate(config: AiPromptDecoratorConfig, api: Api, body: JsonDocument, out: ByteBuffer): bool {
  splice.begin(body.text, out);
  editor.begin(config.replace, sliceSize(body.text));
  const isResponses = api == Api.Responses;
  const isMessages = api == Api.Messages || api == Api.CountTokens;
  const list = isResponses ? "input" : "messages";
  const system = isResponses ? "instructions" : isMessages ? "system" : "";
  const hasList = body.get(list) != ABSENT;
  const isCompletion = !hasList && (api == Api.Completions || api == Api.Complete);
  if (!hasList && !isCompletion && !(isResponses && body.get("prompt") != ABSENT)) return replaceOnly(body);
  if (system.length && body.get(system) == ABSENT) insertSystem(config, system, body);
  if (isResponses && !hasList) insertInput(config, body);
  for (let i = 0; i < body.count && !editor.hasFailed; i++) {
    const key = body.keyAt(i);
    const value = body.valueAt(i);
    const kind = jsonKind(value);
    if (jsonEquals(key, list)) {
      if (isResponses && kind == JsonKind.String) decorateInput(config, value);
      else decorateList(config, key, value, system.length ? Chosen.Messages : Chosen.All);
    } else if (system.length && jsonEquals(key, system)) decorateSystem(config, key, value);
    else if (!isCompletion || !jsonEquals(key, "prompt")) readPromptMember(key, value, editor);
    else if (kind == JsonKind.String) decorateText(config, value, PromptRole.User, Chosen.All);
    else {
      for (let item = jsonFirst(value); item != ABSENT && !editor.hasFailed; item = jsonNext(value, item)) {
        if (jsonKind(item) == JsonKind.String) decorateText(config, item, PromptRole.User, Chosen.All);
      }
    }
  }
  splice.end();
  return splice.changed && !editor.hasFailed;
}

/** Applies the replacements to a body of another format, which has no place for added texts. */
function replaceOnly(body: JsonDocument): bool {
  for (let i = 0; i < body.count && !editor.hasFailed; i++) readPromptMember(body.keyAt(i), body.valueAt(i), editor);
  splice.end();
  return splice.changed && !editor.hasFailed;
}

/** Adds messages to the text of Responses, which becomes a message of a list. */
function decorateInput(config: AiPromptDecoratorConfig, text: Slice): void {
  const before = countOf(config.prepend, Chosen.Messages);
  if (before + countOf(config.append, Chosen.Messages) == 0) return editor.text(text, PromptRole.User, true);
  const out = splice.insteadOf(text).byte(0x5b);
  writeMessages(config.prepend, Chosen.Messages, false, out);
  out.text(before ? ',{"role":"user","content":"' : '{"role":"user","content":"');
  editor.writeContent(text, PromptRole.User, out);
  out.text('"}');
  writeMessages(config.append, Chosen.Messages, true, out);
  out.byte(0x5d);
}

/** Adds messages to a list of messages. */
function decorateList(config: AiPromptDecoratorConfig, key: Slice, value: Slice, chosen: Chosen): void {
  const before = countOf(config.prepend, chosen);
  const after = countOf(config.append, chosen);
  if (before + after == 0 || jsonKind(value) != JsonKind.Array) return readPromptMember(key, value, editor);
  const opening = subslice(value, 0, 1);
  const isEmpty = jsonFirst(value) == ABSENT;
  if (before) {
    const out = splice.behind(opening);
    writeMessages(config.prepend, chosen, false, out);
    if (!isEmpty) out.byte(0x2c);
  }
  readPromptMember(key, value, editor);
  if (!after) return;
  const content = trimmed(subslice(value, 1, sliceSize(value) - 1));
  const out = splice.behind(isEmpty ? opening : content);
  writeMessages(config.append, chosen, before > 0 || !isEmpty, out);
}

/** Adds to the member that has the text of the system: a text, or a list of blocks. */
function decorateSystem(config: AiPromptDecoratorConfig, key: Slice, value: Slice): void {
  const before = countOf(config.prepend, Chosen.System);
  const after = countOf(config.append, Chosen.System);
  const kind = jsonKind(value);
  if (before + after == 0) return readPromptMember(key, value, editor);
  if (kind == JsonKind.String || kind == JsonKind.Null)
    return decorateText(config, value, PromptRole.System, Chosen.System);
  if (kind != JsonKind.Array) return;
  const opening = subslice(value, 0, 1);
  const isEmpty = jsonFirst(value) == ABSENT;
  if (before) {
    const out = splice.behind(opening);
    writeBlock(config.prepend, out);
    if (!isEmpty) out.byte(0x2c);
  }
  readPromptMember(key, value, editor);
  if (!after) return;
  const content = trimmed(subslice(value, 1, sliceSize(value) - 1));
  const out = splice.behind(isEmpty ? opening : content);
  if (before || !isEmpty) out.byte(0x2c);
  writeBlock(config.append, out);
}

/** Adds to a text, with an empty line between. */
function decorateText(config: AiPromptDecoratorConfig, value: Slice, role: PromptRole, chosen: Chosen): void {
  const out = splice.insteadOf(value).byte(0x22);
  let has = writeTexts(config.prepend, chosen, false, out);
  if (sliceSize(jsonContent(value)) > 0 && jsonKind(value) == JsonKind.String) {
    if (has) out.text(SEPARATOR);
    editor.writeContent(value, role, out);
    has = true;
  }
  writeTexts(config.append, chosen, has, out);
  out.byte(0x22);
}

function insertSystem(config: AiPromptDecoratorConfig, name: string, body: JsonDocument): void {
  if (countOf(config.prepend, Chosen.System) + countOf(config.append, Chosen.System) == 0) return;
  const out = splice
    .behind(subslice(body.root, 0, 1))
    .byte(0x22)
    .text(name)
    .text('":"');
  const has = writeTexts(config.prepend, Chosen.System, false, out);
  writeTexts(config.append, Chosen.System, has, out);
  out.text('",');
}

function insertInput(config: AiPromptDecoratorConfig, body: JsonDocument): void {
  if (countOf(config.prepend, Chosen.Messages) + countOf(config.append, Chosen.Messages) == 0) return;
  const out = splice.behind(subslice(body.root, 0, 1)).text('"input":[');
  const has = writeMessages(config.prepend, Chosen.Messages, false, out);
  writeMessages(config.append, Chosen.Messages, has, out);
  out.text("],");
}

function countOf(texts: AddedText[], chosen: Chosen): i32 {
  let count = 0;
  for (let i = 0; i < texts.length; i++) if (isChosen(texts[i], chosen)) count++;
  return count;
}

function isChosen(text: AddedText, chosen: Chosen): bool {
  return chosen == Chosen.All || (chosen == Chosen.System) == (text.role == PromptRole.System);
}

/** Writes messages with commas between. Returns whether there is a message. */
function writeMessages(texts: AddedText[], chosen: Chosen, isBehind: bool, out: ByteBuffer): bool {
  let has = isBehind;
  for (let i = 0; i < texts.length; i++) {
    if (!isChosen(texts[i], chosen)) continue;
    if (has) out.byte(0x2c);
    has = true;
    out.text('{"role":"').text(texts[i].roleName).text('","content":"');
    editor.writeAdded(texts[i], out);
    out.text('"}');
  }
  return has;
}

/** Writes texts with an empty line between. Returns whether there is a text. */
function writeTexts(texts: AddedText[], chosen: Chosen, isBehind: bool, out: ByteBuffer): bool {
  let has = isBehind;
  for (let i = 0; i < texts.length; i++) {
    if (!isChosen(texts[i], chosen)) continue;
    if (has) out.text(SEPARATOR);
    has = true;
    editor.writeAdded(texts[i], out);
  }
  return has;
}

/** A block of Messages with the texts of the system. https://docs.claude.com/en/api/messages */
function writeBlock(texts: AddedText[], out: ByteBuffer): void {
  out.text('{"type":"text","text":"');
  writeTexts(texts, Chosen.System, false, out);
  out.text('"}');
}
