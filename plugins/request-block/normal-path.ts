import { ByteBuffer } from "../../assembly/bytes/buffer";
import { decodePercent } from "../../assembly/bytes/percent";
import { queryOf, withoutQuery } from "../../assembly/bytes/query";
import {
  ABSENT,
  byteAt,
  indexOfByte,
  lastIndexOfByte,
  Slice,
  sliceEquals,
  sliceSize,
  subslice,
} from "../../assembly/bytes/slice";

const SLASH: u32 = 0x2f;
const QUESTION: u32 = 0x3f;

const decoded = new ByteBuffer();

/**
 * Writes the path as most servers understand it: percent signs decoded once, no empty and no dot segments (RFC 3986,
 * section 5.2.4), and the query decoded, with spaces for pluses.
 */
export function writeNormalPath(path: Slice, out: ByteBuffer): void {
  decoded.clear();
  const plain = decodePercent(withoutQuery(path), decoded);
  if (sliceSize(plain) && byteAt(plain, 0) == SLASH) writeSegments(plain, out);
  else out.append(plain);
  const query = queryOf(path);
  if (query != ABSENT) decodePercent(query, out.byte(QUESTION), true);
}

function writeSegments(path: Slice, out: ByteBuffer): void {
  const size = sliceSize(path);
  let from = 1;
  let isOpen = true;
  while (from <= size) {
    const slash = indexOfByte(path, SLASH, from);
    const end = slash < 0 ? size : slash;
    const segment = subslice(path, from, end);
    from = end + 1;
    isOpen = true;
    if (sliceEquals(segment, "..")) out.size = max(lastIndexOfByte(out.slice, SLASH), 0);
    else if (sliceSize(segment) && !sliceEquals(segment, ".")) {
      out.byte(SLASH).append(segment);
      isOpen = false;
    }
  }
  if (isOpen) out.byte(SLASH);
}
