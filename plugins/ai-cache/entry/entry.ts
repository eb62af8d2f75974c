import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { encodeHex } from "../../../assembly/bytes/hex";
import { ABSENT, Slice, sliceSize, slicesEqual, sliceStartsWith, subslice } from "../../../assembly/bytes/slice";
import { hmacSha256 } from "../../../assembly/crypto/hmac";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { jsonContent, jsonInteger, JsonKind, jsonKind, jsonPlain } from "../../../assembly/json/value";
import { escapeJson } from "../../../assembly/json/writer";

/** What every entry of this version begins with; the key follows. */
const BEGIN = '{"v":1,"key":"';
const KEY_SIZE: i32 = 64;
/** The hexadecimal digits of an entry's code, behind it. */
const CODE_SIZE: i32 = 64;
/** The most bytes that an entry has beside the response. */
export const ENTRY_OVERHEAD: i32 = 4096;

const document = new JsonDocument();
const digest = new ByteBuffer();
const code = new ByteBuffer();

/** What reading an entry has found. */
export const enum EntryFault {
  None,
  /** Nothing, or the response to another request. */
  Missing,
  /** It is over. */
  Expired,
  /** It is cut, of another version, not written by this plugin, or its code is wrong. */
  Refused,
}

/** A stored response: JSON, with a code behind it where there is a secret. The slices are parts of what was read. */
export class Entry {
  /** When it was stored, in seconds since 1970. */
  created: i64 = 0;
  /** The provider that answered, as the content of a JSON string. */
  provider: Slice = ABSENT;
  /** The model that it was asked for, alike. */
  model: Slice = ABSENT;
  /** What requests share that may get it because their question means the same; ABSENT if only equal ones may. */
  partition: Slice = ABSENT;
  /** The response: a `chat.completion`. */
  response: Slice = ABSENT;

  /** Reads what a store has for a key. */
  read(stored: Slice, key: Slice, secret: Slice, now: i64): EntryFault {
    if (!sliceSize(stored)) return EntryFault.Missing;
    const own = keyOfEntry(stored);
    if (own == ABSENT) return EntryFault.Refused;
    if (!slicesEqual(own, key)) return EntryFault.Missing;
    const text = sliceSize(secret) ? subslice(stored, 0, sliceSize(stored) - CODE_SIZE) : stored;
    if (sliceSize(secret) && !hasCode(text, subslice(stored, sliceSize(text)), secret)) return EntryFault.Refused;
    if (document.parse(text) != JsonError.None || !document.isObject) return EntryFault.Refused;
    const expires = jsonInteger(document.get("expires"), -1);
    this.created = jsonInteger(document.get("created"), -1);
    this.provider = jsonContent(document.get("provider"));
    this.model = jsonContent(document.get("model"));
    this.partition = jsonPlain(document.get("partition"));
    this.response = document.get("response");
    if (this.created < 0 || expires < 0 || jsonKind(this.response) != JsonKind.Object) return EntryFault.Refused;
    return expires && expires <= now ? EntryFault.Expired : EntryFault.None;
  }
}

/** The key that an entry begins with; ABSENT if what is stored is none. */
export function keyOfEntry(stored: Slice): Slice {
  return sliceStartsWith(stored, BEGIN) ? subslice(stored, BEGIN.length, BEGIN.length + KEY_SIZE) : ABSENT;
}

/**
 * Appends an entry for a response, a `chat.completion`. `expires`: seconds since 1970; 0 for never. Provider and model are UTF-8; `partition`
 * may be empty.
 */
export function writeEntry(
  key: Slice,
  created: i64,
  expires: i64,
  provider: Slice,
  model: Slice,
  partition: Slice,
  response: Slice,
  secret: Slice,
  out: ByteBuffer,
): void {
  const from = out.size;
  out.text(BEGIN).append(key).text('","created":').integer(created).text(',"expires":').integer(expires);
  escapeJson(provider, out.text(',"provider":"'));
  escapeJson(model, out.text('","model":"'));
  if (sliceSize(partition)) out.text('","partition":"').append(partition);
  out.text('","response":').append(response).byte(0x7d);
  if (!sliceSize(secret)) return;
  writeCode(subslice(out.slice, from), secret);
  out.append(code.slice);
}

function hasCode(text: Slice, given: Slice, secret: Slice): bool {
  writeCode(text, secret);
  return slicesEqual(code.slice, given);
}

/** Writes the code of a text into `code`. */
function writeCode(text: Slice, secret: Slice): void {
  digest.clear();
  code.clear();
  hmacSha256(secret, text, digest);
  encodeHex(digest.slice, code);
}
