import { Api } from "../../../assembly/ai/api";
import { isMedia } from "../../../assembly/ai/body-model";
import { AskedResponse } from "../../../assembly/ai/protocols/responses/asked";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals } from "../../../assembly/bytes/slice";
import { HeaderMap } from "../../../assembly/host/headers";
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
import { mayBeJson } from "../../../assembly/limit/request-state";
import { appendWithout, isPlainMessages, writeAsChat } from "./plain-messages";

const COMMA: u32 = 0x2c;
/** Memory that is kept for the next request. */
const KEPT_BYTES: i32 = 64 << 10;

/** Members of a request of Responses that refer to what its provider has stored. */
const STATEFUL: string[] = ["previous_response_id", "conversation", "prompt"];

const text = new ByteBuffer();

/** A request as the cache sees it. */
export class CachedRequest {
  /** Whether the client wants a stream. */
  isStream: bool = false;
  /** Whether the client of a stream wants its usage. */
  wantsUsage: bool = false;
  /** What the response to a request of Responses repeats of it; `null` for other APIs. */
  asked: AskedResponse | null = null;

  /**
   * Reads a request. Returns `false` if it is none whose response is stored: what the client would get has parts that the stored message does
   * not have.
   */
  read(request: JsonDocument, api: Api): bool {
    this.reset();
    const stream = request.get("stream");
    this.isStream = jsonIsTrue(stream);
    // Some providers take `"true"` for it, others refuse it.
    if (isSet(stream) && !this.isStream && !isFalse(stream)) return false;
    if (api == Api.Responses) return this.readResponses(request);
    if (jsonKind(request.get("messages")) != JsonKind.Array) return false;
    if (api == Api.Messages) return true;
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
    const asked = this.asked;
    if (asked) asked.dispose();
    this.asked = null;
  }

  /** What refers to a stored response, or stores one, belongs to its provider. https://platform.openai.com/docs/api-reference/responses/create */
  private readResponses(request: JsonDocument): bool {
    if (!isFalse(request.get("store")) || jsonIsTrue(request.get("background"))) return false;
    for (let i = 0; i < STATEFUL.length; i++) if (isSet(request.get(STATEFUL[i]))) return false;
    const input = request.get("input");
    if (jsonKind(input) != JsonKind.String && jsonKind(input) != JsonKind.Array) return false;
    for (let item = jsonFirst(input); item != ABSENT; item = jsonNext(input, item)) if (isReference(item)) return false;
    const asked = new AskedResponse();
    asked.read(request);
    this.asked = asked;
    return true;
  }
}

/** Whether the body of a request may be JSON. Most requests say so in the same words. */
export function mayHaveJson(headers: HeaderMap): bool {
  const type = headers.get("content-type");
  const isPlain = sliceEquals(type, "application/json") && headers.get("content-encoding") == ABSENT;
  return (isPlain && headers.get("upgrade") == ABSENT) || (mayBeJson(headers) && !isMedia(type));
}

/** Whether responses of an API are stored. */
export function isCached(api: Api): bool {
  return api == Api.ChatCompletions || api == Api.Messages || api == Api.Responses;
}

/**
 * Appends the request in its canonical form, without what decides only about the form of the response: `stream`, and the members of
 * `stream_options` that are known. A request of Messages that a chat says without loss has the form of the chat. `hidden`: a part of `messages`
 * in the place of which the form has an empty text.
 */
export function writeRequest(request: JsonDocument, isMessages: bool, out: ByteBuffer, hidden: Slice = ABSENT): void {
  text.clear();
  if (isMessages && isPlainMessages(request)) {
    writeAsChat(request, hidden, text);
    out.text("chat:");
  } else {
    writeWithoutForm(request, isMessages, hidden, text);
    out.text(isMessages ? "messages:" : "chat:");
  }
  writeCanonical(text.slice, out);
  text.release(KEPT_BYTES);
}

function writeWithoutForm(request: JsonDocument, isMessages: bool, hidden: Slice, out: ByteBuffer): void {
  out.byte(0x7b);
  for (let i = 0; i < request.count; i++) {
    const key = request.keyAt(i);
    const value = request.valueAt(i);
    if (jsonEquals(key, "stream")) continue;
    if (!isMessages && jsonEquals(key, "stream_options")) writeOtherOptions(key, value, out);
    else writeMember(key, value, hidden, out);
  }
  out.byte(0x7d);
}

/** Appends a member to an open object. */
function writeMember(key: Slice, value: Slice, hidden: Slice, out: ByteBuffer): void {
  if (out.size > 1) out.byte(COMMA);
  appendWithout(hidden, value, out.append(key).byte(0x3a));
}

/** Appends `stream_options` if a member of it is not known. */
function writeOtherOptions(key: Slice, options: Slice, out: ByteBuffer): void {
  if (jsonKind(options) != JsonKind.Object) {
    if (isSet(options)) writeMember(key, options, ABSENT, out);
    return;
  }
  for (let name = jsonFirstKey(options); name != ABSENT;) {
    const value = jsonMemberValue(options, name);
    if (!jsonEquals(name, "include_usage") && !jsonEquals(name, "include_obfuscation")) {
      writeMember(key, options, ABSENT, out);
      return;
    }
    name = jsonNextKey(options, value);
  }
}

/** Whether an item of an input is one that the provider has stored. */
function isReference(item: Slice): bool {
  const type = jsonGet(item, "type");
  return jsonEquals(type, "item_reference") || (!isSet(type) && jsonGet(item, "role") == ABSENT);
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
