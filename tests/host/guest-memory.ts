// SPDX-License-Identifier: Apache-2.0
import type { HeaderPair } from "./header-map.ts";

const POISON = 0xdd;

/** The module's linear memory, seen from the host. */
export class GuestMemory {
  /** How many buffers and bytes were handed over to the module so far. */
  handedOver = { buffers: 0, bytes: 0 };
  private readonly borrowed: { pointer: number; size: number }[] = [];
  private buffer: Buffer;

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly allocate: (size: number) => number,
  ) {
    this.buffer = Buffer.from(memory.buffer);
  }

  /** The size of the memory; it can only grow. */
  get byteLength(): number {
    return this.memory.buffer.byteLength;
  }

  /** Adds pages of 64 KiB, as a module that needs much memory does. */
  grow(pages: number): void {
    this.memory.grow(pages);
  }

  /** The bytes of a range, copied; null where it does not lie in the memory. */
  read(at: number, size: number): Buffer | null {
    const start = at >>> 0;
    const end = start + (size >>> 0);
    return end > this.byteLength ? null : Buffer.from(this.bytes().subarray(start, end));
  }

  /** A range as text of one byte a character, so that any header value survives. */
  readText(at: number, size: number): string | null {
    return this.read(at, size)?.toString("latin1") ?? null;
  }

  readU32(at: number): number {
    return this.bytes().readUInt32LE(at >>> 0);
  }

  writeU32(at: number, value: number): boolean {
    if ((at >>> 0) + 4 > this.byteLength) return false;
    this.bytes().writeUInt32LE(value >>> 0, at >>> 0);
    return true;
  }

  writeU64(at: number, value: bigint): boolean {
    if ((at >>> 0) + 8 > this.byteLength) return false;
    this.bytes().writeBigUInt64LE(BigInt.asUintN(64, value), at >>> 0);
    return true;
  }

  write(at: number, data: Buffer): boolean {
    if ((at >>> 0) + data.length > this.byteLength) return false;
    data.copy(this.bytes(), at >>> 0);
    return true;
  }

  /**
   * Hands a value over to the module in memory that it allocates and owns, and writes pointer and size. For an empty
   * value nothing is allocated: the pointer is 0.
   */
  handOver(data: Buffer, pointerAt: number, sizeAt: number): boolean {
    let pointer = 0;
    if (data.length > 0) {
      pointer = this.allocate(data.length) >>> 0;
      if (pointer === 0 || !this.write(pointer, data)) return false;
      this.borrowed.push({ pointer, size: data.length });
      this.handedOver.buffers++;
      this.handedOver.bytes += data.length;
    }
    return this.writeU32(pointerAt, pointer) && this.writeU32(sizeAt, data.length);
  }

  /**
   * Overwrites what was handed over since the last call, as far as it lies in a range that the module keeps for it: what
   * still reads there after the callback finds no longer what it read before.
   */
  poison(from: number, to: number): void {
    for (const { pointer, size } of this.borrowed) {
      if (pointer >= from && pointer + size <= to) this.bytes().fill(POISON, pointer, pointer + size);
    }
    this.borrowed.length = 0;
  }

  // A memory that grew has a new ArrayBuffer.
  bytes(): Buffer {
    if (this.buffer.buffer !== this.memory.buffer) this.buffer = Buffer.from(this.memory.buffer);
    return this.buffer;
  }
}

/** Header pairs in the ABI's layout: count, sizes, then names and values, each ended by a zero. */
export function encodePairs(pairs: readonly (readonly [string, string])[]): Buffer {
  if (pairs.length === 0) return Buffer.alloc(0);
  let at = 4 + 8 * pairs.length;
  const size = pairs.reduce((sum, [name, value]) => sum + name.length + value.length + 2, at);
  const data = Buffer.alloc(size);
  data.writeUInt32LE(pairs.length, 0);
  for (const [index, pair] of pairs.entries()) {
    data.writeUInt32LE(pair[0].length, 4 + 8 * index);
    data.writeUInt32LE(pair[1].length, 8 + 8 * index);
    for (const text of pair) at += data.write(text, at, "latin1") + 1;
  }
  return data;
}

/** Reads what `encodePairs` writes; null where the layout is broken, which Envoy takes as no pairs at all. */
export function decodePairs(data: Buffer): HeaderPair[] | null {
  if (data.length === 0) return [];
  if (data.length < 4) return null;
  const count = data.readUInt32LE(0);
  let at = 4 + 8 * count;
  if (at > data.length) return null;
  const texts: string[] = [];
  for (let index = 0; index < 2 * count; index++) {
    const size = data.readUInt32LE(4 + 4 * index);
    if (at + size + 1 > data.length || data[at + size] !== 0) return null;
    texts.push(data.toString("latin1", at, at + size));
    at += size + 1;
  }
  if (at !== data.length) return null;
  return Array.from({ length: count }, (_, index) => [texts[2 * index], texts[2 * index + 1]]);
}
