import { ByteBuffer } from "../bytes/buffer";
import { readU32, readU32BigEndian, writeByte, writeU32 } from "../bytes/integers";
import { copyInto, Slice, sliceOfBuffer, sliceSize, subslice } from "../bytes/slice";

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
    let at = this.held ? this.hold(bytes, 0) : 0;
    for (; at + SHA256_BLOCK <= size; at += SHA256_BLOCK) this.compress(bytes, at);
    if (at < size) this.hold(bytes, at);
    return this;
  }

  /** Ends the message and appends its digest, 32 bytes. */
  finish(out: ByteBuffer): void {
    const block = sliceOfBuffer(this.block);
    const bits = this.total << 3;
    writeByte(block, this.held++, 0x80);
    if (this.held > LENGTH_AT) {
      this.pad(SHA256_BLOCK);
      this.takeBlock();
    }
    this.pad(LENGTH_AT);
    writeU32(block, LENGTH_AT, bswap(<u32>(bits >> 32)));
    writeU32(block, LENGTH_AT + 4, bswap(<u32>bits));
    this.takeBlock();
    for (let i = 0; i < 8; i++) out.u32(bswap(unchecked(this.state[i])));
  }

  /** Keeps bytes for the next block, as many as it needs. Returns where the others begin. */
  private hold(bytes: Slice, from: i32): i32 {
    const block = sliceOfBuffer(this.block);
    const taken = subslice(bytes, from, from + SHA256_BLOCK - this.held);
    copyInto(subslice(block, this.held), taken);
    this.held += sliceSize(taken);
    if (this.held == SHA256_BLOCK) this.takeBlock();
    return from + sliceSize(taken);
  }

  private pad(size: i32): void {
    const block = sliceOfBuffer(this.block);
    while (this.held < size) writeByte(block, this.held++, 0);
  }

  /** Works on the block that is kept. */
  private takeBlock(): void {
    this.held = 0;
    this.compress(sliceOfBuffer(this.block), 0);
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
