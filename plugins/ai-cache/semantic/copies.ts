import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { encodeHex } from "../../../assembly/bytes/hex";
import { ABSENT, bufferOf, Slice, sliceOfBuffer, slicesEqual, sliceSize } from "../../../assembly/bytes/slice";
import { sha256 } from "../../../assembly/crypto/sha256";
import { AiCacheConfig } from "../config";
import { Entry, writeEntry } from "../entry/entry";
import { SemanticSettings } from "./settings";

const BEGIN = "copy ";
/** The mark of a copy: what it begins with, and 64 hexadecimal digits. */
const MARK_SIZE: i32 = BEGIN.length + 64;
const KEPT_BYTES: i32 = 16 << 10;

const digest = new ByteBuffer();
const text = new ByteBuffer();

/** Whether an entry is the copy of one to a question that means the same. */
export function isCopy(entry: Entry): bool {
  return sliceSize(entry.partition) == MARK_SIZE;
}

/**
 * Whether an entry may serve a request: for one whose question means the same it has its partition. A copy serves equal requests as long as what
 * decides about the meaning is the same.
 */
export function mayServe(entry: Entry, isSimilar: bool, partition: Slice, semantic: SemanticSettings | null): bool {
  if (isSimilar) return slicesEqual(entry.partition, partition);
  return !isCopy(entry) || (semantic !== null && slicesEqual(entry.partition, sliceOfBuffer(markOf(semantic))));
}

/**
 * Stores an entry that was found by meaning for the request, too, until the entry is over: an equal one needs no search then. No other question
 * gets the copy.
 */
export function copyEntry(entry: Entry, key: Slice, config: AiCacheConfig, now: i64): void {
  const semantic = config.semantic;
  if (semantic === null) return;
  const mark = sliceOfBuffer(markOf(semantic));
  const expires = entry.expires;
  text.clear();
  writeEntry(
    key,
    entry.created,
    expires,
    entry.provider,
    entry.model,
    mark,
    entry.response,
    sliceOfBuffer(config.secret),
    text,
  );
  config.store.put(key, ABSENT, text.slice, expires ? <i32>(expires - now) : 0);
  text.release(KEPT_BYTES);
}

/** What copies have in the place of a partition. */
function markOf(semantic: SemanticSettings): ArrayBuffer {
  const known = semantic.mark;
  if (known) return known;
  const criteria = String.UTF8.encode(semantic.criteria);
  digest.clear();
  sha256(sliceOfBuffer(criteria), digest);
  text.clear();
  encodeHex(digest.slice, text.text(BEGIN));
  const mark = bufferOf(text.slice);
  semantic.mark = mark;
  return mark;
}
