import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, byteAt, isSpace, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { keyOf, removeMember, setMember } from "../../../assembly/json/member-edit";
import {
  jsonContent,
  jsonFirst,
  jsonGet,
  jsonKind,
  JsonKind,
  jsonMemberValue,
  jsonNext,
  jsonPlain,
} from "../../../assembly/json/value";

/** The name of reasoning with DeepSeek, Qwen and others. https://api-docs.deepseek.com/guides/reasoning_model */
export const REASONING_CONTENT = "reasoning_content";
/** Its name with Ollama and newer servers of vLLM. https://docs.vllm.ai/en/latest/features/reasoning_outputs/ */
export const REASONING = "reasoning";

const name = new ByteBuffer();

/** Makes the reasoning of each message that says nothing else its content. */
export function promoteReasoning(response: JsonDocument, edit: JsonEdit): void {
  const choices = response.get("choices");
  for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
    const message = jsonGet(choice, "message");
    const field = reasoningField(message);
    if (field.length && !saysSomething(message)) makeContent(edit, message, field, jsonGet(message, field));
  }
}

/** The member that holds a message's reasoning; "" where it has none. */
export function reasoningField(message: Slice): string {
  if (isText(jsonGet(message, REASONING_CONTENT))) return REASONING_CONTENT;
  return isText(jsonGet(message, REASONING)) ? REASONING : "";
}

/** Whether a message has something for the user beside reasoning: words, a refusal, sound, or calls. */
export function saysSomething(message: Slice): bool {
  return !isBlank(jsonGet(message, "content")) || saysBesideContent(message);
}

/** Whether a message has a refusal, sound, or calls. */
export function saysBesideContent(message: Slice): bool {
  return (
    jsonFirst(jsonGet(message, "tool_calls")) != ABSENT ||
    isText(jsonGet(message, "refusal")) ||
    jsonKind(jsonGet(message, "function_call")) == JsonKind.Object ||
    jsonKind(jsonGet(message, "audio")) == JsonKind.Object
  );
}

/** Gives a message this text (a JSON string) as its content, and no reasoning; `field` is where its reasoning stands. */
export function makeContent(edit: JsonEdit, message: Slice, field: string, text: Slice): void {
  const reasoning = keyOf(message, field);
  dropOther(edit, message, field);
  if (reasoning == ABSENT || jsonGet(message, "content") != ABSENT) {
    setMember(edit, message, "content", text);
    removeMember(edit, message, field);
    return;
  }
  name.clear();
  edit.replace(reasoning, name.text('"content"').slice);
  edit.replace(jsonMemberValue(message, reasoning), text);
}

/** Takes the reasoning out of a message. */
export function removeReasoning(edit: JsonEdit, message: Slice, field: string): void {
  dropOther(edit, message, field);
  removeMember(edit, message, field);
}

/** Some servers write the same reasoning under both names: the second becomes `null`. */
function dropOther(edit: JsonEdit, message: Slice, field: string): void {
  const value = jsonGet(message, field == REASONING ? REASONING_CONTENT : REASONING);
  if (!isText(value)) return;
  name.clear();
  edit.replace(value, name.text("null").slice);
}

/** Whether a value is a text that is not empty. */
export function isText(value: Slice): bool {
  return jsonKind(value) == JsonKind.String && sliceSize(jsonContent(value)) > 0;
}

/** Whether a content says nothing: it is missing, `null`, empty, or white space. */
function isBlank(content: Slice): bool {
  const kind = jsonKind(content);
  if (kind == JsonKind.Array) return jsonFirst(content) == ABSENT;
  const text = jsonPlain(content);
  if (kind == JsonKind.String && text == ABSENT) return isEscapedSpace(jsonContent(content));
  for (let i = 0; i < sliceSize(text); i++) if (!isSpace(byteAt(text, i))) return false;
  return kind == JsonKind.String || kind == JsonKind.Null || kind == JsonKind.Absent;
}

/** Whether there is nothing but white space, some of it as `\n`, `\r` or `\t`. */
function isEscapedSpace(text: Slice): bool {
  for (let i = 0; i < sliceSize(text); i++) {
    if (isSpace(byteAt(text, i))) continue;
    if (byteAt(text, i) != 0x5c || i + 1 == sliceSize(text)) return false;
    const letter = byteAt(text, ++i);
    if (letter != 0x6e && letter != 0x72 && letter != 0x74) return false;
  }
  return true;
}
