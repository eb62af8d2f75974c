import { ByteBuffer } from "../bytes/buffer";
import { byteAt, Slice, sliceSize } from "../bytes/slice";
import { Sha256, SHA256_BLOCK } from "./sha256";

const INNER_PAD: u32 = 0x36;
const OUTER_PAD: u32 = 0x5c;

const digest = new Sha256();
const key = new ByteBuffer();
const block = new ByteBuffer();
const inner = new ByteBuffer();

/**
 * Appends HMAC-SHA256 (RFC 2104, FIPS 198-1) of a message, 32 bytes. The secret may have any size; copies of it are
 * overwritten before the call returns. `out` must not be a buffer that `secret` or `message` lies in.
 */
export function hmacSha256(secret: Slice, message: Slice, out: ByteBuffer): void {
  key.clear();
  if (sliceSize(secret) > SHA256_BLOCK) digest.begin().update(secret).finish(key);
  else key.append(secret);
  inner.clear();
  digest.begin().update(padded(INNER_PAD)).update(message).finish(inner);
  digest.begin().update(padded(OUTER_PAD)).update(inner.slice).finish(out);
  overwrite(key);
  overwrite(block);
}

function padded(pad: u32): Slice {
  block.clear();
  for (let i = 0; i < SHA256_BLOCK; i++) block.byte((i < key.size ? byteAt(key.slice, i) : 0) ^ pad);
  return block.slice;
}

function overwrite(buffer: ByteBuffer): void {
  const size = buffer.size;
  buffer.clear();
  for (let i = 0; i < size; i++) buffer.byte(0);
  buffer.clear();
}
