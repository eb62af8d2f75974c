import { PromptRole, roleOfMessage, roleOfType } from "../../../assembly/ai/prompt/role";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { jsonFirst, jsonGet, jsonNext } from "../../../assembly/json/value";

/** What a message is in a conversation. */
export const enum Turn {
  /** No message, or one with a role that nobody knows. */
  Unknown,
  /** An instruction to the model, which is no part of the conversation. */
  System,
  /** What the user says. */
  Question,
  /** The results of tools. */
  Result,
  /** What the model says. */
  Answer,
}

/** The turn of a message of a chat or of Messages, where the results of tools are blocks of the user. https://platform.claude.com/docs/en/api/messages */
export function turnOf(message: Slice): Turn {
  switch (roleOfMessage(message)) {
    case PromptRole.System:
      return Turn.System;
    case PromptRole.Assistant:
      return Turn.Answer;
    case PromptRole.Tool:
      return Turn.Result;
    case PromptRole.User:
      return hasResult(jsonGet(message, "content")) ? Turn.Result : Turn.Question;
    default:
      return Turn.Unknown;
  }
}

function hasResult(content: Slice): bool {
  for (let block = jsonFirst(content); block != ABSENT; block = jsonNext(content, block))
    if (roleOfType(jsonGet(block, "type")) == PromptRole.Tool) return true;
  return false;
}
