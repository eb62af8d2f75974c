import { ByteBuffer } from "../bytes/buffer";
import { Slice } from "../bytes/slice";
import { escapeJson, escapeText } from "./escape";

export { escapeJson } from "./escape";

/**
 * Writes JSON into a buffer, commas included; that brackets match and keys stand in objects only is up to the caller.
 *
 * @example
 * new JsonWriter(buffer).beginObject().key("model").text(model).key("stream").boolean(true).endObject();
 */
export class JsonWriter {
  private needsComma: bool = false;

  constructor(private out: ByteBuffer) {}

  /** Starts a new document at the buffer's end. */
  reset(): this {
    this.needsComma = false;
    return this;
  }

  /** Opens an object. */
  beginObject(): this {
    this.separate().byte(0x7b);
    this.needsComma = false;
    return this;
  }

  /** Closes an object. */
  endObject(): this {
    this.out.byte(0x7d);
    this.needsComma = true;
    return this;
  }

  /** Opens an array. */
  beginArray(): this {
    this.separate().byte(0x5b);
    this.needsComma = false;
    return this;
  }

  /** Closes an array. */
  endArray(): this {
    this.out.byte(0x5d);
    this.needsComma = true;
    return this;
  }

  /** Writes the key of the next value. */
  key(name: string): this {
    this.string(name).out.byte(0x3a);
    this.needsComma = false;
    return this;
  }

  /** Writes UTF-8 bytes as a string; malformed UTF-8 becomes U+FFFD. */
  text(utf8: Slice): this {
    const out = this.separate().byte(0x22);
    escapeJson(utf8, out);
    out.byte(0x22);
    return this;
  }

  /** Writes a string. */
  string(text: string): this {
    const out = this.separate().byte(0x22);
    escapeText(text, out);
    out.byte(0x22);
    return this;
  }

  /** Writes a value that is JSON already, byte for byte. */
  raw(value: Slice): this {
    this.separate().append(value);
    return this;
  }

  /** Writes an integer. */
  integer(value: i64): this {
    this.separate().integer(value);
    return this;
  }

  /** Writes `true` or `false`. */
  boolean(value: bool): this {
    this.separate().text(value ? "true" : "false");
    return this;
  }

  /** Writes `null`. */
  nothing(): this {
    this.separate().text("null");
    return this;
  }


  @inline
  private separate(): ByteBuffer {
    const out = this.out;
    if (this.needsComma) out.byte(0x2c);
    this.needsComma = true;
    return out;
  }
}
