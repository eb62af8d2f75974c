import { ByteBuffer } from "../bytes/buffer";
import { byteAt, Slice, sliceSize } from "../bytes/slice";

/** The size of the blocks that SHA-1 works on, in bytes. */
const BLOCK: i32 = 64;
/** The offset of the message's length in the last block. */
const LENGTH_AT: i32 = 56;

/** The message schedule of the current block. */
const W = new StaticArray<u32>(80);
const state = new StaticArray<u32>(5);
const padded = new ByteBuffer();

/**
 * Appends the SHA-1 digest of a message, 20 bytes (FIPS 180-4). It names things, as Redis names scripts by it; it is not for security.
 */
export function sha1(message: Slice, out: ByteBuffer): void {
  const size = sliceSize(message);
  padded.clear();
  padded.append(message).byte(0x80);
  padded.zeros((BLOCK + LENGTH_AT - (padded.size % BLOCK)) % BLOCK);
  const bits = (<u64>size) << 3;
  for (let shift = 56; shift >= 0; shift -= 8) padded.byte((<u32>(bits >> shift)) & 0xff);
  // FIPS 180-4, section 5.3.1.
  state[0] = 0x67452301;
  state[1] = 0xefcdab89;
  state[2] = 0x98badcfe;
  state[3] = 0x10325476;
  state[4] = 0xc3d2e1f0;
  for (let at = 0; at < padded.size; at += BLOCK) compress(padded.slice, at);
  for (let i = 0; i < 5; i++) for (let shift = 24; shift >= 0; shift -= 8) out.byte((state[i] >> shift) & 0xff);
  padded.release(0);
}

function compress(bytes: Slice, at: i32): void {
  for (let t = 0; t < 16; t++) {
    const i = at + 4 * t;
    const high = (byteAt(bytes, i) << 24) | (byteAt(bytes, i + 1) << 16);
    W[t] = high | (byteAt(bytes, i + 2) << 8) | byteAt(bytes, i + 3);
  }
  for (let t = 16; t < 80; t++) W[t] = rotl<u32>(W[t - 3] ^ W[t - 8] ^ W[t - 14] ^ W[t - 16], 1);
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  for (let t = 0; t < 80; t++) {
    const next = rotl<u32>(a, 5) + mix(t, b, c, d) + e + W[t];
    e = d;
    d = c;
    c = rotl<u32>(b, 30);
    b = a;
    a = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

/** The function and the constant of a round: FIPS 180-4, sections 4.1.1 and 4.2.1. */
function mix(t: i32, b: u32, c: u32, d: u32): u32 {
  if (t < 20) return ((b & c) ^ (~b & d)) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}
