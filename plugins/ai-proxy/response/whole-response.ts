import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { JsonError } from "../../../assembly/json/validate";
import { ResponseEditor } from "./response-editor";
import { TranslatedStream } from "./response-stream";
import { EditedStream } from "./edited-stream";
import { Exchange } from "../exchange";
import { firstError } from "./first-error";
import { writeFailure } from "./hidden-failure";
import { BAD_GATEWAY, BAD_RESPONSE, writeBadResponse } from "./response-reply";
import { translatedBody, translatedStream } from "./translation";
import { tellsUsage } from "./usage-tap";
import { FAILURE_MEMBERS } from "../config/built-features";

const document = new JsonDocument();
const translated = new ByteBuffer();
const edit = new JsonEdit();
const KEPT_BYTES = 64 * 1024;

/**
 * Translates a whole response, and edits it where the configuration wants it. Gives the status of the error that was written in its
 * place, or 0.
 */
export function translateResponse(exchange: Exchange, body: Slice, isEdited: bool, out: ByteBuffer): i32 {
  const from = exchange.isBridgedFromChat && isEdited ? edited(exchange, body) : body;
  const status = document.parse(from) == JsonError.None ? translatedBody(exchange, document, out) : -1;
  if (status < 0) {
    writeBadResponse(exchange, out, BAD_RESPONSE);
    return BAD_GATEWAY;
  }
  if (status || !isEdited || exchange.isBridgedFromChat) return status;
  translated.release(KEPT_BYTES);
  translated.append(out.slice);
  out.clear();
  if (!editResponse(exchange, translated.slice, out)) out.append(translated.slice);
  return 0;
}

/**
 * Translates a whole response for a client that asked for a stream, where the provider's transform knows how. Gives the
 * status of the error that was written in its place, or 0.
 */
export function streamResponse(exchange: Exchange, body: Slice, isEdited: bool, out: ByteBuffer): i32 {
  const transform = translatedStream(exchange);
  const source = transform ? new TranslatedStream(transform, null) : null;
  const from = exchange.isBridgedFromChat && isEdited ? edited(exchange, body) : body;
  const events = source && document.parse(from) == JsonError.None ? source.pushWhole(document) : ABSENT;
  let status = source && source.errorStatus && !source.hasBegun ? source.errorStatus : 0;
  if (events == ABSENT) {
    writeBadResponse(exchange, out, BAD_RESPONSE);
    status = BAD_GATEWAY;
  } else if (status) out.append(firstError(exchange, status, events));
  else if (isEdited && !exchange.isBridgedFromChat) {
    const stream = new EditedStream(exchange, new ResponseEditor(exchange), null);
    out.append(stream.push(events, true));
    stream.free();
  } else out.append(events);
  if (source) source.free();
  return status;
}

/** The body with the edits that the configuration and the provider's dialect want, before it is translated. */
function edited(exchange: Exchange, body: Slice): Slice {
  translated.release(KEPT_BYTES);
  return editResponse(exchange, body, translated) ? translated.slice : body;
}

/** Writes the edited response; `false`, and nothing written, where it is not JSON or needs no edit. */
export function editResponse(exchange: Exchange, body: Slice, out: ByteBuffer): bool {
  if (document.parse(body) != JsonError.None) return false;
  if (tellsUsage(exchange.api)) exchange.usage.read(document.get("usage"));
  edit.begin(document);
  const isChanged = ResponseEditor.editWhole(exchange, document, edit) || edit.changed;
  if (isChanged) edit.write(out);
  return isChanged;
}

/** Writes the error for a response whose body says that the request failed; `false`, and nothing written, for others. */
export function replaceFailure(exchange: Exchange, body: Slice, out: ByteBuffer): bool {
  if (!FAILURE_MEMBERS) return false;
  if (!exchange.config.settings.failureMember.length) return false;
  return document.parse(body) == JsonError.None && writeFailure(exchange, document, true, out);
}
