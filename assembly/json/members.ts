import { ByteBuffer } from "../bytes/buffer";
import { wordHashOf } from "../bytes/hash";
import { ABSENT, Slice, sliceOf, sliceSize, slicesEqual } from "../bytes/slice";
import { jsonUnescape } from "./string";

/** The largest number of members that a table holds. */
export const MAX_MEMBERS: i32 = 256;

/** The bytes of one entry: first the key token, then the fields below, all slices but the hash. */
export const MEMBER_SIZE: usize = 32;

/** The offset of the value token. */
export const VALUE: usize = 8;

/** The offset of the unescaped key; ABSENT as long as the key has escapes. */
export const NAME: usize = 16;

/** The offset of the name's hash. */
const HASH: usize = 24;

/** The result of a search for duplicates that was given up. */
export const TOO_MANY_COLLISIONS: usize = 1;

/** The most different names with the same 64-bit hash: more are an attack on the search for duplicates. */
const MAX_COLLISIONS: i32 = 16;

/** The bytes of all keys in a table that have escapes. */
export function escapedNameBytes(table: usize, tableEnd: usize): i32 {
  let bytes = 0;
  for (let entry = table; entry < tableEnd; entry += MEMBER_SIZE) {
    if (load<u64>(entry, NAME) == ABSENT) bytes += sliceSize(load<u64>(entry));
  }
  return bytes;
}

/** Unescapes the keys that have escapes into a buffer with enough capacity. */
export function unescapeNames(table: usize, tableEnd: usize, out: ByteBuffer): void {
  for (let entry = table; entry < tableEnd; entry += MEMBER_SIZE) {
    if (load<u64>(entry, NAME) != ABSENT) continue;
    const before = out.size;
    jsonUnescape(load<u64>(entry), out);
    store<u64>(entry, sliceOf(out.start + before, out.size - before), NAME);
  }
}

/** The first entry whose name occurs before it, 0 if there is none, or `TOO_MANY_COLLISIONS`. */
export function findDuplicateName(table: usize, tableEnd: usize): usize {
  let seen: u64 = 0;
  let collisions = 0;
  for (let entry = table; entry < tableEnd; entry += MEMBER_SIZE) {
    const name = load<u64>(entry, NAME);
    const hash = wordHashOf(name);
    store<u64>(entry, hash, HASH);
    const bit = (<u64>1) << (hash >> 58);
    // These 64 bits are enough to distinguish most keys.
    for (let other = seen & bit ? table : entry; other < entry; other += MEMBER_SIZE) {
      if (load<u64>(other, HASH) != hash) continue;
      if (slicesEqual(load<u64>(other, NAME), name)) return entry;
      if (++collisions > MAX_COLLISIONS) return TOO_MANY_COLLISIONS;
    }
    seen |= bit;
  }
  return 0;
}
