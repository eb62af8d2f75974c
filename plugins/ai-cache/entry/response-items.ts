import { Choice } from "../../../assembly/ai/hub/choices";
import { NameClasses } from "../../../assembly/ai/name-classes";
import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
} from "../../../assembly/json/value";
import { EntryWriter } from "./entry-writer";
import { ResponseShape } from "./shape";

/** The types of output items, in the only order in which a stored message has them. */
const enum Kind {
  None,
  Reasoning,
  Message,
  Call,
}

const KINDS = new NameClasses()
  .add(Kind.Reasoning, "reasoning")
  .add(Kind.Message, "message")
  .add(Kind.Call, "function_call");
/** Members that are stored, that repeat the request, or that say nothing about the message. */
const RESPONSE = new NameClasses()
  .add(1, "id object created_at completed_at status background billing incomplete_details instructions model output")
  .add(
    1,
    "max_output_tokens max_tool_calls metadata parallel_tool_calls prompt_cache_key prompt_cache_retention reasoning",
  )
  .add(1, "safety_identifier service_tier store temperature text tool_choice tools top_logprobs top_p truncation usage")
  .add(1, "user frequency_penalty presence_penalty");
const MESSAGE = new NameClasses().add(1, "id type status role content");
const REASONING = new NameClasses().add(1, "id type status summary content");
const CALL = new NameClasses().add(1, "id type status call_id name arguments");
const PART = new NameClasses().add(1, "type text");

/**
 * The output of a response object. A stored message has one item of reasoning with one part, then one message with one text, then calls of
 * functions, each of them optional. https://platform.openai.com/docs/api-reference/responses/object
 */
export class ResponseItems extends ResponseShape {
  /** Whether the client has asked for a summary of the reasoning: then it gets the stored reasoning as one. */
  private wantsSummary: bool = false;
  private kind: Kind = Kind.None;
  private calls: i32 = 0;

  /** Reads what the response has beside its output. */
  begin(response: JsonDocument): void {
    if (response.duplicate != ABSENT) this.isStorable = false;
    for (let i = 0; i < response.count; i++) if (!RESPONSE.of(response.keyAt(i))) this.lose(response.valueAt(i));
    this.readModel(response.get("model"));
    const summary = jsonGet(response.get("reasoning"), "summary");
    this.wantsSummary = jsonKind(summary) == JsonKind.String && !jsonEquals(summary, "none");
  }

  /** Gives the output, a list of items, to the writer. */
  give(output: Slice, choice: Choice, writer: EntryWriter): void {
    if (jsonFirst(output) == ABSENT) this.isStorable = false;
    for (let item = jsonFirst(output); item != ABSENT; item = jsonNext(output, item))
      this.giveItem(item, choice, writer);
  }

  private giveItem(item: Slice, choice: Choice, writer: EntryWriter): void {
    const kind: Kind = KINDS.of(jsonGet(item, "type"));
    if (kind == Kind.Call) this.giveCall(item, choice, writer);
    else if (kind == Kind.Message) {
      this.loseOthers(item, MESSAGE);
      const text = this.onlyText(jsonGet(item, "content"), "output_text");
      if (!sliceSize(text)) this.isStorable = false;
      writer.text(choice, text);
    } else if (kind == Kind.Reasoning) {
      this.loseOthers(item, REASONING);
      const summary = this.onlyText(jsonGet(item, "summary"), "summary_text");
      const text = this.onlyText(jsonGet(item, "content"), "reasoning_text");
      const isOther = this.wantsSummary ? sliceSize(text) > 0 : sliceSize(summary) > 0;
      if (isOther) this.isStorable = false;
      // Most models show nothing of their reasoning.
      if (!sliceSize(text) && !sliceSize(summary)) return;
      writer.reasoning(choice, this.wantsSummary ? summary : text);
    }
    if (kind == Kind.None || kind < this.kind || (kind == this.kind && kind != Kind.Call)) this.isStorable = false;
    this.kind = kind;
  }

  private giveCall(item: Slice, choice: Choice, writer: EntryWriter): void {
    this.loseOthers(item, CALL);
    const id = jsonContent(jsonGet(item, "call_id"));
    const call = writer.toolCall(choice, this.calls++, id, jsonContent(jsonGet(item, "name")));
    if (call) writer.toolArguments(choice, call, jsonContent(jsonGet(item, "arguments")));
    else this.isStorable = false;
  }

  /** The text of the one part of a list; ABSENT if the list is empty. */
  private onlyText(parts: Slice, type: string): Slice {
    const part = jsonFirst(parts);
    if (part == ABSENT) {
      if (parts != ABSENT) this.lose(parts);
      return ABSENT;
    }
    this.loseOthers(part, PART);
    if (jsonNext(parts, part) != ABSENT || !jsonEquals(jsonGet(part, "type"), type)) this.isStorable = false;
    return jsonContent(jsonGet(part, "text"));
  }

  /** Notes members that the stored message does not have. */
  private loseOthers(object: Slice, known: NameClasses): void {
    for (let key = jsonFirstKey(object); key != ABSENT;) {
      const value = jsonMemberValue(object, key);
      if (!known.of(key)) this.lose(value);
      key = jsonNextKey(object, value);
    }
  }
}
