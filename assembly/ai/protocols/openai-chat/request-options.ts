import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize, subslice } from "../../../bytes/slice";
import { escapeJson } from "../../../json/writer";
import { levelOfEffort } from "../../effort-levels";
import { budgetOfLevel } from "../../hub/effort";
import { JSON_OF_SCHEMA } from "../../hub/json-instructions";
import { Effort, RequestSink, Sampling, ToolChoice } from "../../hub/request-sink";

/** OpenAI's limit of `user`, in characters. https://platform.openai.com/docs/api-reference/chat/create */
const LONGEST_USER = 64;
const MESSAGES = ',"messages":[';
const KEPT_BYTES = 4096;

/** A list that is open in the request. */
const enum List {
  None,
  Stops,
  Tools,
  Messages,
}

/** Writes the options and the tools of a chat of OpenAI. https://platform.openai.com/docs/api-reference/chat/create */
export abstract class ChatRequestOptions extends RequestSink {
  /** Whether reasoning is switched by `enable_thinking` and limited by `thinking_budget`, as DashScope does. */
  takesBudget: bool = false;
  /** Whether the provider knows `top_k`. */
  takesTopK: bool = false;
  /** Whether the provider holds a response to a JSON schema; else it is asked for JSON, and the model is told the schema. */
  takesSchema: bool = true;
  /** Whether a message holds a JSON value of the client's, which may be nested more deeply there. */
  protected hasNested: bool = false;
  private open: List = List.None;
  /** Where the list of messages begins in `out`. */
  private messages: i32 = 0;
  /** The members that ask for reasoning by a switch: they wait for what the model cannot reason before. */
  private readonly thinking: ByteBuffer = new ByteBuffer();
  private isForced: bool = false;
  /** A message of the system that precedes all others, or nothing. */
  private readonly instruction: ByteBuffer = new ByteBuffer();

  begin(model: Slice): bool {
    this.open = List.None;
    this.out.text('{"model":"').append(model).byte(0x22);
    return true;
  }

  stream(): bool {
    this.member(',"stream":true');
    return true;
  }

  maxTokens(count: Slice): bool {
    return this.option(',"max_completion_tokens":', count);
  }

  sampling(kind: Sampling, value: Slice): bool {
    switch (kind) {
      case Sampling.Temperature:
        return this.option(',"temperature":', value);
      case Sampling.TopP:
        return this.option(',"top_p":', value);
      case Sampling.TopK:
        return this.takesTopK ? this.option(',"top_k":', value) : this.drop("top_k");
      case Sampling.Seed:
        return this.option(',"seed":', value);
      case Sampling.PresencePenalty:
        return this.option(',"presence_penalty":', value);
      default:
        return this.option(',"frequency_penalty":', value);
    }
  }

  stopSequence(text: Slice): bool {
    this.element(List.Stops, ',"stop":[').byte(0x22).append(text).byte(0x22);
    return true;
  }

  reasoning(effort: Effort, budget: Slice): bool {
    if (!this.takesBudget) this.member(',"reasoning_effort":"').text(effortName(effort)).byte(0x22);
    else if (effort == Effort.None) this.member(',"enable_thinking":false');
    else {
      const out = this.thinking.text(',"enable_thinking":true');
      const tokens = effort == Effort.Adaptive ? 0 : budgetOfLevel(levelOfEffort(effort));
      if (budget != ABSENT) out.text(',"thinking_budget":').append(budget);
      else if (tokens) out.text(',"thinking_budget":').integer(tokens);
    }
    return true;
  }

  jsonObject(): bool {
    this.isForced = true;
    this.member(',"response_format":{"type":"json_object"}');
    return true;
  }

  jsonSchema(name: Slice, description: Slice, schema: Slice, isStrict: bool): bool {
    if (!this.takesSchema) {
      const system = this.instruction.text('{"role":"system","content":"').text(JSON_OF_SCHEMA);
      escapeJson(schema, system);
      system.text('"}');
      return this.jsonObject() && this.drop("response_format");
    }
    const out = this.member(',"response_format":{"type":"json_schema","json_schema":{"name":"');
    if (sliceSize(name)) out.append(name);
    else out.text("response");
    out.byte(0x22);
    if (description != ABSENT) out.text(',"description":"').append(description).byte(0x22);
    out.text(',"schema":').append(schema);
    out.text(isStrict ? ',"strict":true}}' : "}}");
    return true;
  }

  user(id: Slice): bool {
    if (sliceSize(id) > LONGEST_USER) return this.drop(this.userField);
    this.member(',"user":"').append(id).byte(0x22);
    return true;
  }

  tool(name: Slice, description: Slice, schema: Slice, isStrict: bool): bool {
    const out = this.element(List.Tools, ',"tools":[');
    out.text('{"type":"function","function":{"name":"').append(name).byte(0x22);
    if (description != ABSENT) out.text(',"description":"').append(description).byte(0x22);
    if (schema != ABSENT) out.text(',"parameters":').append(schema);
    out.text(isStrict ? ',"strict":true}}' : "}}");
    return true;
  }

  toolChoice(choice: ToolChoice, name: Slice): bool {
    const out = this.member(',"tool_choice":');
    if (choice == ToolChoice.Named || choice == ToolChoice.Any) this.isForced = true;
    if (choice == ToolChoice.Named) out.text('{"type":"function","function":{"name":"').append(name).text('"}}');
    else if (choice == ToolChoice.Any) out.text('"required"');
    else out.text(choice == ToolChoice.None ? '"none"' : '"auto"');
    return true;
  }

  parallelToolCalls(isAllowed: bool): bool {
    this.member(isAllowed ? ',"parallel_tool_calls":true' : ',"parallel_tool_calls":false');
    return true;
  }

  end(): bool {
    this.endOptions();
    const out = this.out;
    if (this.open == List.Messages) out.byte(0x5d);
    else this.member(',"messages":[]');
    if (this.open == List.Messages && !this.hasNested) this.valid = subslice(out.slice, this.messages);
    out.byte(0x7d);
    return true;
  }

  /** Begins a message with its first bytes; the caller appends the rest. */
  protected message(start: string): ByteBuffer {
    this.endOptions();
    if (this.instruction.size) {
      this.nextMessage().append(this.instruction.slice);
      this.instruction.release(KEPT_BYTES);
    }
    return this.nextMessage().text(start);
  }

  override reset(): void {
    super.reset();
    this.hasNested = false;
    this.instruction.release(KEPT_BYTES);
    this.thinking.release(KEPT_BYTES);
    this.isForced = false;
  }

  /**
   * DashScope refuses reasoning before a tool that is forced or before JSON: it gives way, as in chats.
   * https://www.alibabacloud.com/help/en/model-studio/deep-thinking
   */
  private endOptions(): void {
    const thinking = this.thinking;
    if (!thinking.size) return;
    if (this.isForced) this.drop(this.reasoningField);
    else this.member("").append(thinking.slice);
    thinking.release(KEPT_BYTES);
  }

  private nextMessage(): ByteBuffer {
    const isFirst = this.open != List.Messages;
    const out = this.element(List.Messages, MESSAGES);
    if (isFirst) this.messages = out.size - 1;
    return out;
  }

  private option(key: string, value: Slice): bool {
    this.member(key).append(value);
    return true;
  }

  /** Ends the list that is open and writes the beginning of a member, or all of it. */
  private member(text: string): ByteBuffer {
    const out = this.out;
    if (this.open != List.None) out.byte(0x5d);
    this.open = List.None;
    return out.text(text);
  }

  /** Begins an element of a list, which `start` begins. */
  private element(list: List, start: string): ByteBuffer {
    if (this.open == list) return this.out.byte(0x2c);
    const out = this.member(start);
    this.open = list;
    return out;
  }
}

/** OpenAI's name; what is more than `high` is `high`, which every provider with reasoning knows. */
function effortName(effort: Effort): string {
  switch (effort) {
    case Effort.None:
      return "none";
    case Effort.Minimal:
      return "minimal";
    case Effort.Low:
      return "low";
    case Effort.High:
    case Effort.Highest:
      return "high";
    default:
      return "medium";
  }
}
