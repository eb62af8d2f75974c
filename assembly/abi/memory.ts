import { Slice, sliceOf } from "../bytes/slice";

// Everything that the host hands over during one callback lies in one region that is emptied when the callback
// returns, so nothing can leak and nothing can be freed twice. What does not fit gets a block of its own, in a list
// that is emptied with it. Nothing here is managed: an allocation never starts the collector.
const REGION_SIZE: usize = 32 * 1024;
const BLOCK_HEADER: usize = 16;

let region: usize = 0;
let used: usize = 0;
let blocks: usize = 0;
let depth: i32 = 0;

/** Where a host function writes the address, and behind it the size, of what it hands over. */
export const RETURNED: usize = memory.data(32, 16);

/** Called by the host for the memory of whatever it hands over. */
export function proxy_on_memory_allocate(size: usize): usize {
  const needed = (size + 15) & ~15;
  if (!region) region = heap.alloc(REGION_SIZE);
  if (needed <= REGION_SIZE - used) {
    const address = region + used;
    used += needed;
    return address;
  }
  const block = heap.alloc(needed + BLOCK_HEADER);
  store<usize>(block, blocks);
  blocks = block;
  return block + BLOCK_HEADER;
}

/** Marks the beginning of a callback. */
// @ts-ignore: decorator
@inline
export function enterCallback(): void {
  depth++;
}

/** Whether no callback is under way. */
export function isOutsideCallbacks(): bool {
  return depth == 0;
}

/** Marks the end of a callback: after the outermost one all memory that the host handed over is free again. */
export function leaveCallback(): void {
  if (--depth) return;
  release();
}

/** Gives back what the host has handed over, in the middle of a callback that needs none of it any more. */
export function emptyRegion(): void {
  if (depth == 1) release();
}

function release(): void {
  used = 0;
  while (blocks) {
    const block = blocks;
    blocks = load<usize>(block);
    heap.free(block);
  }
}

/** Prepares `RETURNED` for a host function that hands over bytes. */
// @ts-ignore: decorator
@inline
export function expectBytes(): void {
  store<u64>(RETURNED, 0);
}

/** The bytes that the host just handed over; present even when empty. Valid until the callback returns. */
export function returnedBytes(): Slice {
  const address = <usize>load<u32>(RETURNED);
  return sliceOf(address ? address : RETURNED, load<i32>(RETURNED, 4));
}

/** The 32-bit number that a host function just wrote `offset` bytes behind `RETURNED`. */
// @ts-ignore: decorator
@inline
export function returnedNumber(offset: usize = 0): u32 {
  return load<u32>(RETURNED + offset);
}

/** The 64-bit number that a host function just wrote at `RETURNED`; 0 after `expectBytes` if it wrote none. */
// @ts-ignore: decorator
@inline
export function returnedLong(): u64 {
  return load<u64>(RETURNED);
}
