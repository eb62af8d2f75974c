import { isPlainContent, plainRole } from "../../../assembly/ai/plain-message";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceBetween, sliceEnd, sliceStart } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { jsonEquals, jsonFirst, jsonNext } from "../../../assembly/json/value";

const COMMA: u32 = 0x2c;

/** The members that a chat has under the same name and with the same meaning. */
const SAME: string[] = ["model", "max_tokens", "temperature", "top_p"];

/**
 * Whether a request of Anthropic's Messages is a conversation in texts with nothing but options that a chat of OpenAI has, too. Then both
 * have one response. https://platform.claude.com/docs/en/api/messages
 */
export function isPlainMessages(request: JsonDocument): bool {
  if (request.duplicate != ABSENT) return false;
  for (let i = 0; i < request.count; i++) {
    const key = request.keyAt(i);
    const value = request.valueAt(i);
    if (jsonEquals(key, "messages")) {
      if (!hasPlainMessages(value)) return false;
    } else if (jsonEquals(key, "system")) {
      if (!isPlainContent(value)) return false;
    } else if (!jsonEquals(key, "stream") && !isSame(key)) return false;
  }
  return true;
}

/** Appends such a request as a chat, without `stream`, and with an empty text in the place of `hidden`, a part of `messages`. */
export function writeAsChat(request: JsonDocument, hidden: Slice, out: ByteBuffer): void {
  out.byte(0x7b);
  for (let i = 0; i < request.count; i++) {
    const key = request.keyAt(i);
    if (!isSame(key)) continue;
    if (out.size > 1) out.byte(COMMA);
    out.append(key).byte(0x3a).append(request.valueAt(i));
  }
  if (out.size > 1) out.byte(COMMA);
  out.text('"messages":[');
  const system = request.get("system");
  if (system != ABSENT) out.text('{"role":"system","content":').append(system).byte(0x7d);
  const messages = request.get("messages");
  let needsComma = system != ABSENT;
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    if (needsComma) out.byte(COMMA);
    needsComma = true;
    appendWithout(hidden, message, out);
  }
  out.text("]}");
}

/** Appends a value with an empty text in the place of one of its parts, if `hidden` is one. */
export function appendWithout(hidden: Slice, value: Slice, out: ByteBuffer): void {
  const isInside = sliceStart(hidden) >= sliceStart(value) && sliceEnd(hidden) <= sliceEnd(value);
  if (hidden == ABSENT || !isInside) {
    out.append(value);
    return;
  }
  out.append(sliceBetween(sliceStart(value), sliceStart(hidden))).text('""');
  out.append(sliceBetween(sliceEnd(hidden), sliceEnd(value)));
}

function isSame(key: Slice): bool {
  for (let i = 0; i < SAME.length; i++) if (jsonEquals(key, SAME[i])) return true;
  return false;
}

/** Whether all messages are texts, and the last one is the user's: another one would be the beginning of the response. */
function hasPlainMessages(messages: Slice): bool {
  let role = ABSENT;
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    role = plainRole(message);
    if (!jsonEquals(role, "user") && !jsonEquals(role, "assistant")) return false;
  }
  return jsonEquals(role, "user");
}
