import { lastQuestion } from "../../../assembly/ai/prompt/last-question";
import { PromptRole, roleOfType } from "../../../assembly/ai/prompt/role";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize, trimmed } from "../../../assembly/bytes/slice";
import { cutText } from "../../../assembly/bytes/well-formed";
import {
  jsonEquals,
  jsonFirst,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonNext,
  jsonUnescape,
} from "../../../assembly/json/value";

const MOST_QUERY: i32 = 2000;
const KEPT_BYTES: i32 = 16 << 10;

const text = new ByteBuffer();

/** The last text of the user in the messages of a request. */
export class Question {
  /** The JSON string of the text, which the prompt replaces; `ABSENT` if the last message is no question. */
  token: Slice = ABSENT;

  /** Finds the question in the outermost object of a request. */
  find(root: Slice, isResponses: bool): bool {
    const messages = jsonGet(root, isResponses ? "input" : "messages");
    const isText = isResponses && jsonKind(messages) == JsonKind.String;
    this.token = isText ? messages : textIn(jsonGet(lastQuestion(messages, isResponses), "content"));
    return this.token != ABSENT && sliceSize(this.token) > 2;
  }

  /** Appends the question, cut to 2,000 bytes. Call it after `find`. */
  writeQuery(out: ByteBuffer): void {
    text.clear();
    jsonUnescape(this.token, text);
    out.append(trimmed(cutText(text.slice, MOST_QUERY)));
    text.release(KEPT_BYTES);
  }
}

/** The last text of a message, unless it has the result of a tool. */
function textIn(content: Slice): Slice {
  if (jsonKind(content) == JsonKind.String) return content;
  let text = ABSENT;
  for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
    const type = jsonGet(part, "type");
    if (roleOfType(type) == PromptRole.Tool) return ABSENT;
    const isText = jsonEquals(type, "text") || jsonEquals(type, "input_text");
    if (isText && jsonKind(jsonGet(part, "text")) == JsonKind.String) text = jsonGet(part, "text");
  }
  return text;
}
