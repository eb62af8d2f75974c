import { ByteBuffer } from "./buffer";
import { decodePercent } from "./percent";
import { writeByte } from "./integers";
import { queryOf, withoutQuery } from "./query";
import { ABSENT, byteAt, indexOfByte, lastIndexOfByte, Slice, sliceEquals, sliceSize, subslice } from "./slice";

const SLASH: u32 = 0x2f;
const QUESTION: u32 = 0x3f;
const BACKSLASH: u32 = 0x5c;
const SEMICOLON: u32 = 0x3b;
const PLUS: u32 = 0x2b;

const decoded = new ByteBuffer();

/**
 * Writes the path as most servers interpret it: percent-decoded once, slashes for backslashes, no empty and no dot segments
 * (RFC 3986, section 5.2.4). `asForm` writes it as servlets and forms do: without path parameters (`;x`), and with spaces for
 * the pluses of the query.
 */
export function writeNormalPath(path: Slice, out: ByteBuffer, asForm: bool): void {
  decoded.clear();
  const plain = decodePercent(withoutQuery(path), decoded);
  for (let i = 0; i < sliceSize(plain); i++) if (byteAt(plain, i) == BACKSLASH) writeByte(plain, i, SLASH);
  if (sliceSize(plain) && byteAt(plain, 0) == SLASH) writeSegments(plain, out, asForm);
  else out.append(plain);
  const query = queryOf(path);
  if (query != ABSENT) decodePercent(query, out.byte(QUESTION), asForm);
}

/** Whether a normal path is different with `asForm`. */
export function differsAsForm(normalPath: Slice): bool {
  return indexOfByte(normalPath, SEMICOLON) >= 0 || indexOfByte(normalPath, PLUS) >= 0;
}

function writeSegments(path: Slice, out: ByteBuffer, asForm: bool): void {
  const size = sliceSize(path);
  let from = 1;
  let isOpen = true;
  while (from <= size) {
    const slash = indexOfByte(path, SLASH, from);
    const end = slash < 0 ? size : slash;
    let segment = subslice(path, from, end);
    if (asForm) segment = withoutParameters(segment);
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

function withoutParameters(segment: Slice): Slice {
  const semicolon = indexOfByte(segment, SEMICOLON);
  return semicolon < 0 ? segment : subslice(segment, 0, semicolon);
}
