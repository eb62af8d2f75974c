import { ByteBuffer } from "../../assembly/bytes/buffer";
import { byteAt, Slice, sliceSize, startsWithIgnoringCase, subslice, trimmed } from "../../assembly/bytes/slice";
import { cutText } from "../../assembly/bytes/well-formed";

const SPACE: u32 = 0x20;
const DELETE: u32 = 0x7f;
const LINE_END: u32 = 0x0a;
const OPEN_BRACKET: u32 = 0x5b;
const CLOSE_BRACKET: u32 = 0x5d;
const LESS: u32 = 0x3c;
const BAR: u32 = 0x7c;
/** The name in what begins and ends a result in the prompt: `[webpage 1 begin]`. */
const FENCE = "webpage";
const DIGITS = "0123456789ABCDEF";
/**
 * What stands behind the bracket in marks of chat templates that have no bar, of Gemma, Llama, Mistral and Qwen.
 * https://ai.google.dev/gemma/docs/core/prompt-structure · https://docs.mistral.ai/cookbooks/concept-deep-dive-tokenization-chat_templates
 */
const MARKS: StaticArray<string> = [
  "start_of_turn>",
  "end_of_turn>",
  "s>",
  "/s>",
  "bos>",
  "eos>",
  "<SYS>>",
  "</SYS>>",
  "tool_call>",
  "/tool_call>",
  "tool_response>",
  "/tool_response>",
];
const MARKS_IN_BRACKETS: StaticArray<string> = [
  "INST]",
  "/INST]",
  "SYSTEM_PROMPT]",
  "/SYSTEM_PROMPT]",
  "TOOL_CALLS]",
  "TOOL_RESULTS]",
  "/TOOL_RESULTS]",
  "AVAILABLE_TOOLS]",
];

/**
 * Appends untrusted text of a page without control characters and Unicode's invisible ones, and so that it can neither end the fence around it nor contain
 * a chat template's marks, such as `<|im_start|>`. The text is well-formed UTF-8.
 */
export function appendClean(text: Slice, out: ByteBuffer): void {
  const clean = trimmed(text);
  const size = sliceSize(clean);
  for (let i = 0; i < size; i++) {
    const byte = byteAt(clean, i);
    const invisible = invisibleSize(clean, i);
    if (invisible) {
      if (isOfWriting(clean, i)) out.append(subslice(clean, i, i + invisible));
      i += invisible - 1;
    } else if (byte < SPACE) out.byte(byte == LINE_END ? byte : SPACE);
    else if (byte == OPEN_BRACKET && (isFence(clean, i) || isMark(clean, i, MARKS_IN_BRACKETS))) out.byte(0x28);
    else if (byte == LESS && isMarkOfTemplate(clean, i)) out.byte(LESS).byte(SPACE);
    else out.byte(byte);
  }
}

/** Appends a text as one line, without control characters and invisible ones, and cut to `most` bytes. The text is well-formed UTF-8. */
export function appendOneLine(text: Slice, most: i32, out: ByteBuffer): void {
  const line = trimmed(cutText(trimmed(text), most));
  let isBlank = false;
  for (let i = 0; i < sliceSize(line); i++) {
    const byte = byteAt(line, i);
    const invisible = invisibleSize(line, i);
    if (invisible) {
      if (isOfWriting(line, i)) out.append(subslice(line, i, i + invisible));
      i += invisible - 1;
      continue;
    }
    const blank = byte <= SPACE;
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
    if (isMarkdown(byte)) out.byte(0x5c);
    out.byte(byte);
  }
}

/**
 * Whether the bracket begins what looks like a fence. Blanks, punctuation and all beyond ASCII in it do not count: of that, many characters are invisible
 * or join the letter before, and texts need some of them.
 */
function isFence(text: Slice, at: i32): bool {
  let letters = 0;
  for (let i = at + 1; i < sliceSize(text) && letters < FENCE.length; i++) {
    const byte = byteAt(text, i);
    if (!isSkipped(byte) && (byte | 0x20) != <u32>FENCE.charCodeAt(letters++)) return false;
  }
  return letters == FENCE.length;
}

/** All but letters, digits, and a bracket: another fence may begin there. */
function isSkipped(byte: u32): bool {
  const isLetterOrDigit = (byte | 0x20) - 0x61 < 26 || byte - 0x30 < 10;
  return !isLetterOrDigit && byte != OPEN_BRACKET && byte != CLOSE_BRACKET;
}

/** Whether one of the marks stands behind the bracket: nothing beyond ASCII in it counts. */
function isMark(text: Slice, at: i32, marks: StaticArray<string>): bool {
  for (let i = 0; i < marks.length; i++) if (follows(text, at + 1, unchecked(marks[i]))) return true;
  return false;
}

function follows(text: Slice, from: i32, mark: string): bool {
  let letters = 0;
  for (let i = from; i < sliceSize(text) && letters < mark.length; i++) {
    const byte = byteAt(text, i);
    if (byte < DELETE && byte != <u32>mark.charCodeAt(letters++)) return false;
  }
  return letters == mark.length;
}

/** Whether the angle bracket begins a mark: a bar follows it, also DeepSeek's fullwidth one (U+FF5C), or a known name. */
function isMarkOfTemplate(text: Slice, at: i32): bool {
  if (isMark(text, at, MARKS)) return true;
  let next = at + 1;
  while (byteOf(text, next) >= DELETE && !isWideBar(text, next)) next++;
  return byteOf(text, next) == BAR || isWideBar(text, next);
}

function isWideBar(text: Slice, at: i32): bool {
  return isCharacter(text, at, 0xef, 0xbd, 0x9c, 0x9c);
}

/**
 * The number of bytes of the character if it is one of these, else 0: DEL and the controls behind it, the soft hyphen, characters without a width, marks of
 * direction, the byte order mark, tags, and variation selectors but those of emoji, in which a page can hide a text for the model.
 * https://www.unicode.org/reports/tr36/ · https://www.unicode.org/charts/PDF/UE0100.pdf
 */
function invisibleSize(text: Slice, at: i32): i32 {
  const first = byteOf(text, at);
  if (first < DELETE) return 0;
  if (first == DELETE) return 1;
  if (first == 0xc2) return byteOf(text, at + 1) < 0xa0 || byteOf(text, at + 1) == 0xad ? 2 : 0;
  if (first == 0xe2) {
    const isSpace = isCharacter(text, at, 0xe2, 0x80, 0x8b, 0x8f) || isCharacter(text, at, 0xe2, 0x80, 0xaa, 0xae);
    return isSpace || isCharacter(text, at, 0xe2, 0x81, 0xa0, 0xaf) ? 3 : 0;
  }
  if (first == 0xef)
    return isCharacter(text, at, 0xef, 0xbb, 0xbf, 0xbf) || isCharacter(text, at, 0xef, 0xb8, 0x80, 0x8d) ? 3 : 0;
  // U+E0000 to U+E007F, and U+E0100 to U+E01EF.
  const third = byteOf(text, at + 2);
  const isHidden = (third & 0xfe) == 0x80 || (third & 0xfc) == 0x84;
  return first == 0xf3 && byteOf(text, at + 1) == 0xa0 && isHidden ? 4 : 0;
}

/** Whether it is one of the joiners and marks that texts in some scripts, and emoji, need: U+200C to U+200F. */
function isOfWriting(text: Slice, at: i32): bool {
  return isCharacter(text, at, 0xe2, 0x80, 0x8c, 0x8f);
}

/** Whether a character of three bytes stands there, whose third one is in a range. */
function isCharacter(text: Slice, at: i32, first: u32, second: u32, least: u32, most: u32): bool {
  const third = byteOf(text, at + 2);
  return byteOf(text, at) == first && byteOf(text, at + 1) == second && third >= least && third <= most;
}

/** The byte at an index; 0 behind the end. */
function byteOf(text: Slice, at: i32): u32 {
  return at < sliceSize(text) ? byteAt(text, at) : 0;
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
function isMarkdown(byte: u32): bool {
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
