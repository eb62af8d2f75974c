// SPDX-License-Identifier: Apache-2.0
// A module with the two faults that the poisoned build shows: it reads a block that it freed, and an object to which no
// reference is left but a raw pointer. It logs one byte of each.
import "../../../../assembly/abi/abort";


@external("env", "proxy_log")
declare function log(level: u32, text: usize, size: usize): u32;

const SIZE: i32 = 64;
const ERROR: u32 = 4;

let unreferenced: usize = 0;

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: usize): usize {
  return heap.alloc(size);
}

/** Logs a byte in hexadecimal. */
function show(byte: u8): void {
  const text = String.UTF8.encode(byte.toString(16));
  log(ERROR, changetype<usize>(text), text.byteLength);
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  const block = heap.alloc(SIZE);
  memory.fill(block, 0x61, SIZE);
  heap.free(block);
  // Read before anything else is allocated, which could take the same place.
  show(load<u8>(block + SIZE / 2));
  const buffer = new ArrayBuffer(SIZE);
  unreferenced = changetype<usize>(buffer);
  memory.fill(unreferenced, 0x61, SIZE);
  show(load<u8>(unreferenced + SIZE / 2));
  return 0;
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  show(load<u8>(unreferenced + SIZE / 2));
  return 0;
}
