import { ABSENT, Slice } from "../../../../assembly/bytes/slice";
import {
  jsonEquals,
  jsonFirstKey,
  jsonKind,
  JsonKind,
  jsonMemberValue,
  jsonNextKey,
} from "../../../../assembly/json/value";

/** One message of an OpenAI request, read in one go; what is absent or `null` is ABSENT. */
export class ClientMessage {
  /** `role`. */
  role: Slice = ABSENT;
  /** `content`: a string, or a list of parts. */
  content: Slice = ABSENT;
  /** `refusal`. */
  refusal: Slice = ABSENT;
  /** `tool_calls`. */
  toolCalls: Slice = ABSENT;
  /** `function_call`. */
  functionCall: Slice = ABSENT;
  /** `tool_call_id`. */
  toolCallId: Slice = ABSENT;
  /** `name`. */
  name: Slice = ABSENT;
  /** `reasoning_content`. */
  reasoning: Slice = ABSENT;
  /** `partial`. */
  partial: Slice = ABSENT;

  /** Reads a message; other members are passed over. */
  read(message: Slice): void {
    this.role = ABSENT;
    this.content = ABSENT;
    this.refusal = ABSENT;
    this.toolCalls = ABSENT;
    this.functionCall = ABSENT;
    this.toolCallId = ABSENT;
    this.name = ABSENT;
    this.reasoning = ABSENT;
    this.partial = ABSENT;
    for (let key = jsonFirstKey(message); key != ABSENT;) {
      const value = jsonMemberValue(message, key);
      this.readMember(key, jsonKind(value) == JsonKind.Null ? ABSENT : value);
      key = jsonNextKey(message, value);
    }
  }

  /** Whether it is an instruction, by its old name or by its new one. */
  get isSystem(): bool {
    return jsonEquals(this.role, "system") || jsonEquals(this.role, "developer");
  }

  /** Whether it has a role that DashScope knows by the same name. */
  get hasSharedRole(): bool {
    const role = this.role;
    return jsonEquals(role, "user") || jsonEquals(role, "assistant") || jsonEquals(role, "tool");
  }

  private readMember(key: Slice, value: Slice): void {
    if (jsonEquals(key, "role")) this.role = value;
    else if (jsonEquals(key, "content")) this.content = value;
    else if (jsonEquals(key, "tool_calls")) this.toolCalls = value;
    else if (jsonEquals(key, "tool_call_id")) this.toolCallId = value;
    else if (jsonEquals(key, "name")) this.name = value;
    else if (jsonEquals(key, "reasoning_content")) this.reasoning = value;
    else if (jsonEquals(key, "partial")) this.partial = value;
    else if (jsonEquals(key, "refusal")) this.refusal = value;
    else if (jsonEquals(key, "function_call")) this.functionCall = value;
  }
}
