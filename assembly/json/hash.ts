import { Slice, sliceSize, sliceStart } from "../bytes/slice";

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

/** A 64-bit hash of a key: chance does not make two keys collide, an attacker does. */
export function keyHash(key: Slice): u64 {
  const size = <u32>sliceSize(key);
  let p = sliceStart(key);
  let hash = <u64>size * MULTIPLIER;
  let rest = size;
  for (; rest >= 8; rest -= 8) {
    hash = mix(hash, load<u64>(p));
    p += 8;
  }
  let last: u64 = 0;
  for (; rest > 0; rest--) last = (last << 8) | load<u8>(p++);
  return mix(hash, last);
}

// @ts-ignore: decorator
@inline
function mix(hash: u64, word: u64): u64 {
  const product = (hash ^ word) * MULTIPLIER;
  return product ^ (product >> 32);
}
