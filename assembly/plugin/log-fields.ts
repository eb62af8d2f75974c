import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceOfBuffer, sliceSize } from "../bytes/slice";
import { FilterState } from "../host/filter-state";
import { JsonDocument } from "../json/document";
import { JsonEdit } from "../json/edit";
import { readQuoted } from "../json/quoted";
import { JsonError } from "../json/validate";
import { escapeJson } from "../json/writer";

const KEPT_BYTES: i32 = 16384;

const document = new JsonDocument();
const edit = new JsonEdit();
const source = new ByteBuffer();
const text = new ByteBuffer();
const value = new ByteBuffer();

/**
 * The filter state of a JSON object whose quotes are escaped, such as `ai_log`. Members that it has already stay. Only one object may be open.
 *
 * @example
 * fields.open();
 * fields.text("search_status", "served");
 * fields.close();
 */
export class LogFields {
  private readonly state: FilterState;

  constructor(name: string) {
    this.state = new FilterState(name);
  }

  /** Sets one member to a text without characters that JSON escapes, as `open`, `text` and `close` do. */
  note(name: string, content: string): void {
    const escaped = this.state.get();
    if (sliceSize(escaped)) {
      this.read(escaped);
      this.text(name, content);
      return this.close();
    }
    source.release(KEPT_BYTES);
    source.text('{\\"').text(name).text('\\":\\"').text(content).text('\\"}');
    this.state.set(source.slice);
  }

  /** Reads the object that is in the state: empty if there is none. */
  open(): void {
    this.read(this.state.get());
  }

  /** Sets a member to an integer. */
  integer(name: string, number: i64): void {
    value.clear();
    edit.set(name, value.integer(number).slice);
  }

  /** Sets a member to a string. */
  text(name: string, content: string): void {
    const bytes = String.UTF8.encode(content);
    edit.setText(name, sliceOfBuffer(bytes));
  }

  /** Sets a member to a string of these characters, unless there are none. */
  bytes(name: string, content: Slice): void {
    if (sliceSize(content)) edit.setText(name, content);
  }

  /** Writes the state. */
  close(): void {
    text.clear();
    edit.write(text);
    source.release(KEPT_BYTES);
    escapeJson(text.slice, source);
    this.state.set(source.slice);
    text.release(KEPT_BYTES);
  }

  private read(escaped: Slice): void {
    source.release(KEPT_BYTES);
    if (sliceSize(escaped) > 0) readQuoted(escaped, source);
    if (document.parse(source.slice) != JsonError.None || !document.isObject) {
      source.clear();
      document.parse(source.text("{}").slice);
    }
    edit.begin(document);
  }
}
