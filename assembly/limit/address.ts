import { ByteBuffer } from "../bytes/buffer";
import { parseDecimal } from "../bytes/decimal";
import { hexValue, NO_HEX_DIGIT } from "../bytes/hex";
import { writeByte, writeU16BigEndian } from "../bytes/integers";
import { ABSENT, byteAt, indexOfByte, lastIndexOfByte, Slice, sliceSize, subslice } from "../bytes/slice";

const COLON: u32 = 0x3a;
const DOT: u32 = 0x2e;
const ADDRESS_SIZE = 16;
const GROUPS = 8;

/**
 * Writes an IPv6 address, or an IPv4 address as IPv6 (RFC 4291, section 2.5.5.2), as sixteen bytes, and returns them;
 * `ABSENT` if the text is none. Leading zeros in IPv4 and zones are refused.
 */
export function parseAddress(text: Slice, out: ByteBuffer): Slice {
  out.clear();
  const address = out.zeros(ADDRESS_SIZE).slice;
  if (indexOfByte(text, COLON) >= 0) return parseGroups(text, address) ? address : ABSENT;
  writeU16BigEndian(address, 10, 0xffff);
  return parseQuad(text, address, 12) ? address : ABSENT;
}

/** The address without a port, as in `1.2.3.4:80` and `[::1]:80`, and without brackets. */
export function addressPart(text: Slice): Slice {
  if (sliceSize(text) && byteAt(text, 0) == 0x5b) return subslice(text, 1, lastIndexOfByte(text, 0x5d));
  const colon = indexOfByte(text, COLON);
  return colon >= 0 && indexOfByte(text, DOT) >= 0 && indexOfByte(text, COLON, colon + 1) < 0
    ? subslice(text, 0, colon)
    : text;
}

/** A number up to `most`, without sign and leading zeros; -1 for any other text. */
export function parseNumber(text: Slice, most: i32): i32 {
  const size = sliceSize(text);
  if (size == 0 || size > 3 || (size > 1 && byteAt(text, 0) == 0x30)) return -1;
  const number = parseDecimal(text);
  return number <= most ? number : -1;
}

/** Writes an IPv4 address into the four bytes from `at` on. */
function parseQuad(text: Slice, to: Slice, at: i32): bool {
  let from = 0;
  for (let i = 0; i < 4; i++) {
    const dot = indexOfByte(text, DOT, from);
    if (dot < 0 != (i == 3)) return false;
    const number = parseNumber(subslice(text, from, dot < 0 ? i32.MAX_VALUE : dot), 255);
    if (number < 0) return false;
    writeByte(to, at + i, number);
    from = dot + 1;
  }
  return true;
}

/** Writes an IPv6 address. */
function parseGroups(text: Slice, to: Slice): bool {
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
      if (colon >= 0 || count > GROUPS - 2 || !parseQuad(part, to, 2 * count)) return false;
      count += 2;
      break;
    }
    const group = parseHex(part);
    if (group < 0 || count == GROUPS) return false;
    writeU16BigEndian(to, 2 * count, group);
    count++;
    if (colon == size - 1) return false;
    from = colon < 0 ? size : colon + 1;
  }
  return gap < 0 ? count == GROUPS : count < GROUPS && widen(to, gap, count);
}

/** Moves the groups after `::` to the end. */
function widen(to: Slice, gap: i32, count: i32): bool {
  const behind = 2 * (count - gap);
  for (let i = behind - 1; i >= 0; i--) writeByte(to, ADDRESS_SIZE - behind + i, byteAt(to, 2 * gap + i));
  for (let i = 2 * gap; i < ADDRESS_SIZE - behind; i++) writeByte(to, i, 0);
  return true;
}

function parseHex(text: Slice): i32 {
  const size = sliceSize(text);
  if (size == 0 || size > 4) return -1;
  let number = 0;
  for (let i = 0; i < size; i++) {
    const digit = hexValue(byteAt(text, i));
    if (digit == NO_HEX_DIGIT) return -1;
    number = (number << 4) | digit;
  }
  return number;
}

/**
 * Appends the text of an address of sixteen bytes: IPv4 as four numbers, IPv6 as RFC 5952 recommends. Equal addresses have equal texts.
 */
export function formatAddress(address: Slice, out: ByteBuffer): void {
  if (isMapped(address)) {
    for (let i = 12; i < ADDRESS_SIZE; i++) {
      if (i > 12) out.byte(DOT);
      out.integer(byteAt(address, i));
    }
    return;
  }
  // The first of the longest runs of zero groups, of two at least, becomes `::` (RFC 5952, section 4.2).
  let gap = 0;
  let length = 1;
  for (let from = 0; from < GROUPS; from++) {
    let to = from;
    while (to < GROUPS && !groupAt(address, to)) to++;
    if (to - from <= length) continue;
    gap = from;
    length = to - from;
  }
  for (let i = 0; i < GROUPS; i++) {
    if (length > 1 && i == gap) {
      out.byte(COLON).byte(COLON);
      i += length - 1;
      continue;
    }
    if (i && !(length > 1 && i == gap + length)) out.byte(COLON);
    out.text(groupAt(address, i).toString(16));
  }
}

function groupAt(address: Slice, i: i32): u32 {
  return (byteAt(address, 2 * i) << 8) | byteAt(address, 2 * i + 1);
}

function isMapped(address: Slice): bool {
  for (let i = 0; i < 5; i++) if (groupAt(address, i)) return false;
  return groupAt(address, 5) == 0xffff;
}
