import { ByteBuffer } from "./buffer";
import { ABSENT, byteAt, indexOfByte, isSpace, Slice, sliceSize, subslice, trimmed } from "./slice";

const SEMICOLON: u32 = 0x3b;
const EQUALS: u32 = 0x3d;
const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;

/**
 * Iterates over the parameters of a header's value, `type; name=value; name="value"`: tokens and quoted strings.
 * https://www.rfc-editor.org/rfc/rfc9110#section-5.6.6
 */
// @ts-ignore: decorator
@unmanaged
export class HeaderParameters {
  private rest: Slice = ABSENT;
  private plain: ByteBuffer = new ByteBuffer();
  /** The name of the parameter. */
  name: Slice = ABSENT;
  /** Its value, a quoted string without quotes and escapes; valid until the next one. */
  value: Slice = ABSENT;

  /** Begins with a header's value. */
  begin(header: Slice): void {
    this.rest = behind(header, SEMICOLON);
  }

  /** Goes to the next parameter that has a value; `false` if there is none. */
  next(): bool {
    const rest = this.rest;
    let from = 0;
    for (let i = 0; i < sliceSize(rest); i++) {
      const byte = byteAt(rest, i);
      if (byte == SEMICOLON) from = i + 1;
      if (byte != EQUALS) continue;
      this.name = trimmed(subslice(rest, from, i));
      this.readValue(subslice(rest, i + 1));
      return true;
    }
    return false;
  }

  private readValue(text: Slice): void {
    let at = 0;
    while (at < sliceSize(text) && isSpace(byteAt(text, at))) at++;
    if (at == sliceSize(text) || byteAt(text, at) != QUOTE) {
      const end = indexOfByte(text, SEMICOLON);
      this.value = trimmed(end < 0 ? text : subslice(text, 0, end));
      this.rest = behind(text, SEMICOLON);
      return;
    }
    this.plain.clear();
    for (at++; at < sliceSize(text) && byteAt(text, at) != QUOTE; at++) {
      if (byteAt(text, at) == BACKSLASH && at + 1 < sliceSize(text)) at++;
      this.plain.byte(byteAt(text, at));
    }
    this.value = this.plain.slice;
    this.rest = behind(subslice(text, at), SEMICOLON);
  }
}

/** The text after the first such byte; empty if there is none. */
function behind(text: Slice, byte: u32): Slice {
  const at = indexOfByte(text, byte);
  return subslice(text, at < 0 ? i32.MAX_VALUE : at + 1);
}
