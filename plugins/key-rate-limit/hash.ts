import { Slice, sliceEnd, sliceStart } from "../../assembly/bytes/slice";

/** A 64-bit hash of the bytes, never 0: FNV-1a, and a mixer behind it, for the low bits of FNV are weak. */
export function wideHashOf(slice: Slice): u64 {
  let hash: u64 = 0xcbf29ce484222325;
  const end = sliceEnd(slice);
  for (let p = sliceStart(slice); p < end; p++) hash = (hash ^ load<u8>(p)) * 0x100000001b3;
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
  hash ^= hash >> 33;
  return hash ? hash : 1;
}
