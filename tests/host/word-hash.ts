// SPDX-License-Identifier: Apache-2.0
// The hash of `assembly/bytes/hash.ts`, from its definition.

const MULTIPLIER = 0x9e3779b97f4a7c15n;

/** What the hash is behind one more word. */
export function mixed(hash: bigint, word: bigint): bigint {
  const product = BigInt.asUintN(64, (hash ^ word) * MULTIPLIER);
  return product ^ (product >> 32n);
}

/** The hash behind the whole words of `bytes`, which begin a text of `size` bytes. */
export function hashBehind(bytes: Buffer, size: number): bigint {
  let hash = BigInt.asUintN(64, BigInt(size) * MULTIPLIER);
  for (let at = 0; at + 8 <= bytes.length; at += 8) hash = mixed(hash, bytes.readBigUInt64LE(at));
  return hash;
}

/** The hash of a text. */
export function wordHash(bytes: Buffer): bigint {
  const rest = bytes.length % 8;
  const last = bytes.subarray(bytes.length - rest).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  return mixed(hashBehind(bytes, bytes.length), last);
}
