import { ABSENT, Slice } from "../../bytes/slice";
import { jsonFirst, jsonGet, jsonNext } from "../../json/value";
import { PromptRole, roleOfMessage } from "./role";

/**
 * The last message of the user in a list of messages, or of items of Responses; `ABSENT` if the result of a tool follows it: the model continues what
 * it did, and that is no question. https://platform.openai.com/docs/api-reference/chat/create · https://docs.claude.com/en/api/messages ·
 * https://platform.openai.com/docs/api-reference/responses/create
 */
export function lastQuestion(messages: Slice, isResponses: bool): Slice {
  let last = ABSENT;
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    const role = roleOfMessage(message);
    if (role == PromptRole.User) last = message;
    // An item of Responses without a role is a call of a tool, its result, or reasoning.
    else if (role == PromptRole.Tool || (isResponses && jsonGet(message, "role") == ABSENT)) last = ABSENT;
  }
  return last;
}
