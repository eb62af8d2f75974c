import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, isSpace, byteAt, Slice, sliceSize } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { keyOf, removeMember, setMember } from "../../assembly/json/member-edit";
import {
  jsonContent,
  jsonFirst,
  jsonGet,
  jsonInteger,
  jsonKind,
  JsonKind,
  jsonMemberValue,
  jsonNext,
  jsonPlain,
} from "../../assembly/json/value";
import { sseData, sseEnd } from "../../assembly/sse/encoder";

/** Thoughts beyond this many bytes are not held back any longer. */
const MOST_HELD = 1 << 20;

const name = new ByteBuffer();

/** Makes the thoughts of each message that says nothing else its content. */
export function promoteThinking(answer: JsonDocument, edit: JsonEdit): void {
  const choices = answer.get("choices");
  for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
    const message = jsonGet(choice, "message");
    const thoughts = jsonGet(message, "reasoning_content");
    if (!isText(thoughts) || !isBlank(jsonGet(message, "content")) || hasCalls(message)) continue;
    makeContent(edit, message, thoughts);
  }
}

/**
 * Thoughts of a stream, held back until it is known whether the answer says anything else. If it does, the client gets
 * them with the first words of it; if it ends without, they are the answer.
 */
export class ThinkingStream {
  /** The thoughts, still escaped as in JSON. */
  private readonly held: ByteBuffer = new ByteBuffer();
  private readonly value: ByteBuffer = new ByteBuffer();
  private isSettled: bool = false;

  /** Edits an event; `false` where it holds nothing but thoughts, which wait. */
  edit(event: JsonDocument, edit: JsonEdit): bool {
    const choice = firstChoice(event.get("choices"));
    if (this.isSettled || choice == ABSENT) return true;
    const delta = jsonGet(choice, "delta");
    const thoughts = jsonGet(delta, "reasoning_content");
    const hasThoughts = isText(thoughts);
    if (hasThoughts) this.held.append(jsonContent(thoughts));
    const isLast = jsonKind(jsonGet(choice, "finish_reason")) == JsonKind.String;
    const speaks = !isBlank(jsonGet(delta, "content")) || hasCalls(delta);
    if (speaks || isLast || this.held.size > MOST_HELD) {
      this.settle(edit, choice, delta, speaks || !isLast);
      return true;
    }
    if (!hasThoughts) return true;
    // What stands beside the thoughts, such as the role, does not wait.
    removeMember(edit, delta, "reasoning_content");
    return jsonGet(delta, "role") != ABSENT || jsonKind(event.get("usage")) == JsonKind.Object;
  }

  /** Makes the thoughts the answer where the stream ends and has not said why. */
  finish(out: ByteBuffer): void {
    if (this.isSettled) return;
    this.isSettled = true;
    if (!this.held.size) return;
    sseData(out);
    out.text(
      '{"id":"","object":"chat.completion.chunk","created":0,"model":"","choices":[{"index":0,"delta":{"content":"',
    );
    out.append(this.held.slice).text('"},"finish_reason":null}]}');
    sseEnd(out);
  }

  /** Gives the memory back. */
  free(): void {
    this.held.dispose();
    this.value.dispose();
  }

  private settle(edit: JsonEdit, choice: Slice, delta: Slice, areThoughts: bool): void {
    this.isSettled = true;
    if (!this.held.size) return;
    this.value.byte(0x22).append(this.held.slice).byte(0x22);
    const text = this.value.slice;
    if (jsonKind(delta) != JsonKind.Object) return;
    if (areThoughts) setMember(edit, delta, "reasoning_content", text);
    else makeContent(edit, delta, text);
    this.held.free();
  }
}

/** The choice that has the index 0: the others are passed on as they are. */
function firstChoice(choices: Slice): Slice {
  for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
    if (jsonInteger(jsonGet(choice, "index"), 0) == 0) return choice;
  }
  return ABSENT;
}

/** Gives a message these words as its content, and no thoughts. */
function makeContent(edit: JsonEdit, message: Slice, text: Slice): void {
  const thoughts = keyOf(message, "reasoning_content");
  if (thoughts == ABSENT || jsonGet(message, "content") != ABSENT) {
    setMember(edit, message, "content", text);
    removeMember(edit, message, "reasoning_content");
    return;
  }
  name.clear();
  edit.replace(thoughts, name.text('"content"').slice);
  edit.replace(jsonMemberValue(message, thoughts), text);
}

function hasCalls(message: Slice): bool {
  return jsonFirst(jsonGet(message, "tool_calls")) != ABSENT;
}

function isText(value: Slice): bool {
  return sliceSize(jsonContent(value)) > 0;
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
