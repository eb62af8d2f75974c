import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceEnd, sliceStart } from "../bytes/slice";
import { REPLACEMENT, skipMultibyte, storeUtf8, utf8Length } from "../bytes/utf8";

/** The most that one character takes, escaped, with room for a wide store to run over. */
const ROOM: i32 = 32;

const HEX_DIGITS: usize = memory.data<u8>([
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
]);

/** Appends UTF-8 text as the content of a JSON string, without the quotes; malformed UTF-8 becomes U+FFFD. */
export function escapeJson(utf8: Slice, out: ByteBuffer): void {
  const end = sliceEnd(utf8);
  let p = sliceStart(utf8);
  let to = out.reserve(<i32>(end - p) + ROOM);
  while (p < end) {
    if (p + 16 <= end) {
      const bytes = v128.load(p);
      v128.store(to, bytes);
      const mask = i8x16.bitmask(needsCare(bytes));
      const plain: usize = mask ? ctz(mask) : 16;
      p += plain;
      to += plain;
      if (!mask) continue;
    }
    const byte = load<u8>(p);
    if (byte < 0x80) {
      p++;
      to = storeEscaped(to, byte);
      if (byte >= 0x20 && byte != 0x22 && byte != 0x5c) continue;
    } else {
      const next = skipMultibyte(p, end);
      if (next > p) {
        memory.copy(to, p, next - p);
        to += next - p;
        p = next;
        continue;
      }
      p -= utf8Length(p, end);
      to = storeUtf8(to, REPLACEMENT);
    }
    // What was written is longer than what was read.
    out.size = <i32>(to - out.start);
    to = out.reserve(<i32>(end - p) + ROOM);
  }
  out.size = <i32>(to - out.start);
}

/** Appends a string as the content of a JSON string, without the quotes; a lone surrogate becomes U+FFFD. */
export function escapeText(text: string, out: ByteBuffer): void {
  const length = text.length;
  for (let i = 0; i < length; i++) {
    let point = <u32>text.codePointAt(i);
    if (point >= 0x10000) i++;
    else if ((point & 0xf800) == 0xd800) point = REPLACEMENT;
    const to = out.reserve(ROOM);
    out.size += <i32>((point < 0x80 ? storeEscaped(to, point) : storeUtf8(to, point)) - to);
  }
}

/** Which of sixteen bytes are a quote, a backslash, a control character or no ASCII. */
// @ts-ignore: decorator
@inline
function needsCare(bytes: v128): v128 {
  return v128.or(
    i8x16.lt_s(bytes, i8x16.splat(0x20)),
    v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
  );
}

/** Stores an ASCII character, escaped if it must be, and gives the address behind it. */
function storeEscaped(to: usize, byte: u32): usize {
  if (byte >= 0x20 && byte != 0x22 && byte != 0x5c) {
    store<u8>(to, byte);
    return to + 1;
  }
  store<u8>(to, 0x5c);
  const letter = shortEscape(byte);
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
