import { ByteBuffer } from "../bytes/buffer";

const ENTRY_SIZE: usize = 16;

/**
 * Replacements of ranges of a text, in the order of their start; a range without length is an insertion. Each names its
 * new bytes by offset and size in a buffer that may move.
 */
// @ts-ignore: decorator
@unmanaged
export class PatchList {
  private entries: ByteBuffer = new ByteBuffer();

  /** The number of patches. */
  get count(): i32 {
    return this.entries.size / <i32>ENTRY_SIZE;
  }

  /** Adds a patch after the ones with the same start; it replaces a patch of the same range. */
  put(from: usize, to: usize, offset: i32, size: i32): void {
    const count = this.count;
    this.entries.reserve(<i32>ENTRY_SIZE);
    let index = count;
    while (index > 0 && this.from(index - 1) > from) index--;
    const isReplacement = to > from && index > 0 && this.from(index - 1) == from && this.to(index - 1) == to;
    if (isReplacement) index--;
    const entry = this.entry(index);
    if (!isReplacement) {
      memory.copy(entry + ENTRY_SIZE, entry, <usize>(count - index) * ENTRY_SIZE);
      this.entries.size += <i32>ENTRY_SIZE;
    }
    store<u32>(entry, <u32>from);
    store<u32>(entry, <u32>to, 4);
    store<u32>(entry, offset, 8);
    store<u32>(entry, size, 12);
  }

  /** Whether something is inserted at this address already. */
  insertsAt(address: usize): bool {
    for (let i = this.count - 1; i >= 0 && this.from(i) >= address; i--) {
      if (this.from(i) == address && this.to(i) == address) return true;
    }
    return false;
  }

  /** Where the range of a patch begins. */
  from(index: i32): usize {
    return load<u32>(this.entry(index));
  }

  /** Where the range of a patch ends. */
  to(index: i32): usize {
    return load<u32>(this.entry(index), 4);
  }

  /** The offset of a patch's new bytes. */
  offset(index: i32): i32 {
    return load<i32>(this.entry(index), 8);
  }

  /** The number of a patch's new bytes. */
  size(index: i32): i32 {
    return load<i32>(this.entry(index), 12);
  }

  /** Forgets all patches. */
  clear(): void {
    this.entries.clear();
  }

  /** Frees the memory. */
  free(): void {
    this.entries.free();
  }


  @inline
  private entry(index: i32): usize {
    return this.entries.start + <usize>index * ENTRY_SIZE;
  }
}
