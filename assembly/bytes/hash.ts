import { Slice, sliceSize, sliceStart } from "./slice";

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

/** A 64-bit hash of the bytes, eight at a time; not cryptographic. Each seed gives a different hash. */
export function wordHashOf(slice: Slice, seed: u64 = 0): u64 {
  let p = sliceStart(slice);
  let rest = sliceSize(slice);
  let hash = (seed ^ (<u64>rest)) * MULTIPLIER;
  for (; rest >= 8; rest -= 8) {
    hash = mixed(hash, load<u64>(p));
    p += 8;
  }
  let last: u64 = 0;
  for (; rest > 0; rest--) last = (last << 8) | load<u8>(p++);
  return mixed(hash, last);
}

// @ts-ignore: decorator
@inline
function mixed(hash: u64, word: u64): u64 {
  const product = (hash ^ word) * MULTIPLIER;
  return product ^ (product >> 32);
}
