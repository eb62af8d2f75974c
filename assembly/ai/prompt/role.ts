import { ABSENT, Slice } from "../../bytes/slice";
import { jsonEquals, jsonFirstKey, jsonMemberValue, jsonNextKey } from "../../json/value";

/** Who says a text of a prompt, in the words of all client protocols. */
export const enum PromptRole {
  /** No role, one that no protocol has, or two in one message. */
  Unknown,
  /** `system` and `developer`, and the members `system` and `instructions`. */
  System,
  User,
  Assistant,
  /** The result of a tool: `tool`, `function`, and Anthropic's blocks and OpenAI's items of such results. */
  Tool,
}

/** The role of a message or of an item of Responses, by its member `role`, or its `type` if it has no role. */
export function roleOfMessage(message: Slice): PromptRole {
  let role = ABSENT;
  let type = ABSENT;
  for (let key = jsonFirstKey(message); key != ABSENT;) {
    const value = jsonMemberValue(message, key);
    if (jsonEquals(key, "role")) {
      if (role != ABSENT) return PromptRole.Unknown;
      role = value;
    } else if (jsonEquals(key, "type")) type = value;
    key = jsonNextKey(message, value);
  }
  return role == ABSENT ? roleOfType(type) : roleNamed(role);
}

/** The role of the token of a string; `Unknown` for any other token. */
export function roleNamed(name: Slice): PromptRole {
  if (jsonEquals(name, "user")) return PromptRole.User;
  if (jsonEquals(name, "assistant") || jsonEquals(name, "model")) return PromptRole.Assistant;
  if (jsonEquals(name, "system") || jsonEquals(name, "developer")) return PromptRole.System;
  return jsonEquals(name, "tool") || jsonEquals(name, "function") ? PromptRole.Tool : PromptRole.Unknown;
}

/**
 * The role of a part or an item of that type, for those that have one of their own.
 * https://docs.claude.com/en/api/messages · https://platform.openai.com/docs/api-reference/responses/create
 */
export function roleOfType(type: Slice): PromptRole {
  if (jsonEquals(type, "tool_result") || jsonEquals(type, "function_call_output")) return PromptRole.Tool;
  if (jsonEquals(type, "custom_tool_call_output")) return PromptRole.Tool;
  const isCall = jsonEquals(type, "function_call") || jsonEquals(type, "custom_tool_call");
  return isCall || jsonEquals(type, "reasoning") ? PromptRole.Assistant : PromptRole.Unknown;
}
