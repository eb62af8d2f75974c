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
  return mixed(hash, lastBytes(sliceStart(slice), p, rest));
}

/** The last bytes, fewer than eight, from `p` on, as a big-endian number. `start` is the first byte of all. */
// @ts-ignore: decorator
@inline
function lastBytes(start: usize, p: usize, count: i32): u64 {
  const bits = (<u64>count) << 3;
  if (p > start) return bswap(load<u64>(p + count - 8)) & (((<u64>1) << bits) - 1);
  if (count >= 4) return ((<u64>bswap(load<u32>(p))) << (bits - 32)) | bswap(load<u32>(p + count - 4));
  let last: u64 = 0;
  for (let i = 0; i < count; i++) last = (last << 8) | load<u8>(p + i);
  return last;
}

// @ts-ignore: decorator
@inline
function mixed(hash: u64, word: u64): u64 {
  const product = (hash ^ word) * MULTIPLIER;
  return product ^ (product >> 32);
}
