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
  private json: StringMemberScanner | null = null;
  private form: FormModel | null = null;

  /** `contentType` may be `ABSENT`. All but a form is read as JSON, for servers do so, too. */
  constructor(contentType: Slice, key: string) {
    if (startsWithIgnoringCase(contentType, "multipart/form-data")) this.form = formOf(contentType, key);
    else this.json = new StringMemberScanner(key);
  }

  /** Whether the body is read as JSON. */
  get isJson(): bool {
    return this.json !== null;
  }

  /** Reads the next piece. */
  push(chunk: Slice): void {
    const json = this.json;
    const form = this.form;
    if (json) json.push(chunk);
    else if (form) form.push(chunk);
  }

  /** Ends the body. */
  end(): void {
    const form = this.form;
    if (form) form.end();
  }

  /** Whether the rest need not be looked at: the model was found, or there is none to find. */
  get hasEnded(): bool {
    const json = this.json;
    const form = this.form;
    if (json) return json.hasEnded;
    return form === null || form.found || form.fault != FormFault.None;
  }

  /** Whether the body is a JSON object that has ended and names no model. */
  get lacksModel(): bool {
    const json = this.json;
    return json !== null && json.hasClosed;
  }

  /** The name in UTF-8; `ABSENT` if there is none, or it is no string, or one of more than `LONGEST_MODEL` bytes. */
  name(scratch: ByteBuffer): Slice {
    const json = this.json;
    const form = this.form;
    if (form) return form.found ? form.model.slice : ABSENT;
    const token = json ? json.value : ABSENT;
    if (token == ABSENT) return ABSENT;
    const name = jsonUtf8(token, scratch);
    return sliceSize(name) <= LONGEST_MODEL ? name : ABSENT;
  }

  /** Where the name stands, with its quotes in JSON, in bytes from the start of the body. */
  get start(): i32 {
    const json = this.json;
    const form = this.form;
    if (json) return json.valueStart;
    return form ? form.modelStart : 0;
  }

  /** How many bytes the name takes there. */
  get size(): i32 {
    const json = this.json;
    const form = this.form;
    if (json) return sliceSize(json.value);
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

  /** Goes on behind the name in the piece that held its end, to look for a second one; `true` if there is one. */
  findsAnother(chunk: Slice): bool {
    const json = this.json;
    if (json === null) return this.hasAnother(ABSENT);
    const rest = subslice(chunk, json.consumed);
    json.resume();
    return this.hasAnother(rest);
  }

  /** Looks for a second name in the next piece. */
  hasAnother(chunk: Slice): bool {
    const json = this.json;
    const form = this.form;
    if (json) {
      json.push(chunk);
      return json.hasFound;
    }
    if (form === null) return false;
    form.push(chunk);
    return form.fault == FormFault.ModelTwice;
  }

  /** Gives the memory back; the reader is not used again. */
  dispose(): void {
    const json = this.json;
    const form = this.form;
    if (json) json.dispose();
    if (form) form.dispose();
    this.json = null;
    this.form = null;
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

/**
 * Whether the body of a request may be held and read: it is not compressed, and no conversation of both sides (a WebSocket,
 * gRPC) that would wait for its end. The values of `content-encoding`, `content-type` and `upgrade`, each may be `ABSENT`.
 */
export function isReadable(encoding: Slice, contentType: Slice, upgrade: Slice): bool {
  if (sliceSize(encoding) && !sliceEqualsIgnoringCase(encoding, "identity")) return false;
  if (startsWithIgnoringCase(contentType, "application/grpc")) return false;
  return sliceSize(upgrade) < "websocket".length || !includesIgnoringCase(upgrade, "websocket");
}
