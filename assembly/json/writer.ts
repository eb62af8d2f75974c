import { ByteBuffer } from "../bytes/buffer";
import { Slice } from "../bytes/slice";
import { escapeUtf16, escapeUtf8 } from "./escape";

/** Appends UTF-8 text as the content of a JSON string, without the quotes; malformed UTF-8 becomes U+FFFD. */
export function escapeJson(utf8: Slice, out: ByteBuffer): void {
  escapeUtf8(utf8, out);
}

/**
 * Writes JSON with its commas into a buffer. The caller makes sure that brackets match and that keys are in objects only.
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
    this.value().byte(0x7b);
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
    this.value().byte(0x5b);
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
    const out = this.value();
    quoteUtf16(changetype<usize>(name), name.length, out);
    out.byte(0x3a);
    this.needsComma = false;
    return this;
  }

  /** Writes a key that is a JSON string already, as the key of the next value. */
  rawKey(token: Slice): this {
    this.value().append(token).byte(0x3a);
    this.needsComma = false;
    return this;
  }

  /** Writes UTF-8 bytes as a string; malformed UTF-8 becomes U+FFFD. */
  text(utf8: Slice): this {
    const out = this.value();
    out.byte(0x22);
    escapeUtf8(utf8, out);
    out.byte(0x22);
    return this;
  }

  /** Writes a string. */
  string(text: string): this {
    quoteUtf16(changetype<usize>(text), text.length, this.value());
    return this;
  }

  /** Writes a value that is JSON already, byte for byte. */
  raw(value: Slice): this {
    this.value().append(value);
    return this;
  }

  /** Writes an integer. */
  integer(value: i64): this {
    this.value().integer(value);
    return this;
  }

  /** Writes `true` or `false`. */
  boolean(value: bool): this {
    const text = value ? "true" : "false";
    this.value().text(text);
    return this;
  }

  /** Writes `null`. */
  nothing(): this {
    const text = "null";
    this.value().text(text);
    return this;
  }

  /** The buffer, after the comma that the next key or value needs. */
  @inline
  private value(): ByteBuffer {
    const out = this.out;
    if (this.needsComma) out.byte(0x2c);
    this.needsComma = true;
    return out;
  }
}

function quoteUtf16(units: usize, length: i32, out: ByteBuffer): void {
  out.byte(0x22);
  escapeUtf16(units, length, out);
  out.byte(0x22);
}
