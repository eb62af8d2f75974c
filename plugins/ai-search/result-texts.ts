import { ByteBuffer } from "../../assembly/bytes/buffer";
import { byteAt, Slice, sliceSize, startsWithIgnoringCase, subslice, trimmed } from "../../assembly/bytes/slice";
import { cutText } from "../../assembly/bytes/well-formed";

const SPACE: u32 = 0x20;
const DELETE: u32 = 0x7f;
const LINE_END: u32 = 0x0a;
const OPEN_BRACKET: u32 = 0x5b;
const LESS: u32 = 0x3c;
const BAR: u32 = 0x7c;
/** What begins and ends a result in the prompt. */
const FENCE = "[webpage";
const DIGITS = "0123456789ABCDEF";

/**
 * Appends untrusted text of a page without control characters, without Unicode's invisible tag characters, and so that it can neither end the fence
 * around it nor contain a chat template's marks, such as `<|im_start|>`. The text is well-formed UTF-8.
 */
export function appendClean(text: Slice, out: ByteBuffer): void {
  const clean = trimmed(text);
  const size = sliceSize(clean);
  for (let i = 0; i < size; i++) {
    const byte = byteAt(clean, i);
    if (byte < SPACE) out.byte(byte == LINE_END ? byte : SPACE);
    else if (byte == OPEN_BRACKET && isFence(clean, i)) out.byte(0x28);
    else if (byte == LESS && i + 1 < size && byteAt(clean, i + 1) == BAR) out.byte(LESS).byte(SPACE);
    else if (isTag(clean, i)) i += 3;
    else if (byte != DELETE) out.byte(byte);
  }
}

/** Appends a text as one line, without control characters and cut to `most` bytes. The text is well-formed UTF-8. */
export function appendOneLine(text: Slice, most: i32, out: ByteBuffer): void {
  const line = trimmed(cutText(trimmed(text), most));
  let isBlank = false;
  for (let i = 0; i < sliceSize(line); i++) {
    const byte = byteAt(line, i);
    if (isTag(line, i)) {
      i += 3;
      continue;
    }
    const blank = byte <= SPACE || byte == DELETE;
    if (blank && !isBlank) out.byte(SPACE);
    else if (!blank) out.byte(byte);
    isBlank = blank;
  }
}

/**
 * Appends a link if it is one with http or https and at most `most` bytes: whatever could end it in Markdown or HTML is percent-encoded. Other
 * links (`javascript:` and the like) are nothing.
 */
export function appendWebLink(text: Slice, most: i32, out: ByteBuffer): void {
  const link = trimmed(text);
  const isSecure = startsWithIgnoringCase(link, "https://");
  const start = isSecure ? 8 : 7;
  if (!isSecure && !startsWithIgnoringCase(link, "http://")) return;
  if (sliceSize(link) > most || sliceSize(link) == start || isDelimiter(byteAt(link, start))) return;
  for (let i = 0; i < sliceSize(link); i++) {
    const byte = byteAt(link, i);
    if (!breaks(byte)) out.byte(byte);
    else
      out
        .byte(0x25)
        .byte(DIGITS.charCodeAt(byte >> 4))
        .byte(DIGITS.charCodeAt(byte & 15));
  }
}

/** Appends text of a title so that Markdown shows it as it is. */
export function appendMarkdown(text: Slice, out: ByteBuffer): void {
  for (let i = 0; i < sliceSize(text); i++) {
    const byte = byteAt(text, i);
    if (isMark(byte)) out.byte(0x5c);
    out.byte(byte);
  }
}

function isFence(text: Slice, at: i32): bool {
  return startsWithIgnoringCase(subslice(text, at), FENCE);
}

/** Whether a character of U+E0000 to U+E007F begins there. */
function isTag(text: Slice, at: i32): bool {
  if (byteAt(text, at) != 0xf3 || at + 3 >= sliceSize(text)) return false;
  return byteAt(text, at + 1) == 0xa0 && (byteAt(text, at + 2) & 0xfe) == 0x80;
}

/** Whether a byte may not stand in a link: bytes beyond ASCII, blanks, and what delimits in Markdown and HTML. */
function breaks(byte: u32): bool {
  if (byte <= SPACE || byte >= DELETE) return true;
  return byte == 0x22 || byte == 0x27 || byte == 0x28 || byte == 0x29 || byte == LESS || byte == 0x3e || isOther(byte);
}

/** Brackets, the backslash, the caret, the backtick, braces and the bar. */
function isOther(byte: u32): bool {
  return (byte >= 0x5b && byte <= 0x5e) || byte == 0x60 || (byte >= 0x7b && byte <= 0x7d);
}

function isDelimiter(byte: u32): bool {
  return byte == 0x2f || byte == 0x3f || byte == 0x23;
}

/** The characters that Markdown may read as marks. https://spec.commonmark.org/0.31.2/#backslash-escapes */
function isMark(byte: u32): bool {
  return (
    byte == 0x2a ||
    byte == 0x5f ||
    byte == 0x7e ||
    byte == LESS ||
    byte == 0x3e ||
    byte == 0x21 ||
    byte == 0x26 ||
    isOther(byte)
  );
}
