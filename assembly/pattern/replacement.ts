import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, byteAt, Slice, sliceBetween, sliceEnd, sliceEquals, sliceSize, sliceStart } from "../bytes/slice";
import { Captures } from "./captures";

const DOLLAR: u32 = 0x24;
const NO_GROUP: i32 = -1;

/**
 * Appends a template with its references filled in, as Go's `regexp.Expand` does: `$1` and `${1}` for a group's number,
 * `$name` and `${name}` for its name, `$$` for a dollar sign. Without braces a reference is as long as it can be, so `$1x`
 * means a group named `1x`. A group that there is not, or that matched nothing, is empty; any other `$` stays as it is.
 */
export function expand(template: Slice, captures: Captures, names: string[], out: ByteBuffer): void {
  const end = sliceEnd(template);
  for (let p = sliceStart(template); p < end;) {
    const byte = <u32>load<u8>(p++);
    // The text's end is as good as a byte that is part of no reference.
    const next = p < end ? <u32>load<u8>(p) : 0;
    const start = next == 0x7b ? p + 1 : p;
    let behind = start;
    while (byte == DOLLAR && behind < end && isNameByte(load<u8>(behind))) behind++;
    const isWhole = next != 0x7b || (behind < end && load<u8>(behind) == 0x7d);
    if (byte == DOLLAR && behind > start && isWhole) {
      const group = captures.group(groupNumber(sliceBetween(start, behind), names));
      if (group != ABSENT) out.append(group);
      p = next == 0x7b ? behind + 1 : behind;
    } else {
      out.byte(byte);
      if (byte == DOLLAR && next == DOLLAR) p++;
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

/** Beyond ASCII most characters that stand next to a reference are letters, which are part of a name. */
function isNameByte(byte: u32): bool {
  return byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 26 || byte == 0x5f || byte >= 0x80;
}
