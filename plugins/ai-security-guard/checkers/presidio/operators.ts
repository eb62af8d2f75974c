import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { Slice, sliceBetween, sliceEnd, sliceOfBuffer, sliceStart } from "../../../../assembly/bytes/slice";
import { characterCount, decodeAt, lengthOf } from "../../../../assembly/bytes/utf8";
import { ConfigReader } from "../../../../assembly/config/reader";
import { jsonEquals, jsonUtf8 } from "../../../../assembly/json/value";
import { SpanWriter } from "../spans";

const TYPES = ["replace", "redact", "mask"];
const REPLACE = 0;
const REDACT = 1;
const MASK = 2;
/** The name of the operator for all other entities. */
const OTHERS = "DEFAULT";
const MOST_CHARACTERS: i64 = 1_000_000;

const name = new ByteBuffer();

/** What replaces an entity. https://microsoft.github.io/presidio/anonymizer/ */
class Operator {
  type: i32 = REPLACE;
  /** The new value; `null` for the name of the entity in angle brackets. */
  value: ArrayBuffer | null = null;
  maskingCharacter: string = "*";
  charactersToMask: i32 = i32.MAX_VALUE;
  isFromEnd: bool = false;

  static read(reader: ConfigReader): Operator {
    const operator = new Operator();
    operator.type = reader.choice("type", TYPES, REPLACE);
    if (operator.type == REPLACE && reader.has("new_value"))
      operator.value = String.UTF8.encode(reader.text("new_value"));
    if (operator.type != MASK) return operator;
    operator.maskingCharacter = reader.text("masking_char", "*");
    if (operator.maskingCharacter.length != 1) reader.fail("masking_char", "must be one character");
    operator.charactersToMask = <i32>reader.integer("chars_to_mask", i32.MAX_VALUE, 1, MOST_CHARACTERS);
    operator.isFromEnd = reader.boolean("from_end", false);
    return operator;
  }

  /** Appends what replaces `text`, an entity of this type. */
  write(type: Slice, text: Slice, out: ByteBuffer): void {
    const value = this.value;
    if (this.type == REDACT) return;
    if (this.type == MASK) this.writeMasked(text, out);
    else if (value) out.append(sliceOfBuffer(value));
    else out.byte(0x3c).append(jsonUtf8(type, name)).byte(0x3e);
  }

  private writeMasked(text: Slice, out: ByteBuffer): void {
    const end = sliceEnd(text);
    const count = characterCount(sliceStart(text), end);
    const masked = min(this.charactersToMask, count);
    const first = this.isFromEnd ? count - masked : 0;
    let p = sliceStart(text);
    for (let i = 0; i < count; i++) {
      const next = p + lengthOf(decodeAt(p, end));
      if (i >= first && i < first + masked) out.text(this.maskingCharacter);
      else out.append(sliceBetween(p, next));
      p = next;
    }
  }
}

/** Replaces the entities that were found, each by the operator for its type. */
export class EntityWriter extends SpanWriter {
  private readonly names: string[] = [];
  private operators: Operator[] = [];
  private others: Operator = new Operator();
  /** The types of the entities, tokens of the reply. */
  private readonly types: Slice[] = [];

  /** Reads `anonymizers`: operators by the entities' names. */
  static read(reader: ConfigReader): EntityWriter {
    const writer = new EntityWriter();
    const sections = reader.objectsByName("anonymizers", writer.names);
    for (let i = 0; i < sections.length; i++) {
      writer.operators.push(Operator.read(sections[i]));
      if (writer.names[i] == OTHERS) writer.others = writer.operators[i];
    }
    return writer;
  }

  /** Forgets the entities. */
  clear(): void {
    this.types.length = 0;
  }

  /** Adds an entity; its number is that of its span. */
  add(type: Slice): void {
    this.types.push(type);
  }

  override write(span: i32, text: Slice, out: ByteBuffer): void {
    this.operatorOf(this.types[span]).write(this.types[span], text, out);
  }

  private operatorOf(type: Slice): Operator {
    for (let i = 0; i < this.names.length; i++) if (jsonEquals(type, this.names[i])) return this.operators[i];
    return this.others;
  }
}
