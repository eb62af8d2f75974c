import { NameClasses } from "../../../assembly/ai/name-classes";
import { Slice, sliceSize } from "../../../assembly/bytes/slice";
import { jsonContent, jsonEquals, jsonGet, jsonInteger, JsonKind, jsonKind } from "../../../assembly/json/value";
import { JsonWalker } from "../../../assembly/json/walker";
import { ResponseShape } from "./shape";

/** What the members of a chat's response are for an entry. */
const enum Part {
  /** Nothing that is known: it is lost, unless it is empty. */
  Unknown,
  /** It is stored, or says nothing about the message. */
  Plain,
  Model,
  Created,
  /** Whether it has failed. */
  Outcome,
  Choices,
  Message,
  Index,
  Finish,
  Text,
  ToolCalls,
}

/**
 * What servers add to each response. https://inference-docs.cerebras.ai/api-reference/chat-completions ·
 * https://platform.minimax.io/docs/api-reference/text-post · https://github.com/sgl-project/sglang, which has `metadata`
 */
const RESPONSE = new NameClasses()
  .add(Part.Plain, "id object usage system_fingerprint service_tier obfuscation provider request_id nvext")
  .add(Part.Plain, "x_groq timings time_info metadata prompt_filter_results content_filter_results")
  .add(Part.Plain, "input_sensitive_type output_sensitive_type output_sensitive_int")
  .add(Part.Outcome, "base_resp")
  .add(Part.Model, "model")
  .add(Part.Created, "created")
  .add(Part.Choices, "choices");
/** Together names the seed, Moonshot the usage of a stream in its choice. https://github.com/togethercomputer/together-typescript */
const CHOICE = new NameClasses()
  .add(Part.Plain, "native_finish_reason matched_stop stop_reason content_filter_results seed usage")
  .add(Part.Index, "index")
  .add(Part.Finish, "finish_reason")
  .add(Part.Message, "message delta");
const MESSAGE = new NameClasses()
  .add(Part.Plain, "role name")
  .add(Part.Text, "content reasoning_content")
  .add(Part.ToolCalls, "tool_calls");
const CALL = new NameClasses().add(Part.Plain, "index id type").add(Part.Message, "function");
const FUNCTION = new NameClasses().add(Part.Plain, "name arguments");
/** Why a choice ends that is whole, or that the stored message has a word for. With others, such as `error` or `abort`, it broke off. */
const FINISHES = new NameClasses()
  .add(1, "stop")
  .add(2, "length")
  .add(3, "tool_calls")
  .add(4, "content_filter")
  .add(5, "eos eos_token stop_sequence");

const walker = new JsonWalker();

/** The shape of a chat's response: a `chat.completion`, or the events of a stream. */
export class ChatShape extends ResponseShape {
  /** When the response was made, in seconds since 1970. */
  created: i64 = 0;
  /** Whether the choice has ended. */
  isEnding: bool = false;
  /** Why it has ended, in `FINISHES`. */
  private finish: i32 = 0;
  /** Whether an event before has ended it. */
  private isOver: bool = false;

  /** Reads a validated object. */
  read(json: Slice): void {
    walker.start(json);
    if (!walker.enterObject()) return;
    while (walker.nextMember()) {
      const part: Part = RESPONSE.of(walker.key);
      if (part == Part.Choices) this.readChoices();
      else if (part == Part.Model) this.readModel(walker.value());
      else if (part == Part.Outcome) this.readOutcome(walker.value());
      else if (part == Part.Created) this.created = max(this.created, jsonInteger(walker.value(), 0));
      else this.take(part, walker.value());
    }
    this.isOver = this.isEnding;
  }

  /** MiniMax fails with status 200. */
  private readOutcome(value: Slice): void {
    if (jsonInteger(jsonGet(value, "status_code"), -1) != 0) this.lose(value);
  }

  private readChoices(): void {
    let count = 0;
    if (!walker.enterArray()) return this.lose(walker.value());
    while (this.nextObject()) {
      // Servers may give the index 0 to each.
      if (count++) this.isStorable = false;
      while (walker.nextMember()) {
        const part: Part = CHOICE.of(walker.key);
        if (part == Part.Message) this.readMessage();
        else if (part == Part.Index) this.readIndex(walker.value());
        else if (part == Part.Finish) this.readFinish(walker.value());
        else this.take(part, walker.value());
      }
    }
  }

  private readMessage(): void {
    if (!walker.enterObject()) return this.lose(walker.value());
    while (walker.nextMember()) {
      const part: Part = MESSAGE.of(walker.key);
      // What follows the end is not in the stored message.
      if (this.isOver && part != Part.Plain) this.lose(walker.value());
      else if (part == Part.ToolCalls) this.readCalls();
      else if (part == Part.Text) this.takeText(walker.value());
      else this.take(part, walker.value());
    }
  }

  private readIndex(value: Slice): void {
    if (jsonInteger(value, -1) != 0) this.isStorable = false;
  }

  private readFinish(value: Slice): void {
    // DashScope sends `"null"` before the end.
    if (!sliceSize(jsonContent(value)) || jsonEquals(value, "null")) return;
    this.isEnding = true;
    const finish = FINISHES.of(value);
    // Clients take the last one of several, the stored message has the first one.
    if (!finish || (this.finish && this.finish != finish)) this.isStorable = false;
    this.finish = finish;
  }

  private readCalls(): void {
    if (!walker.enterArray()) return this.lose(walker.value());
    while (this.nextObject()) {
      while (walker.nextMember()) {
        const part: Part = CALL.of(walker.key);
        if (part == Part.Message) this.readFunction();
        else this.take(part, walker.value());
      }
    }
  }

  private readFunction(): void {
    if (!walker.enterObject()) return this.lose(walker.value());
    while (walker.nextMember()) this.take(FUNCTION.of(walker.key), walker.value());
  }

  /** Enters the next object of an array; what is none is lost. */
  private nextObject(): bool {
    while (walker.nextElement()) {
      if (walker.enterObject()) return true;
      this.lose(walker.value());
    }
    return false;
  }

  private take(part: Part, value: Slice): void {
    if (part == Part.Unknown) this.lose(value);
  }

  private takeText(value: Slice): void {
    const kind = jsonKind(value);
    if (kind != JsonKind.String && kind != JsonKind.Null) this.isStorable = false;
  }
}
