import { ByteBuffer } from "../bytes/buffer";
import {
  ABSENT,
  includesIgnoringCase,
  Slice,
  sliceEqualsIgnoringCase,
  sliceSize,
  startsWithIgnoringCase,
  subslice,
} from "../bytes/slice";
import { escapeUtf8 } from "../json/escape";
import { StringMemberScanner } from "../json/string-member-scanner";
import { jsonUtf8 } from "../json/value";
import { isPlainJson } from "./content-type";
import { FormFault, FormModel, readBoundary } from "./form-model";

/** The longest name of a model that is read, in bytes of UTF-8. ai-proxy refuses a longer one. */
export const LONGEST_MODEL: i32 = 1024;

const QUOTE = 0x22;
const boundary = new ByteBuffer();

/**
 * Finds the model in the body of a request as its bytes come: the first member of that name of a JSON object, or the part of
 * that name of a form. Nothing behind it is looked at, and the body is not validated.
 */
export class BodyModel {
  private readonly json: StringMemberScanner = new StringMemberScanner("");
  private form: FormModel | null = null;
  /** Whether the body is read as JSON. */
  isJson: bool = false;

  /**
   * Begins a body whose model is called `key`. `contentType` may be `ABSENT`. All but a form is read as JSON, for servers do so,
   * too. The reader is new or was reset.
   */
  begin(contentType: Slice, key: string): void {
    this.isJson = !startsWithIgnoringCase(contentType, "multipart/form-data");
    if (this.isJson) this.json.begin(key);
    else this.form = formOf(contentType, key);
  }

  /** Reads the next piece. */
  push(chunk: Slice): void {
    const form = this.form;
    if (this.isJson) this.json.push(chunk);
    else if (form) form.push(chunk);
  }

  /** Ends the body. */
  end(): void {
    const form = this.form;
    if (form) form.end();
  }

  /** Whether the rest need not be looked at: the model was found, or there is none to find. */
  get hasEnded(): bool {
    const form = this.form;
    if (this.isJson) return this.json.hasEnded;
    return form === null || form.found || form.fault != FormFault.None;
  }

  /** Whether the body is a JSON object that has ended and names no model. */
  get lacksModel(): bool {
    return this.isJson && this.json.hasClosed;
  }

  /** The name in UTF-8; `ABSENT` if there is none, or it is no string, or one of more than `LONGEST_MODEL` bytes. */
  name(scratch: ByteBuffer): Slice {
    const form = this.form;
    if (form) return form.found ? form.model.slice : ABSENT;
    const token = this.isJson ? this.json.value : ABSENT;
    if (token == ABSENT) return ABSENT;
    const name = jsonUtf8(token, scratch);
    return sliceSize(name) <= LONGEST_MODEL ? name : ABSENT;
  }

  /** Where the name stands, with its quotes in JSON, in bytes from the start of the body. */
  get start(): i32 {
    const form = this.form;
    if (this.isJson) return this.json.valueStart;
    return form ? form.modelStart : 0;
  }

  /** How many bytes the name takes there. */
  get size(): i32 {
    const form = this.form;
    if (this.isJson) return sliceSize(this.json.value);
    return form ? form.model.size : 0;
  }

  /** Appends another name as it is to stand in the body. */
  writeName(name: Slice, out: ByteBuffer): void {
    if (this.form) {
      out.append(name);
      return;
    }
    out.byte(QUOTE);
    escapeUtf8(name, out);
    out.byte(QUOTE);
  }

  /** Whether the body names a model, be it readable or not. */
  get hasMember(): bool {
    const form = this.form;
    if (this.isJson) return this.json.hasFound;
    if (form === null) return false;
    return form.found || form.fault == FormFault.ModelTooLong || form.fault == FormFault.ModelTwice;
  }

  /** What follows the name in the piece that held its end. A form is read to the end of each piece. */
  restOf(chunk: Slice): Slice {
    return this.isJson ? subslice(chunk, this.json.consumed) : ABSENT;
  }

  /** Goes on behind the name, to look for a second one; `true` if there is one in `rest`. The name is forgotten. */
  findsAnother(rest: Slice): bool {
    if (this.isJson) this.json.resume();
    return this.hasAnother(rest);
  }

  /** Looks for a second name in the next piece. */
  hasAnother(chunk: Slice): bool {
    const form = this.form;
    if (this.isJson) {
      this.json.push(chunk);
      return this.json.hasFound;
    }
    if (form === null) return false;
    form.push(chunk);
    return form.fault == FormFault.ModelTwice;
  }

  /** Ends the body, and frees what it needed: the reader is ready for another one. */
  reset(): void {
    const form = this.form;
    if (form) form.dispose();
    this.form = null;
    this.isJson = false;
    this.json.reset();
  }

  /** Frees the memory of a reader that was reset; it is not used again. */
  dispose(): void {
    this.json.dispose();
  }
}

/** A reader that finds nothing where the content type names no boundary. */
function formOf(contentType: Slice, key: string): FormModel | null {
  boundary.clear();
  if (!readBoundary(contentType, boundary)) return null;
  const form = new FormModel();
  form.begin(boundary.slice, LONGEST_MODEL, key);
  return form;
}

/** Whether a body of this content type is no text: a form with files, audio and the like. */
export function isMedia(contentType: Slice): bool {
  if (startsWithIgnoringCase(contentType, "multipart/") || startsWithIgnoringCase(contentType, "audio/")) return true;
  return (
    startsWithIgnoringCase(contentType, "image/") || startsWithIgnoringCase(contentType, "application/octet-stream")
  );
}

/**
 * Whether the body of a request may be held and read: it is not compressed, and no conversation of both sides (a WebSocket,
 * gRPC) that would wait for its end. The values of `content-encoding`, `content-type` and `upgrade`, each may be `ABSENT`.
 */
export function isReadable(encoding: Slice, contentType: Slice, upgrade: Slice): bool {
  if (sliceSize(encoding) && !sliceEqualsIgnoringCase(encoding, "identity")) return false;
  if (!isPlainJson(contentType) && startsWithIgnoringCase(contentType, "application/grpc")) return false;
  return sliceSize(upgrade) < "websocket".length || !includesIgnoringCase(upgrade, "websocket");
}
