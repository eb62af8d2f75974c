import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOf, sliceToString } from "../../../assembly/bytes/slice";

/** The text as UTF-8, in memory that stays until the module ends. */
export function utf8(text: string): Slice {
  const size = String.UTF8.byteLength(text);
  const start = heap.alloc(max(size, 1));
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, start);
  return sliceOf(start, size);
}

/** The text of a slice, or "ABSENT". */
export function textOf(slice: Slice): string {
  return slice == ABSENT ? "ABSENT" : sliceToString(slice);
}

/** The content of a buffer, which is then cleared. */
export function written(buffer: ByteBuffer): string {
  const text = sliceToString(buffer.slice);
  buffer.clear();
  return text;
}
