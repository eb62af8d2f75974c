import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonKind, jsonKind, jsonUnescape } from "../../../assembly/json/value";

const KEPT_BYTES: i32 = 16 << 10;
const LINE_END: u32 = 0x0a;

/** One result as an engine's response has it, in UTF-8 that may be malformed. */
export class ResultDraft {
  readonly title: ByteBuffer = new ByteBuffer();
  readonly link: ByteBuffer = new ByteBuffer();
  readonly content: ByteBuffer = new ByteBuffer();

  /** Begins a result with these JSON strings; `ABSENT` and other values are empty texts. */
  begin(title: Slice, link: Slice, content: Slice): this {
    this.clear();
    append(title, this.title);
    append(link, this.link);
    append(content, this.content);
    return this;
  }

  /** Adds a JSON string to the content, on a line of its own. */
  addContent(content: Slice): void {
    if (jsonKind(content) != JsonKind.String || sliceSize(content) == 2) return;
    if (this.content.size) this.content.byte(LINE_END);
    append(content, this.content);
  }

  /** Forgets the result. */
  clear(): this {
    this.title.release(KEPT_BYTES);
    this.link.release(KEPT_BYTES);
    this.content.release(KEPT_BYTES);
    return this;
  }
}

function append(value: Slice, out: ByteBuffer): void {
  if (jsonKind(value) == JsonKind.String) jsonUnescape(value, out);
}
