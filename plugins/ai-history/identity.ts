import { CONSUMER_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { encodeHex } from "../../assembly/bytes/hex";
import { ABSENT, Slice, sliceEquals, sliceOfBuffer, slicesEqual, sliceSize } from "../../assembly/bytes/slice";
import { hmacSha256 } from "../../assembly/crypto/hmac";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap } from "../../assembly/host/headers";
import { HistoryConfig } from "./config";

/** Changes with what a key is made of. */
const FORMAT = "ai-history 1";
/** The secret where the configuration has none: neither a consumer nor a token is in a key as it is. */
const PUBLIC = new ByteBuffer().text("ai-history identity");

const consumer = new FilterState(CONSUMER_STATE);
const parts = new ByteBuffer();
const digest = new ByteBuffer();

/** What a request lacks for an identity. */
export const enum Missing {
  Nothing,
  /** No filter has identified its consumer. */
  Consumer,
  /** The header that subdivides the consumer, with one value. */
  Header,
}

/**
 * Appends the key of the identity of a request, in hexadecimal digits: an HMAC of its consumer, which key-auth has verified, and of the header that
 * subdivides it. A client chooses among the histories of its consumer, and never another one's.
 */
export function findKey(config: HistoryConfig, headers: HeaderMap, out: ByteBuffer): Missing {
  const name = consumer.get();
  if (!sliceSize(name)) return Missing.Consumer;
  parts.clear();
  parts.text(FORMAT);
  add(sliceOfBuffer(config.prefix));
  add(name);
  if (config.identityHeader.length) {
    const value = onlyValue(headers, config.identityHeader);
    if (!sliceSize(value)) return Missing.Header;
    parts.text(config.identityHeader);
    add(value);
  }
  const secret = sliceOfBuffer(config.secret);
  digest.clear();
  hmacSha256(sliceSize(secret) ? secret : PUBLIC.slice, parts.slice, digest);
  encodeHex(digest.slice, out);
  return Missing.Nothing;
}

/** The value of a header; ABSENT without one, or if the header has several: proxies and applications differ in which of them counts. */
function onlyValue(headers: HeaderMap, name: string): Slice {
  const value = headers.get(name);
  if (value == ABSENT) return ABSENT;
  for (let i = 0; i < headers.count; i++)
    if (sliceEquals(headers.nameAt(i), name) && !slicesEqual(headers.valueAt(i), value)) return ABSENT;
  return value;
}

/** Adds a part with its size in front: no value of a client looks like another part. */
function add(value: Slice): void {
  parts.u32(sliceSize(value)).append(value);
}
