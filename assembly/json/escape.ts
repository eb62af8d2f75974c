import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceEnd, sliceSize, sliceStart } from "../bytes/slice";
import { REPLACEMENT, skipMultibyte, storeUtf8, utf8Length } from "../bytes/utf8";

/** More bytes than one escaped character and a wide store take. */
const ROOM: i32 = 32;

/** The most bytes that are reserved for escapes. */
const SPARE: usize = 1024;

/** The most bytes that one UTF-16 unit takes, escaped. */
const LONGEST: i32 = 6;

const HEX_DIGITS: usize = memory.data<u8>([
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
]);

/** Appends UTF-8 text as the content of a JSON string, without the quotes; malformed UTF-8 becomes U+FFFD. */
export function escapeUtf8(utf8: Slice, out: ByteBuffer): void {
  const end = sliceEnd(utf8);
  const memoryEnd = endOfMemory();
  let p = sliceStart(utf8);
  // In most texts the escapes fit in without a second look at the buffer.
  const most = end - p + min<usize>(end - p, SPARE) + ROOM;
  let to = out.reserve(<i32>most);
  let limit = to + most;
  while (p < end) {
    if (p + 16 <= memoryEnd) {
      const bytes = v128.load(p);
      v128.store(to, bytes);
      const plain = plainBytes(bytes, end - p);
      p += plain;
      to += plain;
      if (plain == 16 || p == end) continue;
    }
    const byte = load<u8>(p);
    if (byte >= 0x80) {
      const next = skipMultibyte(p, end);
      if (next > p) {
        memory.copy(to, p, next - p);
        to += next - p;
        p = next;
        continue;
      }
      p -= utf8Length(p, end);
      to = storeUtf8(to, REPLACEMENT);
    } else {
      p++;
      to = storeEscaped(to, byte);
    }
    // The output may be longer than the input.
    const rest = end - p + ROOM;
    if (to + rest <= limit) continue;
    out.endAt(to);
    to = out.reserve(<i32>rest);
    limit = to + rest;
  }
  out.endAt(to);
}

/** Appends ASCII of which nothing is escaped in JSON. Returns `false`, and appends nothing, for any other text. */
export function appendPlain(text: Slice, out: ByteBuffer): bool {
  const size = sliceSize(text);
  const from = sliceStart(text);
  // The last bytes are read, and stored, with others behind them.
  if (from + size + 16 > endOfMemory()) return false;
  const to = out.reserve(size + 16);
  for (let i = 0; i < size; i += 16) {
    const bytes = v128.load(from + i);
    if (plainBytes(bytes, size - i) < <usize>min(size - i, 16)) return false;
    v128.store(to + i, bytes);
  }
  out.size += size;
  return true;
}

/** Appends UTF-16 units as the content of a JSON string, without the quotes; a lone surrogate becomes U+FFFD. */
export function escapeUtf16(units: usize, length: i32, out: ByteBuffer): void {
  const end = units + ((<usize>length) << 1);
  const memoryEnd = endOfMemory();
  let p = units;
  let to = out.reserve(length * LONGEST + ROOM);
  while (p < end) {
    if (p + 16 <= memoryEnd) {
      // Units above 255 become 255 or 0, which are not plain.
      const lanes = v128.load(p);
      const bytes = i8x16.narrow_i16x8_u(lanes, lanes);
      v128.store(to, bytes);
      const plain = min<usize>(plainBytes(bytes, (end - p) >> 1), 8);
      p += plain << 1;
      to += plain;
      if (plain == 8 || p == end) continue;
    }
    let point: u32 = load<u16>(p);
    p += 2;
    if (point < 0x80) {
      to = storeEscaped(to, point);
      continue;
    }
    if ((point & 0xf800) == 0xd800) {
      const low: u32 = p < end && point < 0xdc00 ? load<u16>(p) : 0;
      const isPair = (low & 0xfc00) == 0xdc00;
      if (isPair) p += 2;
      point = isPair ? 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff) : REPLACEMENT;
    }
    to = storeUtf8(to, point);
  }
  out.endAt(to);
}

// @ts-ignore: decorator
@inline
function endOfMemory(): usize {
  return (<usize>memory.size()) << 16;
}

/** How many of the first `count` bytes come before the first quote, backslash, control character or byte beyond ASCII. */
// @ts-ignore: decorator
@inline
function plainBytes(bytes: v128, count: usize): usize {
  const special = v128.or(
    i8x16.lt_s(bytes, i8x16.splat(0x20)),
    v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
  );
  return ctz(i8x16.bitmask(special) | (1 << min<i32>(<i32>count, 16)));
}

/** Stores an ASCII character, escaped if it must be, and returns the address behind it. */
function storeEscaped(to: usize, byte: u32): usize {
  if (byte >= 0x20 && byte != 0x22 && byte != 0x5c) {
    store<u8>(to, byte);
    return to + 1;
  }
  store<u8>(to, 0x5c);
  const letter = byte == 0x22 ? byte : shortEscape(byte);
  store<u8>(to, letter, 1);
  if (letter != 0x75) return to + 2;
  store<u16>(to, 0x3030, 2);
  store<u8>(to, load<u8>(HEX_DIGITS + (byte >> 4)), 4);
  store<u8>(to, load<u8>(HEX_DIGITS + (byte & 0xf)), 5);
  return to + 6;
}

/** The letter of the two-character escape; "u" if there is none. */
function shortEscape(byte: u32): u32 {
  switch (byte) {
    case 0x08:
      return 0x62;
    case 0x09:
      return 0x74;
    case 0x0a:
      return 0x6e;
    case 0x0c:
      return 0x66;
    case 0x0d:
      return 0x72;
    case 0x22:
    case 0x5c:
      return byte;
    default:
      return 0x75;
  }
}
