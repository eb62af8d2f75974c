import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { wordHashOf } from "../../../assembly/bytes/hash";
import { encodeHex, hexDigit } from "../../../assembly/bytes/hex";
import {
  ABSENT,
  byteAt,
  Slice,
  sliceSize,
  slicesEqual,
  sliceStartsWith,
  subslice,
} from "../../../assembly/bytes/slice";
import { hmacSha256 } from "../../../assembly/crypto/hmac";
import { EntryText } from "./entry-text";

/** What every entry of this version begins with; the key follows. */
const BEGIN = '{"v":2,"key":"';
const KEY_SIZE: i32 = 64;
/** The hexadecimal digits behind an entry: its HMAC or, without a secret, a checksum. */
const CODE_SIZE: i32 = 64;
const CHECKSUM_SIZE: i32 = 16;
/** The most bytes that an entry has beside the response. */
export const ENTRY_OVERHEAD: i32 = 4096;

const text = new EntryText();
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

/**
 * A stored response: JSON whose members have a fixed order, with a code behind it. Nothing but the code is checked when it is read: it is as
 * this plugin wrote it. The slices are parts of what was read.
 */
export class Entry {
  /** When it was stored, in seconds since 1970. */
  created: i64 = 0;
  /** When it is over, alike; 0 for never. */
  expires: i64 = 0;
  /** The provider that answered, as the content of a JSON string. */
  provider: Slice = ABSENT;
  /** The model that it was asked for, alike. */
  model: Slice = ABSENT;
  /** What requests share that may get it because their question means the same; empty if only equal ones may; the mark of a copy. */
  partition: Slice = ABSENT;
  /** The response: a `chat.completion`. */
  response: Slice = ABSENT;

  /** Reads what a store has for a key. */
  read(stored: Slice, key: Slice, secret: Slice, now: i64): EntryFault {
    if (!sliceSize(stored)) return EntryFault.Missing;
    const own = keyOfEntry(stored);
    if (own == ABSENT) return EntryFault.Refused;
    if (!slicesEqual(own, key)) return EntryFault.Missing;
    const end = sliceSize(stored) - (sliceSize(secret) ? CODE_SIZE : CHECKSUM_SIZE);
    const object = subslice(stored, 0, end);
    if (end < 0 || !hasCode(object, subslice(stored, end), secret)) return EntryFault.Refused;
    text.begin(object, BEGIN.length + KEY_SIZE);
    this.created = text.number('","created":');
    this.expires = text.number(',"expires":');
    this.provider = text.content(',"provider":"');
    this.model = text.content('","model":"');
    this.partition = text.content('","partition":"');
    this.response = text.lastObject('","response":');
    if (text.isFaulty) return EntryFault.Refused;
    return this.expires && this.expires <= now ? EntryFault.Expired : EntryFault.None;
  }
}

/** The key that an entry begins with; ABSENT if what is stored is none. */
export function keyOfEntry(stored: Slice): Slice {
  return sliceStartsWith(stored, BEGIN) ? subslice(stored, BEGIN.length, BEGIN.length + KEY_SIZE) : ABSENT;
}

/**
 * Appends an entry for a response, a `chat.completion`. `expires`: seconds since 1970; 0 for never. Provider and model are contents of
 * JSON strings; `partition` may be empty.
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
  out.text(',"provider":"').append(provider).text('","model":"').append(model);
  out.text('","partition":"').append(partition);
  out.text('","response":').append(response).byte(0x7d);
  writeCode(subslice(out.slice, from), secret);
  out.append(code.slice);
}

function hasCode(object: Slice, given: Slice, secret: Slice): bool {
  if (!sliceSize(secret)) return isChecksum(given, wordHashOf(object));
  writeCode(object, secret);
  return slicesEqual(code.slice, given);
}

/** Whether these are the digits of a number, as `writeCode` writes them. */
function isChecksum(digits: Slice, number: u64): bool {
  if (sliceSize(digits) != CHECKSUM_SIZE) return false;
  for (let i = 0; i < CHECKSUM_SIZE; i += 2) {
    const byte = (<u32>(number >> ((<u64>i) << 2))) & 0xff;
    if (byteAt(digits, i) != hexDigit(byte >> 4) || byteAt(digits, i + 1) != hexDigit(byte & 15)) return false;
  }
  return true;
}

/** Writes the code of an entry into `code`. */
function writeCode(object: Slice, secret: Slice): void {
  digest.clear();
  code.clear();
  if (sliceSize(secret)) hmacSha256(secret, object, digest);
  else digest.u64(wordHashOf(object));
  encodeHex(digest.slice, code);
}
