import { ByteBuffer } from "../../assembly/bytes/buffer";
import {
  ABSENT,
  byteAt,
  indexOfByte,
  lastIndexOfByte,
  Slice,
  sliceSize,
  sliceStart,
  subslice,
} from "../../assembly/bytes/slice";

const COLON: u32 = 0x3a;
const DOT: u32 = 0x2e;
const ADDRESS_SIZE = 16;
const GROUPS = 8;

/**
 * Appends an address, IPv4 (RFC 4291, section 2.5.5.2, makes it one of IPv6) or IPv6, as sixteen bytes, and gives them;
 * `ABSENT` if it is none. Leading zeros in IPv4 and zones are refused.
 */
export function parseAddress(text: Slice, out: ByteBuffer): Slice {
  out.clear();
  memory.fill(out.reserve(ADDRESS_SIZE), 0, ADDRESS_SIZE);
  out.size = ADDRESS_SIZE;
  if (indexOfByte(text, COLON) >= 0) return parseGroups(text, out.start) ? out.slice : ABSENT;
  store<u16>(out.start, 0xffff, 10);
  return parseQuad(text, out.start + 12) ? out.slice : ABSENT;
}

/** Without the port of `1.2.3.4:80` and of `[::1]:80`, and without brackets. */
export function withoutPort(text: Slice): Slice {
  if (sliceSize(text) && byteAt(text, 0) == 0x5b) return subslice(text, 1, lastIndexOfByte(text, 0x5d));
  const colon = indexOfByte(text, COLON);
  return colon >= 0 && indexOfByte(text, DOT) >= 0 && indexOfByte(text, COLON, colon + 1) < 0
    ? subslice(text, 0, colon)
    : text;
}

/** A number without sign and leading zeros, up to `most`; -1 if it is none. */
export function parseNumber(text: Slice, most: i32): i32 {
  const size = sliceSize(text);
  if (size == 0 || size > 3 || (size > 1 && byteAt(text, 0) == 0x30)) return -1;
  let number = 0;
  for (let i = 0; i < size; i++) {
    const digit = byteAt(text, i) - 0x30;
    if (digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number <= most ? number : -1;
}

function parseQuad(text: Slice, to: usize): bool {
  let from = 0;
  for (let i = 0; i < 4; i++) {
    const dot = indexOfByte(text, DOT, from);
    if (dot < 0 != (i == 3)) return false;
    const number = parseNumber(subslice(text, from, dot < 0 ? i32.MAX_VALUE : dot), 255);
    if (number < 0) return false;
    store<u8>(to + i, number);
    from = dot + 1;
  }
  return true;
}

function parseGroups(text: Slice, to: usize): bool {
  const size = sliceSize(text);
  let count = 0;
  let gap = -1;
  let from = 0;
  if (byteAt(text, 0) == COLON) {
    if (size < 2 || byteAt(text, 1) != COLON) return false;
    from = 1;
  }
  while (from < size) {
    if (byteAt(text, from) == COLON) {
      if (gap >= 0) return false;
      gap = count;
      from++;
      continue;
    }
    const colon = indexOfByte(text, COLON, from);
    const part = subslice(text, from, colon < 0 ? size : colon);
    if (indexOfByte(part, DOT) >= 0) {
      if (colon >= 0 || count > GROUPS - 2 || !parseQuad(part, to + 2 * count)) return false;
      count += 2;
      break;
    }
    const group = parseHex(part);
    if (group < 0 || count == GROUPS) return false;
    store<u16>(to + 2 * count, bswap<u16>(<u16>group));
    count++;
    if (colon == size - 1) return false;
    from = colon < 0 ? size : colon + 1;
  }
  return gap < 0 ? count == GROUPS : count < GROUPS && widen(to, gap, count);
}

/** Moves the groups behind `::` to the end. */
function widen(to: usize, gap: i32, count: i32): bool {
  const behind = 2 * (count - gap);
  memory.copy(to + ADDRESS_SIZE - behind, to + 2 * gap, behind);
  memory.fill(to + 2 * gap, 0, ADDRESS_SIZE - behind - 2 * gap);
  return true;
}

function parseHex(text: Slice): i32 {
  const size = sliceSize(text);
  if (size == 0 || size > 4) return -1;
  let number = 0;
  for (let p = sliceStart(text); p < sliceStart(text) + size; p++) {
    const byte = <u32>load<u8>(p);
    const letter = (byte | 0x20) - 0x61;
    const digit = byte - 0x30 < 10 ? byte - 0x30 : letter < 6 ? letter + 10 : 16;
    if (digit > 15) return -1;
    number = (number << 4) | digit;
  }
  return number;
}
