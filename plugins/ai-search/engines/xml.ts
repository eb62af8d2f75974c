import { ByteBuffer } from "../../../assembly/bytes/buffer";
import {
  ABSENT,
  byteAt,
  indexOfByte,
  isSpace,
  Slice,
  sliceEquals,
  sliceSize,
  sliceStartsWith,
  subslice,
  trimmed,
} from "../../../assembly/bytes/slice";
import { storeUtf8 } from "../../../assembly/bytes/utf8";

const LESS: u32 = 0x3c;
const GREATER: u32 = 0x3e;
const SLASH: u32 = 0x2f;
const AMPERSAND: u32 = 0x26;
const SEMICOLON: u32 = 0x3b;
const LONGEST_ENTITY: i32 = 10;
const LAST_CHARACTER: u32 = 0x10ffff;

/** Goes through the elements of a text in XML, which need not be well-formed, in linear time: enough for an Atom feed (RFC 4287). */
export class XmlElements {
  private text: Slice = ABSENT;
  private at: i32 = 0;
  /** The start tag of the element, without the angle brackets. */
  tag: Slice = ABSENT;
  /** What stands between its tags; empty if it has no end tag. */
  content: Slice = ABSENT;

  /** Begins with a text. */
  begin(text: Slice): void {
    this.text = text;
    this.at = 0;
    this.tag = ABSENT;
    this.content = ABSENT;
  }

  /** Goes to the next element with this name, behind the last one that was found; `false` if there is none. */
  next(name: string): bool {
    const text = this.text;
    while (true) {
      const open = indexOfByte(text, LESS, this.at);
      const close = open < 0 ? -1 : indexOfByte(text, GREATER, open);
      if (close < 0) return false;
      this.at = close + 1;
      const tag = subslice(text, open + 1, close);
      if (!isNamed(tag, name)) continue;
      this.tag = tag;
      this.content = subslice(text, this.at, this.at);
      if (byteAt(tag, sliceSize(tag) - 1) != SLASH) this.findEnd(name);
      return true;
    }
    return false;
  }

  /** Appends a text with its entities and character references replaced. */
  unescape(text: Slice, out: ByteBuffer): void {
    const size = sliceSize(text);
    for (let i = 0; i < size;) {
      const byte = byteAt(text, i);
      const end = byte == AMPERSAND ? indexOfByte(subslice(text, i, i + LONGEST_ENTITY), SEMICOLON) : -1;
      const character = end > 0 ? entity(subslice(text, i + 1, i + end)) : 0;
      if (character) {
        out.endAt(storeUtf8(out.reserve(4), character));
        i += end + 1;
      } else {
        out.byte(byte);
        i++;
      }
    }
  }

  private findEnd(name: string): void {
    const text = this.text;
    const from = this.at;
    for (let at = from; ;) {
      const open = indexOfByte(text, LESS, at);
      const close = open < 0 ? -1 : indexOfByte(text, GREATER, open);
      if (close < 0) {
        // Nothing follows the element.
        this.at = sliceSize(text);
        return;
      }
      at = close + 1;
      if (byteAt(text, open + 1) != SLASH || !isNamed(subslice(text, open + 2, close), name)) continue;
      this.content = subslice(text, from, open);
      this.at = at;
      return;
    }
  }
}

const one = new XmlElements();

/** The content of the first element with this name, without white space around it; `ABSENT` if there is none. */
export function elementIn(text: Slice, name: string): Slice {
  one.begin(text);
  return one.next(name) ? trimmed(one.content) : ABSENT;
}

/** The value of an attribute in a start tag; `ABSENT` if there is none. */
export function attributeOf(tag: Slice, name: string): Slice {
  const size = sliceSize(tag);
  for (let i = 0; i < size; i++) {
    if (!isSpace(byteAt(tag, i)) || !sliceStartsWith(subslice(tag, i + 1), name)) continue;
    const open = i + 1 + name.length + 1;
    if (open >= size || byteAt(tag, open - 1) != 0x3d) continue;
    const quote = byteAt(tag, open);
    if (quote != 0x22 && quote != 0x27) continue;
    const end = indexOfByte(tag, quote, open + 1);
    return end < 0 ? ABSENT : subslice(tag, open + 1, end);
  }
  return ABSENT;
}

function isNamed(tag: Slice, name: string): bool {
  if (!sliceStartsWith(tag, name)) return false;
  if (sliceSize(tag) == name.length) return true;
  const next = byteAt(tag, name.length);
  return isSpace(next) || next == SLASH;
}

/** The character of an entity or a character reference; 0 if it is none. */
function entity(name: Slice): u32 {
  if (sliceEquals(name, "amp")) return AMPERSAND;
  if (sliceEquals(name, "lt")) return LESS;
  if (sliceEquals(name, "gt")) return GREATER;
  if (sliceEquals(name, "quot")) return 0x22;
  if (sliceEquals(name, "apos")) return 0x27;
  const isHex = sliceStartsWith(name, "#x");
  if (!isHex && !sliceStartsWith(name, "#")) return 0;
  let value: u32 = 0;
  for (let i = isHex ? 2 : 1; i < sliceSize(name); i++) {
    const byte = byteAt(name, i);
    const letter = (byte | 0x20) - 0x61;
    const digit = byte - 0x30 < 10 ? byte - 0x30 : isHex && letter < 6 ? letter + 10 : 16;
    if (digit == 16) return 0;
    value = value * (isHex ? 16 : 10) + digit;
  }
  return value > LAST_CHARACTER || (value & 0xfffff800) == 0xd800 ? 0 : value;
}
