import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, byteAt, Slice, sliceEquals, sliceSize, subslice } from "../bytes/slice";
import { Captures } from "./captures";

const DOLLAR: u32 = 0x24;
const OPENING_BRACE: u32 = 0x7b;
const CLOSING_BRACE: u32 = 0x7d;
const NO_GROUP: i32 = -1;

/**
 * Appends a template with its references filled in, as Go's `regexp.Expand` does: `$1` and `${1}` for a group's number,
 * `$name` and `${name}` for its name, `$$` for a dollar sign. Without braces a reference is as long as it can be, so `$1x`
 * means a group named `1x`. A group that does not exist or has no match is empty; any other `$` is a literal.
 */
export function expand(template: Slice, captures: Captures, names: string[], out: ByteBuffer): void {
  const size = sliceSize(template);
  for (let at = 0; at < size;) {
    const byte = byteAt(template, at++);
    // 0 at the end of the template is no part of a reference.
    const next = at < size ? byteAt(template, at) : 0;
    const start = next == OPENING_BRACE ? at + 1 : at;
    let end = start;
    while (byte == DOLLAR && end < size && isNameByte(byteAt(template, end))) end++;
    const isWhole = next != OPENING_BRACE || (end < size && byteAt(template, end) == CLOSING_BRACE);
    if (byte == DOLLAR && end > start && isWhole) {
      const group = captures.group(groupNumber(subslice(template, start, end), names));
      if (group != ABSENT) out.append(group);
      at = next == OPENING_BRACE ? end + 1 : end;
    } else {
      out.byte(byte);
      if (byte == DOLLAR && next == DOLLAR) at++;
    }
  }
}

function groupNumber(name: Slice, names: string[]): i32 {
  const size = sliceSize(name);
  let number = 0;
  let digits = 0;
  while (digits < size && byteAt(name, digits) - 0x30 < 10)
    number = min(number * 10 + byteAt(name, digits++) - 0x30, 1_000);
  const isNumber = digits == size && (size == 1 || byteAt(name, 0) != 0x30);
  if (isNumber) return number;
  for (let i = 1; i < names.length; i++) if (names[i].length && sliceEquals(name, names[i])) return i;
  return NO_GROUP;
}

/** Whether the byte can be part of a group's name: bytes beyond ASCII belong to letters. */
function isNameByte(byte: u32): bool {
  return byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 26 || byte == 0x5f || byte >= 0x80;
}
