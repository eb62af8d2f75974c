import { NameList } from "../../assembly/ai/name-list";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import {
  ABSENT,
  bufferOf,
  byteAt,
  indexOfByte,
  isSpace,
  Slice,
  sliceOfBuffer,
  sliceSize,
  sliceToString,
  subslice,
} from "../../assembly/bytes/slice";
import { TextTable } from "../../assembly/bytes/text-table";
import { ConfigReader } from "../../assembly/config/reader";
import {
  jsonContent,
  jsonFirstKey,
  jsonGet,
  jsonKind,
  JsonKind,
  jsonMemberValue,
  jsonNextKey,
} from "../../assembly/json/value";
import { escapeJson } from "../../assembly/json/writer";
import { jsonUtf8 } from "../../assembly/json/string";

const QUOTE: u32 = 0x22;
const OPEN: u32 = 0x7b;
const CLOSE: u32 = 0x7d;
const BACKSLASH: u32 = 0x5c;
const COLON: u32 = 0x3a;
const COMMA: u32 = 0x2c;
/** The longest name of a property, in bytes. */
const LONGEST_NAME: i32 = 256;

/** The members whose values are texts, whatever the property is. */
const TEXTS = new NameList("messages input contents prompt suffix system instructions");

/** A property's place. */
class Placeholder {
  constructor(
    readonly name: string,
    /** Whether it is a whole value, which a number or a boolean keeps its type in. */
    readonly isValue: bool,
  ) {}
}

const scratch = new ByteBuffer();
const piece = new ByteBuffer();
const compact = new ByteBuffer();

/** The body of a request with places for properties. */
export class Template {
  /** The JSON between the placeholders, one more than placeholders; the braces of the object are left out. */
  private readonly pieces: ArrayBuffer[] = [];
  private readonly placeholders: Placeholder[] = [];
  /** The names of its members, unescaped. */
  private readonly members: TextTable = new TextTable();

  /** Reads a template from the token of an object. */
  static read(reader: ConfigReader, token: Slice): Template {
    const template = new Template();
    const object = withoutSpace(token);
    if (jsonGet(object, "template") != ABSENT && jsonGet(object, "properties") != ABSENT) {
      reader.fail("template", "must not have both template and properties: it would be a request for a template again");
    }
    piece.clear();
    for (let key = jsonFirstKey(object); key != ABSENT;) {
      const value = jsonMemberValue(object, key);
      if (template.members.count) piece.byte(COMMA);
      template.members.add(jsonUtf8(key, scratch));
      template.take(key, false);
      piece.byte(COLON);
      template.take(value, !TEXTS.has(key));
      key = jsonNextKey(object, value);
    }
    template.endPiece();
    compact.free();
    return template;
  }

  /** Whether it has no member. */
  get isEmpty(): bool {
    return this.members.count == 0;
  }

  /** Whether it has a member with this key token. */
  has(key: Slice): bool {
    return this.members.find(jsonUtf8(key, scratch)) >= 0;
  }

  /** The first property that is missing, or "". */
  missing(properties: Slice): string {
    for (let i = 0; i < this.placeholders.length; i++) {
      const name = this.placeholders[i].name;
      if (jsonGet(properties, name) == ABSENT) return name;
    }
    return "";
  }

  /** Appends the members with the properties in their places; `false`, and stops, if that is more than `limit` bytes. */
  write(properties: Slice, out: ByteBuffer, limit: i32): bool {
    const most = <i64>out.size + <i64>limit;
    for (let i = 0; i < this.placeholders.length; i++) {
      out.append(sliceOfBuffer(this.pieces[i]));
      const placeholder = this.placeholders[i];
      const value = jsonGet(properties, placeholder.name);
      if (<i64>out.size + <i64>sliceSize(value) > most) return false;
      writeProperty(value, placeholder.isValue, out);
    }
    out.append(sliceOfBuffer(this.pieces[this.pieces.length - 1]));
    return <i64>out.size <= most;
  }

  /** Takes a token. Two braces are always inside of a string. */
  private take(token: Slice, mayBeValue: bool): void {
    let copied = 0;
    for (let at = indexOfByte(token, OPEN); at >= 0; at = indexOfByte(token, OPEN, at)) {
      const end = nameEnd(token, at);
      if (end < 0) {
        at++;
        continue;
      }
      const behind = end + 2;
      const isValue = mayBeValue && isWhole(token, at, behind);
      piece.append(subslice(token, copied, isValue ? at - 1 : at));
      this.endPiece();
      this.placeholders.push(new Placeholder(sliceToString(subslice(token, at + 2, end)), isValue));
      copied = isValue ? behind + 1 : behind;
      at = copied;
    }
    piece.append(subslice(token, copied));
  }

  private endPiece(): void {
    this.pieces.push(bufferOf(piece.slice));
    piece.clear();
  }
}

/** A valid JSON text without the white space between its tokens. */
function withoutSpace(json: Slice): Slice {
  let isInside = false;
  for (let at = 0; at < sliceSize(json); at++) {
    const byte = byteAt(json, at);
    if (!isInside && isSpace(byte)) continue;
    compact.byte(byte);
    if (isInside && byte == BACKSLASH) compact.byte(byteAt(json, ++at));
    else if (byte == QUOTE) isInside = !isInside;
  }
  return compact.slice;
}

/** Where the name of a placeholder that begins at `at` ends; -1 if none begins there. */
function nameEnd(token: Slice, at: i32): i32 {
  const size = sliceSize(token);
  if (at + 1 >= size || byteAt(token, at + 1) != OPEN) return -1;
  const most = min(size, at + 2 + LONGEST_NAME);
  let end = at + 2;
  while (end < most && isNameByte(byteAt(token, end))) end++;
  const isName = end > at + 2 && end + 1 < size && byteAt(token, end) == CLOSE && byteAt(token, end + 1) == CLOSE;
  return isName ? end : -1;
}

/** Letters, digits, `_`, `-`, `.`, and all beyond ASCII. */
function isNameByte(byte: u32): bool {
  return (byte | 0x20) - 0x61 < 26 || byte - 0x30 < 10 || byte >= 0x80 || byte == 0x5f || byte == 0x2d || byte == 0x2e;
}

/** Whether the placeholder is the whole of a string that is no key. */
function isWhole(token: Slice, at: i32, behind: i32): bool {
  if (at == 0 || byteAt(token, at - 1) != QUOTE || byteAt(token, behind) != QUOTE) return false;
  if (at > 1 && byteAt(token, at - 2) == BACKSLASH) return false;
  const next = behind + 1;
  return next == sliceSize(token) || byteAt(token, next) != COLON;
}

/** Writes a property as a part of a string, or as a value: the content of a JSON string is escaped already. */
function writeProperty(value: Slice, isValue: bool, out: ByteBuffer): void {
  const kind = jsonKind(value);
  const isText = kind == JsonKind.String || kind == JsonKind.Object || kind == JsonKind.Array;
  if (isValue && isText) out.byte(QUOTE);
  if (kind == JsonKind.String) out.append(jsonContent(value));
  else if (isText) escapeJson(value, out);
  else if (isValue || kind != JsonKind.Null) out.append(value);
  if (isValue && isText) out.byte(QUOTE);
}
