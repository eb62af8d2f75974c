import { indexOfByte, Slice, sliceSize, subslice } from "../../../assembly/bytes/slice";

/** Ends every line of a history. */
export const LINE_FEED: u32 = 0x0a;

/** The newest whole lines of a history that have at most `limit` bytes. */
export function newestLines(lines: Slice, limit: i32): Slice {
  const size = sliceSize(lines);
  if (size <= limit) return lines;
  const end = indexOfByte(lines, LINE_FEED, size - limit - 1);
  return end < 0 ? subslice(lines, size) : subslice(lines, end + 1);
}
