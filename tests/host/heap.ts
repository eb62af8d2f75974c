// SPDX-License-Identifier: Apache-2.0
import type { GuestMemory } from "./guest-memory.ts";

// AssemblyScript's allocator lays its blocks end to end: a word with the size and two flags, then the payload. The last
// block has size 0. https://github.com/AssemblyScript/assemblyscript/blob/main/std/assembly/rt/tlsf.ts
const OVERHEAD = 4;
const FREE = 1;
const FLAGS = 3;

/** What the allocator holds behind the anchor: blocks in use and their bytes. */
export interface HeapUse {
  blocks: number;
  bytes: number;
}

/**
 * Counts the blocks in use behind `anchor`, a block that was allocated first and stays. Null where what is found there is
 * not that allocator's heap.
 */
export function heapUse(memory: GuestMemory, anchor: number): HeapUse | null {
  const use = { blocks: 0, bytes: 0 };
  let at = anchor - OVERHEAD;
  while (at + OVERHEAD <= memory.byteLength) {
    const info = memory.readU32(at);
    const size = (info & ~FLAGS) >>> 0;
    if (size === 0) return use;
    if ((info & FREE) === 0) {
      use.blocks++;
      use.bytes += size;
    }
    at += OVERHEAD + size;
  }
  return null;
}
