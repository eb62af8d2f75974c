import { ABSENT, Slice } from "../bytes/slice";
import { jsonEquals, jsonFirst, JsonKind, jsonKind, jsonNext } from "../json/value";
import { JsonWalker } from "../json/walker";

const walker = new JsonWalker();

/**
 * The role of a message that is nothing but a role and texts, which chats of OpenAI and Messages of Anthropic write in the same way; ABSENT for
 * any other message. https://platform.claude.com/docs/en/api/messages
 */
export function plainRole(message: Slice): Slice {
  let role = ABSENT;
  let content = ABSENT;
  let members = 0;
  walker.start(message);
  if (!walker.enterObject()) return ABSENT;
  for (; walker.nextMember(); members++) {
    if (walker.keyIs("role")) role = walker.value();
    else if (walker.keyIs("content")) content = walker.value();
    else return ABSENT;
  }
  return members == 2 && isPlainContent(content) ? role : ABSENT;
}

/** Whether a content is a text, or a list of nothing but texts, which both protocols write in the same way. */
export function isPlainContent(content: Slice): bool {
  if (jsonKind(content) == JsonKind.String) return true;
  if (jsonKind(content) != JsonKind.Array) return false;
  for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
    let members = 0;
    let isText = false;
    walker.start(part);
    if (!walker.enterObject()) return false;
    for (; walker.nextMember(); members++) {
      if (walker.keyIs("type")) isText = jsonEquals(walker.value(), "text");
      else if (!walker.keyIs("text") || jsonKind(walker.value()) != JsonKind.String) return false;
    }
    if (members != 2 || !isText) return false;
  }
  return true;
}
