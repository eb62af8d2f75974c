import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize, trimmed } from "../../../assembly/bytes/slice";
import { writeCanonical } from "../../../assembly/json/canonical";
import { JsonDocument } from "../../../assembly/json/document";
import {
  jsonEquals,
  jsonFirst,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonNext,
  jsonUnescape,
} from "../../../assembly/json/value";
import { NameClasses } from "../../../assembly/ai/name-classes";
import { lastQuestion } from "../../../assembly/ai/prompt/last-question";
import { isPlainContent } from "../../../assembly/ai/plain-message";
import { writeRequest } from "../request/cached-request";
import { writeHash } from "../request/key";
import { addPart } from "../request/scope";
import { SemanticSettings } from "./settings";

/** Changes with what a partition is made of. */
const FORMAT = "ai-cache meaning 1";
const KEPT_BYTES: i32 = 64 << 10;
const NEW_LINE: u32 = 0x0a;
const COMMA: u32 = 0x2c;
/** The members that must be equal in any case: they say who answers, how, and in which form. */
const NEEDED = new NameClasses().add(
  1,
  "model system tools tool_choice functions function_call response_format output_config output_format",
);

const first = new ByteBuffer();
const context = new ByteBuffer();
const canonical = new ByteBuffer();

/**
 * Appends the last question of a request to `question`, and to `partition` the digest of what another request must have in common with it to get its
 * response: 64 hexadecimal digits. Returns `false`, and appends nothing, if the request does not end with a text of the user, or it is too long.
 */
export function readSubject(
  settings: SemanticSettings,
  secret: ArrayBuffer,
  place: Slice,
  request: JsonDocument,
  isMessages: bool,
  question: ByteBuffer,
  partition: ByteBuffer,
): bool {
  const content = questionAtEnd(request.get("messages"));
  if (content == ABSENT) return false;
  writeText(content, question);
  if (question.size > settings.embedder.maxBytes || !sliceSize(trimmed(question.slice))) {
    question.release(KEPT_BYTES);
    return false;
  }
  canonical.clear();
  if (settings.isRelaxed) writeNeeded(request, canonical);
  else writeRequest(request, isMessages, canonical, content);
  const identity = String.UTF8.encode(settings.embedder.identity);
  first.clear();
  first.text(FORMAT).byte(settings.isRelaxed ? 1 : 0);
  addPart(sliceOfBuffer(identity), first);
  addPart(place, first);
  writeHash(sliceOfBuffer(secret), first.slice, canonical.slice, partition);
  canonical.release(KEPT_BYTES);
  return true;
}

/** The content of the last message, if it is a text of the user, or a list of nothing but texts. */
function questionAtEnd(messages: Slice): Slice {
  const last = lastQuestion(messages, false);
  if (last == ABSENT || jsonNext(messages, last) != ABSENT) return ABSENT;
  const content = jsonGet(last, "content");
  return isPlainContent(content) ? content : ABSENT;
}

function writeText(content: Slice, out: ByteBuffer): void {
  if (jsonKind(content) == JsonKind.String) return jsonUnescape(content, out);
  for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
    if (out.size) out.byte(NEW_LINE);
    jsonUnescape(jsonGet(part, "text"), out);
  }
}

/** Appends the canonical form of the members that must be equal in any case, and of the system prompt. */
function writeNeeded(request: JsonDocument, out: ByteBuffer): void {
  context.clear();
  context.byte(0x7b);
  for (let i = 0; i < request.count; i++) {
    if (!NEEDED.of(request.keyAt(i))) continue;
    context.append(request.keyAt(i)).byte(0x3a).append(request.valueAt(i)).byte(COMMA);
  }
  context.text('"messages":[');
  const messages = request.get("messages");
  let needsComma = false;
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    const role = jsonGet(message, "role");
    if (!jsonEquals(role, "system") && !jsonEquals(role, "developer")) continue;
    if (needsComma) context.byte(COMMA);
    needsComma = true;
    context.append(message);
  }
  writeCanonical(context.text("]}").slice, out);
  context.release(KEPT_BYTES);
}
