import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { readU32, writeU32 } from "../../../assembly/bytes/integers";
import { INCOMPLETE_CHARACTER, jsonCharacterAt } from "../../../assembly/bytes/json-character";
import { ABSENT, Slice, sliceEnd, sliceStart } from "../../../assembly/bytes/slice";
import { characterOf, lengthOf } from "../../../assembly/bytes/utf8";
import { jsonAt, jsonFirst, jsonNext } from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { SourceList } from "./source-list";

const OPEN: u32 = 0x5b;
const CLOSE: u32 = 0x5d;
/** The beginning and the end of a citation. */
const ENTRY: i32 = 8;
/** A number is not in a citation. */
const OUTSIDE: i32 = -1;
const KEPT_BYTES: i32 = 512;

/** How an API names a source. */
export const enum CitationForm {
  /** https://platform.openai.com/docs/api-reference/chat/object */
  Chat,
  /** https://platform.openai.com/docs/api-reference/responses/object */
  Responses,
}

/** Where a text cites its sources, as `[3]`: the first place of each, in characters. The text comes in pieces, each the content of a JSON string. */
export class Citations {
  private readonly places: ByteBuffer = new ByteBuffer();
  private characters: u32 = 0;
  /** Where the bracket stands that is open, and the number behind it. */
  private start: u32 = 0;
  private number: i32 = OUTSIDE;
  private most: i32 = 0;
  /** Whether the text has a character. */
  hasText: bool = false;

  /** Reads a piece of a text about this many sources. */
  push(piece: Slice, count: i32): void {
    if (!this.places.size) {
      this.most = count;
      this.places.zeros(count * ENTRY);
    }
    const end = sliceEnd(piece);
    for (let p = sliceStart(piece); p < end;) {
      const decoded = jsonCharacterAt(p, end, 1);
      if (decoded == INCOMPLETE_CHARACTER) break;
      p += lengthOf(decoded);
      this.read(characterOf(decoded));
    }
  }

  /** Writes OpenAI's annotations of all sources. */
  write(sources: SourceList, form: CitationForm, json: JsonWriter): void {
    let number = 0;
    const list = sources.json;
    for (let source = jsonFirst(list); source != ABSENT; source = jsonNext(list, source))
      this.writeOne(source, number++, form, json);
  }

  /** Writes the annotation of a source, the first of which has the number 0; one that is not cited is at the place 0. */
  writeOne(source: Slice, number: i32, form: CitationForm, json: JsonWriter): void {
    const at = ENTRY * number;
    const isKnown = at < this.places.size;
    json.beginObject().key("type").string("url_citation");
    if (form == CitationForm.Chat) json.key("url_citation").beginObject();
    json.key("start_index").integer(isKnown ? readU32(this.places.slice, at) : 0);
    json.key("end_index").integer(isKnown ? readU32(this.places.slice, at + 4) : 0);
    json.key("url").raw(jsonAt(source, 1)).key("title").raw(jsonFirst(source)).endObject();
    if (form == CitationForm.Chat) json.endObject();
  }

  /** Forgets the text. */
  reset(): void {
    this.places.release(KEPT_BYTES);
    this.characters = 0;
    this.start = 0;
    this.number = OUTSIDE;
    this.most = 0;
    this.hasText = false;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.places.dispose();
  }

  private read(character: u32): void {
    const at = this.characters++;
    this.hasText = true;
    if (character == OPEN) {
      this.start = at;
      this.number = 0;
    } else if (this.number != OUTSIDE && character - 0x30 < 10 && this.number <= this.most) {
      this.number = this.number * 10 + <i32>(character - 0x30);
    } else {
      if (character == CLOSE && this.number > 0 && this.number <= this.most) this.note(at + 1);
      this.number = OUTSIDE;
    }
  }

  private note(end: u32): void {
    const at = ENTRY * (this.number - 1);
    if (readU32(this.places.slice, at + 4)) return;
    writeU32(this.places.slice, at, this.start);
    writeU32(this.places.slice, at + 4, end);
  }
}
