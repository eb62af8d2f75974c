import { ByteBuffer } from "../bytes/buffer";
import { readU32, readU32BigEndian, writeByte, writeU32 } from "../bytes/integers";
import { byteAt, Slice, sliceOfBuffer, sliceSize } from "../bytes/slice";

/** The size of a SHA-256 digest in bytes. */
export const SHA256_SIZE: i32 = 32;
/** The size of the blocks that SHA-256 works on, in bytes. */
export const SHA256_BLOCK: i32 = 64;

/** The offset of the message's length in the last block. */
const LENGTH_AT: i32 = 56;

/** FIPS 180-4, section 4.2.2. */
const K: StaticArray<u32> = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
];

/** FIPS 180-4, section 5.3.3. */
const INITIAL: StaticArray<u32> = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** The message schedule of the current block: one for all digests, since a block is processed in one call. */
const W = new ArrayBuffer(64 << 2);

/**
 * SHA-256 (FIPS 180-4) of a message that comes in pieces. One object serves many messages, and allocates no memory for them.
 *
 * @example
 * digest.begin().update(part).update(other).finish(out);
 */
export class Sha256 {
  private readonly state: StaticArray<u32> = new StaticArray<u32>(8);
  private readonly block: ArrayBuffer = new ArrayBuffer(SHA256_BLOCK);
  private held: i32 = 0;
  private total: u64 = 0;

  /** Starts a new message. */
  begin(): this {
    for (let i = 0; i < 8; i++) unchecked((this.state[i] = INITIAL[i]));
    this.held = 0;
    this.total = 0;
    return this;
  }

  /** Adds bytes to the message. */
  update(bytes: Slice): this {
    const size = sliceSize(bytes);
    this.total += size;
    let at = 0;
    while (at < size && this.held) this.add(byteAt(bytes, at++));
    for (; at + SHA256_BLOCK <= size; at += SHA256_BLOCK) this.compress(bytes, at);
    while (at < size) this.add(byteAt(bytes, at++));
    return this;
  }

  /** Ends the message and appends its digest, 32 bytes. */
  finish(out: ByteBuffer): void {
    const bits = this.total << 3;
    this.add(0x80);
    while (this.held != LENGTH_AT) this.add(0);
    for (let shift = 56; shift >= 0; shift -= 8) this.add((<u32>(bits >> shift)) & 0xff);
    for (let i = 0; i < 8; i++) {
      const word = unchecked(this.state[i]);
      for (let shift = 24; shift >= 0; shift -= 8) out.byte((word >> shift) & 0xff);
    }
  }

  private add(byte: u32): void {
    const block = sliceOfBuffer(this.block);
    writeByte(block, this.held++, byte);
    if (this.held < SHA256_BLOCK) return;
    this.held = 0;
    this.compress(block, 0);
  }

  /** Works on the block at an offset. */
  private compress(bytes: Slice, from: i32): void {
    const words = sliceOfBuffer(W);
    const constants = K;
    for (let at = 0; at < SHA256_BLOCK; at += 4) writeU32(words, at, readU32BigEndian(bytes, from + at));
    // Offsets in bytes from the word that came sixteen words before.
    for (let at = 0; at < (64 << 2) - SHA256_BLOCK; at += 4) {
      const x = readU32(words, at + 4);
      const y = readU32(words, at + 56);
      const sigma0 = rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3);
      const sigma1 = rotr<u32>(y, 17) ^ rotr<u32>(y, 19) ^ (y >> 10);
      writeU32(words, at + 64, readU32(words, at) + sigma0 + readU32(words, at + 36) + sigma1);
    }
    const state = this.state;
    let a = unchecked(state[0]);
    let b = unchecked(state[1]);
    let c = unchecked(state[2]);
    let d = unchecked(state[3]);
    let e = unchecked(state[4]);
    let f = unchecked(state[5]);
    let g = unchecked(state[6]);
    let h = unchecked(state[7]);
    // Eight rounds at a time: after them each variable has its own meaning again, so that none is moved to another.
    for (let t = 0; t < 64; t += 8) {
      h += first(unchecked(constants[t]) + readU32(words, t << 2), e, f, g);
      d += h;
      h += second(a, b, c);
      g += first(unchecked(constants[t + 1]) + readU32(words, (t + 1) << 2), d, e, f);
      c += g;
      g += second(h, a, b);
      f += first(unchecked(constants[t + 2]) + readU32(words, (t + 2) << 2), c, d, e);
      b += f;
      f += second(g, h, a);
      e += first(unchecked(constants[t + 3]) + readU32(words, (t + 3) << 2), b, c, d);
      a += e;
      e += second(f, g, h);
      d += first(unchecked(constants[t + 4]) + readU32(words, (t + 4) << 2), a, b, c);
      h += d;
      d += second(e, f, g);
      c += first(unchecked(constants[t + 5]) + readU32(words, (t + 5) << 2), h, a, b);
      g += c;
      c += second(d, e, f);
      b += first(unchecked(constants[t + 6]) + readU32(words, (t + 6) << 2), g, h, a);
      f += b;
      b += second(c, d, e);
      a += first(unchecked(constants[t + 7]) + readU32(words, (t + 7) << 2), f, g, h);
      e += a;
      a += second(b, c, d);
    }
    unchecked((state[0] += a));
    unchecked((state[1] += b));
    unchecked((state[2] += c));
    unchecked((state[3] += d));
    unchecked((state[4] += e));
    unchecked((state[5] += f));
    unchecked((state[6] += g));
    unchecked((state[7] += h));
  }
}

/** What round `t` adds to its last variable first. FIPS 180-4, section 6.2.2, T1 without h. */
// @ts-ignore: decorator
@inline
function first(word: u32, e: u32, f: u32, g: u32): u32 {
  const sum = rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
  return word + (g ^ (e & (f ^ g))) + sum;
}

/** T2 there. */
// @ts-ignore: decorator
@inline
function second(a: u32, b: u32, c: u32): u32 {
  return (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + ((a & b) | (c & (a | b)));
}

const whole = new Sha256();

/** Appends the SHA-256 digest of a whole message, 32 bytes. */
export function sha256(message: Slice, out: ByteBuffer): void {
  whole.begin().update(message).finish(out);
}
