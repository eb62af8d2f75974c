import { indexOfByte, Slice, sliceOf, subslice } from "./slice";

const BLOCK: i32 = 1024;
/** The bytes behind a constant that may be read with it: a wide load. */
const PADDING: i32 = 16;
const SPACE: i32 = 0x20;

let block: usize = 0;
let used: i32 = BLOCK;

/**
 * A text of ASCII as bytes that stay in memory for good: for the top level of a file. Constants lie one behind the other, in half of the
 * space that strings take, so that those that are used together are in the processor's cache together. Sixteen bytes more may be read.
 */
export function constant(text: string): Slice {
  const size = text.length;
  const needed = size + PADDING;
  if (used + needed > BLOCK) {
    block = heap.alloc(max(BLOCK, needed));
    used = 0;
  }
  const start = block + used;
  for (let i = 0; i < size; i++) store<u8>(start + i, text.charCodeAt(i));
  used += size;
  return sliceOf(start, size);
}

/** The words of a text, with one space between two of them: parts of one constant. */
export function constants(words: string): StaticArray<Slice> {
  const all = constant(words);
  let count = 1;
  for (let i = 0; i < words.length; i++) if (words.charCodeAt(i) == SPACE) count++;
  const list = new StaticArray<Slice>(count);
  for (let i = 0, from = 0; i < count; i++) {
    const space = indexOfByte(all, SPACE, from);
    const end = space < 0 ? words.length : space;
    list[i] = subslice(all, from, end);
    from = end + 1;
  }
  return list;
}
