import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonEdit } from "../../../assembly/json/edit";
import { setMember } from "../../../assembly/json/member-edit";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  jsonKind,
  JsonKind,
  jsonMemberValue,
  jsonNextKey,
} from "../../../assembly/json/value";
import {
  makeContent,
  REASONING,
  REASONING_CONTENT,
  reasoningField,
  removeReasoning,
  saysSomething,
} from "./promote-reasoning";

const QUOTE = 0x22;

const added = new ByteBuffer();

/** The reasoning of one choice of a stream, held back until it is known whether the choice says anything else. */
export class HeldReasoning {
  /** Whether nothing is held back any longer. */
  isSettled: bool = false;
  /** A JSON string without its last quote. */
  private readonly held: ByteBuffer = new ByteBuffer();
  private field: string = REASONING_CONTENT;

  constructor(readonly index: i64) {}

  /** The number of bytes that are held. */
  get size(): i32 {
    return this.held.size;
  }

  /** Edits the choice of an event; `mayHold`: there is room for more. Gives whether the client has something of it now. */
  edit(edit: JsonEdit, choice: Slice, mayHold: bool): bool {
    const delta = jsonGet(choice, "delta");
    const field = reasoningField(delta);
    const hasReasoning = field.length > 0;
    if (hasReasoning) this.hold(field, jsonContent(jsonGet(delta, field)));
    const isLast = sliceSize(jsonContent(jsonGet(choice, "finish_reason"))) > 0;
    const speaks = saysSomething(delta);
    if (speaks || isLast || !mayHold) {
      this.settle(edit, choice, delta, speaks || !isLast);
      return true;
    }
    if (!hasReasoning) return true;
    removeReasoning(edit, delta, field);
    return hasMore(delta) || jsonKind(jsonGet(choice, "logprobs")) == JsonKind.Object;
  }

  /** Appends what is held as a choice of a chunk, as its content or as reasoning. */
  write(out: ByteBuffer, isContent: bool): void {
    out
      .text('{"index":')
      .integer(this.index)
      .text(',"delta":{"')
      .text(isContent ? "content" : this.field)
      .text('":');
    out.append(this.held.byte(QUOTE).slice).text('},"finish_reason":null}');
    this.release();
  }

  /** Gives the memory back. */
  free(): void {
    this.held.dispose();
  }

  private hold(field: string, text: Slice): void {
    if (!this.held.size) this.held.byte(QUOTE);
    this.field = field;
    this.held.append(text);
  }

  private settle(edit: JsonEdit, choice: Slice, delta: Slice, isReasoning: bool): void {
    if (this.held.size) {
      const text = this.held.byte(QUOTE).slice;
      if (jsonKind(delta) != JsonKind.Object) {
        added.clear();
        added
          .text('{"')
          .text(isReasoning ? this.field : "content")
          .text('":')
          .append(text)
          .byte(0x7d);
        setMember(edit, choice, "delta", added.slice);
      } else if (isReasoning) setMember(edit, delta, this.field, text);
      else makeContent(edit, delta, this.field, text);
    }
    this.release();
  }

  private release(): void {
    this.isSettled = true;
    this.held.free();
  }
}

/** Whether a delta has a member that says something beside reasoning, be it the role. */
function hasMore(delta: Slice): bool {
  for (let key = jsonFirstKey(delta); key != ABSENT;) {
    const value = jsonMemberValue(delta, key);
    if (!jsonEquals(key, REASONING_CONTENT) && !jsonEquals(key, REASONING) && !isEmpty(value)) return true;
    key = jsonNextKey(delta, value);
  }
  return false;
}

function isEmpty(value: Slice): bool {
  const kind = jsonKind(value);
  if (kind == JsonKind.String) return sliceSize(jsonContent(value)) == 0;
  return kind == JsonKind.Null || (kind == JsonKind.Array && jsonFirst(value) == ABSENT);
}
