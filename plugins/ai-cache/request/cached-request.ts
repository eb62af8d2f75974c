import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { writeCanonical } from "../../../assembly/json/canonical";
import { JsonDocument } from "../../../assembly/json/document";
import {
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  jsonInteger,
  jsonIsTrue,
  JsonKind,
  jsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
} from "../../../assembly/json/value";
import { isPlainMessages, writeAsChat } from "./plain-messages";

const COMMA: u32 = 0x2c;
/** Memory that is kept for the next request. */
const KEPT_BYTES: i32 = 64 << 10;

const text = new ByteBuffer();

/** A request for a chat as the cache sees it. */
export class CachedRequest {
  /** Whether the client wants a stream. */
  isStream: bool = false;
  /** Whether the client of a stream wants its usage. */
  wantsUsage: bool = false;

  /**
   * Reads a request. Returns `false` if it is none whose response is stored: what the client would get has parts that the stored message does
   * not have.
   */
  read(request: JsonDocument, isMessages: bool): bool {
    this.reset();
    this.isStream = jsonIsTrue(request.get("stream"));
    if (jsonKind(request.get("messages")) != JsonKind.Array) return false;
    if (isMessages) return true;
    const options = request.get("stream_options");
    this.wantsUsage = this.isStream && jsonIsTrue(jsonGet(options, "include_usage"));
    const count = request.get("n");
    if (isSet(count) && jsonInteger(count, 0) != 1) return false;
    if (isSet(request.get("logprobs")) && !isFalse(request.get("logprobs"))) return false;
    return !isSet(request.get("audio")) && !asksForMore(request.get("modalities"));
  }

  /** Forgets the request. */
  reset(): void {
    this.isStream = false;
    this.wantsUsage = false;
  }
}

/**
 * Appends the request in its canonical form, without what decides only about the form of the response: `stream`, and the members of
 * `stream_options` that are known. A request of Messages that a chat says without loss has the form of the chat.
 */
export function writeRequest(request: JsonDocument, isMessages: bool, out: ByteBuffer): void {
  text.clear();
  if (isMessages && isPlainMessages(request)) {
    writeAsChat(request, text);
    out.text("chat:");
  } else {
    writeWithoutForm(request, isMessages, text);
    out.text(isMessages ? "messages:" : "chat:");
  }
  writeCanonical(text.slice, out);
  text.release(KEPT_BYTES);
}

function writeWithoutForm(request: JsonDocument, isMessages: bool, out: ByteBuffer): void {
  out.byte(0x7b);
  for (let i = 0; i < request.count; i++) {
    const key = request.keyAt(i);
    const value = request.valueAt(i);
    if (jsonEquals(key, "stream")) continue;
    if (!isMessages && jsonEquals(key, "stream_options")) writeOtherOptions(key, value, out);
    else writeMember(key, value, out);
  }
  out.byte(0x7d);
}

/** Appends a member to an open object. */
function writeMember(key: Slice, value: Slice, out: ByteBuffer): void {
  if (out.size > 1) out.byte(COMMA);
  out.append(key).byte(0x3a).append(value);
}

/** Appends `stream_options` if a member of it is not known. */
function writeOtherOptions(key: Slice, options: Slice, out: ByteBuffer): void {
  if (jsonKind(options) != JsonKind.Object) {
    if (isSet(options)) writeMember(key, options, out);
    return;
  }
  for (let name = jsonFirstKey(options); name != ABSENT;) {
    const value = jsonMemberValue(options, name);
    if (!jsonEquals(name, "include_usage") && !jsonEquals(name, "include_obfuscation")) {
      writeMember(key, options, out);
      return;
    }
    name = jsonNextKey(options, value);
  }
}

function isSet(value: Slice): bool {
  return value != ABSENT && jsonKind(value) != JsonKind.Null;
}

function isFalse(value: Slice): bool {
  return jsonKind(value) == JsonKind.False;
}

/** Whether the client wants something other than a text. */
function asksForMore(modalities: Slice): bool {
  for (let item = jsonFirst(modalities); item != ABSENT; item = jsonNext(modalities, item))
    if (!jsonEquals(item, "text")) return true;
  return false;
}
