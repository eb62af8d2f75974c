import { ByteBuffer } from "../bytes/buffer";
import { writeByte } from "../bytes/integers";
import { freeUnmanaged } from "../bytes/unmanaged";
import { HeaderParameters } from "../bytes/header-parameters";
import {
  byteAt,
  indexOfByte,
  indexOfText,
  Slice,
  sliceEndsWith,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceSize,
  slicesEqual,
  startsWithIgnoringCase,
  subslice,
} from "../bytes/slice";

const CR: u32 = 0x0d;
const LF: u32 = 0x0a;
const SPACE: u32 = 0x20;
const TAB: u32 = 0x09;
const DASH: u32 = 0x2d;

/** RFC 2046, section 5.1.1. */
const LONGEST_BOUNDARY = 70;
/** The most bytes of the headers of one part, which are refused above, and of the white space after a boundary. */
const LONGEST_HEADERS = 8192;
const LONGEST_PADDING = 64;

/** An error in a form. */
export const enum FormFault {
  None,
  /** Two parts are called `model`. */
  ModelTwice,
  /** The model is longer than the limit of the reader. */
  ModelTooLong,
  /** The headers of a part are too long. */
  HeadersTooLong,
}

const enum State {
  /** In what precedes the first boundary, or in the body of a part. */
  Content,
  /** Behind a boundary. */
  Boundary,
  /** In the headers of a part. */
  Headers,
  /** Behind the last boundary. */
  Ended,
}

const parameters = new HeaderParameters();

/** Appends the boundary that a `multipart/form-data` content type names; `false` where it names none that RFC 2046 allows. */
export function readBoundary(contentType: Slice, out: ByteBuffer): bool {
  parameters.begin(contentType);
  while (parameters.next()) {
    if (!sliceEqualsIgnoringCase(parameters.name, "boundary")) continue;
    const size = sliceSize(parameters.value);
    for (let i = 0; i < size; i++) if (byteAt(parameters.value, i) - 0x20 > 0x5e) return false;
    out.append(parameters.value);
    return size > 0 && size <= LONGEST_BOUNDARY;
  }
  return false;
}

/**
 * Finds the part `name="model"`, or one of another name, of a form that comes in pieces, in linear time. It keeps the
 * boundary, the headers of the current part, and the model.
 * https://www.rfc-editor.org/rfc/rfc7578 · https://www.rfc-editor.org/rfc/rfc2046#section-5.1
 */
// @ts-ignore: decorator
@unmanaged
export class FormModel {
  private state: State = State.Content;
  private delimiter: ByteBuffer = new ByteBuffer();
  private name: ByteBuffer = new ByteBuffer();
  private padding: ByteBuffer = new ByteBuffer();
  private headers: ByteBuffer = new ByteBuffer();
  /** The number of bytes of the delimiter that have matched. The first delimiter needs no line end before it. */
  private matched: i32 = 2;
  private isModel: bool = false;
  private limit: i32 = 0;
  /** The number of bytes before the current piece. */
  private offset: i32 = 0;
  /** The value of the part, once `found`. */
  model: ByteBuffer = new ByteBuffer();
  /** The offset of the value in the form, in bytes. */
  modelStart: i32 = 0;
  /** Whether the part is complete. */
  found: bool = false;
  /** Whether there was a boundary: without one it is no form. */
  hasParts: bool = false;
  /** The error. The bytes after it are not read, but for a second model behind one that is too long. */
  fault: FormFault = FormFault.None;

  /** Begins a form with that boundary, whose model has at most `limit` bytes and stands in the part called `name`. */
  begin(boundary: Slice, limit: i32, name: string = "model"): void {
    this.delimiter.text("\r\n--").append(boundary);
    this.name.text(name);
    this.limit = limit;
  }

  /** Reads the next piece. */
  push(chunk: Slice): void {
    const size = sliceSize(chunk);
    for (let at = 0; at < size && this.state != State.Ended && !this.hasStopped;) {
      if (this.state == State.Content) at = this.readContent(chunk, at);
      else if (this.state == State.Boundary) at = this.readBoundary(chunk, at);
      else at = this.readHeaders(chunk, at);
    }
    this.offset += size;
  }

  /** Ends the form: a boundary at its end closes a part, even without the final `--`. */
  end(): void {
    if (this.state == State.Boundary) this.endPart();
  }

  /** Frees all memory; the reader is not used again. */
  dispose(): void {
    this.delimiter.dispose();
    this.name.dispose();
    this.padding.dispose();
    this.headers.dispose();
    this.model.dispose();
    freeUnmanaged(this);
  }

  /** Whether an error ended the search. Behind a model that is too long there may be a second one. */
  private get hasStopped(): bool {
    return this.fault == FormFault.ModelTwice || this.fault == FormFault.HeadersTooLong;
  }

  private readContent(chunk: Slice, at: i32): i32 {
    if (this.matched == 0) {
      const next = indexOfByte(chunk, CR, at);
      this.keep(subslice(chunk, at, next < 0 ? i32.MAX_VALUE : next));
      if (next < 0) return sliceSize(chunk);
      this.matched = 1;
      return next + 1;
    }
    if (byteAt(chunk, at) == byteAt(this.delimiter.slice, this.matched)) {
      if (++this.matched == this.delimiter.size) {
        this.state = State.Boundary;
        this.padding.clear();
      }
      return at + 1;
    }
    // Only the first byte of the delimiter is a CR: the part that matched cannot begin another delimiter.
    this.keep(subslice(this.delimiter.slice, 0, this.matched));
    this.matched = 0;
    return at;
  }

  /** A line that begins with the delimiter is one only if nothing but white space follows, or `--`. */
  private readBoundary(chunk: Slice, at: i32): i32 {
    const byte = byteAt(chunk, at);
    const size = this.padding.size;
    const last = size ? byteAt(this.padding.slice, size - 1) : SPACE;
    if (last == CR && byte == LF) {
      this.endPart();
      this.state = State.Headers;
      this.headers.release(LONGEST_HEADERS);
      return at + 1;
    }
    if (last == DASH && byte == DASH) {
      this.endPart();
      this.state = State.Ended;
      return at + 1;
    }
    const isPadding = last == SPACE || last == TAB;
    const fits = isPadding && (byte == SPACE || byte == TAB || byte == CR || (byte == DASH && size == 0));
    if (fits && size < LONGEST_PADDING) {
      this.padding.byte(byte);
      return at + 1;
    }
    this.keep(this.delimiter.slice);
    this.keep(this.padding.slice);
    this.matched = 0;
    this.state = State.Content;
    return at;
  }

  private readHeaders(chunk: Slice, at: i32): i32 {
    const headers = this.headers;
    const end = indexOfByte(chunk, LF, at);
    const line = subslice(chunk, at, end < 0 ? i32.MAX_VALUE : end + 1);
    if (headers.size + sliceSize(line) > LONGEST_HEADERS) {
      this.fault = FormFault.HeadersTooLong;
      return at;
    }
    headers.append(line);
    const isOver = sliceEquals(headers.slice, "\r\n") || sliceEndsWith(headers.slice, "\r\n\r\n");
    if (isOver) {
      this.isModel = namesPart(headers, this.name.slice);
      this.state = State.Content;
      this.matched = 0;
      if (this.isModel && (this.found || this.fault == FormFault.ModelTooLong)) this.fault = FormFault.ModelTwice;
      else if (this.isModel) this.modelStart = this.offset + at + sliceSize(line);
    }
    return at + sliceSize(line);
  }

  private keep(bytes: Slice): void {
    if (!this.isModel || this.fault != FormFault.None) return;
    if (this.model.size + sliceSize(bytes) > this.limit) this.fault = FormFault.ModelTooLong;
    else this.model.append(bytes);
  }

  private endPart(): void {
    this.hasParts = true;
    if (this.isModel && this.fault == FormFault.None) this.found = true;
    this.isModel = false;
    this.matched = 0;
  }
}

/** Whether the headers of a part name it `wanted`, in any form that servers accept: quoted, as a token, or extended. */
function namesPart(headers: ByteBuffer, wanted: Slice): bool {
  unfold(headers);
  for (let rest = headers.slice; sliceSize(rest) > 0;) {
    const end = indexOfByte(rest, LF);
    const line = subslice(rest, 0, end < 0 ? i32.MAX_VALUE : end);
    rest = subslice(rest, end < 0 ? i32.MAX_VALUE : end + 1);
    if (!startsWithIgnoringCase(line, "content-disposition")) continue;
    parameters.begin(line);
    while (parameters.next()) if (isNameOfPart(parameters.name, parameters.value, wanted)) return true;
  }
  return false;
}

/** `name*=UTF-8''model` is not allowed in forms (RFC 7578, section 4.2), but some servers read it. */
function isNameOfPart(name: Slice, value: Slice, wanted: Slice): bool {
  if (sliceEqualsIgnoringCase(name, "name")) return slicesEqual(value, wanted);
  if (!sliceEqualsIgnoringCase(name, "name*")) return false;
  const quotes = indexOfText(value, "'");
  const second = quotes < 0 ? -1 : indexOfText(value, "'", quotes + 1);
  return slicesEqual(subslice(value, second + 1), wanted);
}

/** A line that begins with white space continues the one before (RFC 822, section 3.1.1). */
function unfold(headers: ByteBuffer): void {
  const bytes = headers.slice;
  for (let i = 0; i + 2 < sliceSize(bytes); i++) {
    const next = byteAt(bytes, i + 2);
    if (byteAt(bytes, i) != CR || byteAt(bytes, i + 1) != LF || (next != SPACE && next != TAB)) continue;
    writeByte(bytes, i, SPACE);
    writeByte(bytes, i + 1, SPACE);
  }
}
