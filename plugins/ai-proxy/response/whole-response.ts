import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceEnd, sliceStart } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { JsonError } from "../../../assembly/json/validate";
import { sseData, sseEnd } from "../../../assembly/sse/encoder";
import { ResponseEditor } from "./response-editor";
import { ResponseStream, TranslatedStream } from "./response-stream";
import { EditedStream } from "./edited-stream";
import { Exchange } from "../exchange";
import { firstError } from "./first-error";
import { BAD_GATEWAY, BAD_RESPONSE, writeBadResponse } from "./response-reply";
import { tellsUsage } from "./usage-tap";

const document = new JsonDocument();
const translated = new ByteBuffer();
const edit = new JsonEdit();
const KEPT_BYTES = 64 * 1024;

/** Translates a whole response, and edits it where the configuration wants it; `false` where it is not what the provider promises. */
export function translateResponse(exchange: Exchange, body: Slice, isEdited: bool, out: ByteBuffer): bool {
  if (document.parse(body) != JsonError.None) return false;
  if (!exchange.config.provider.translateResponse(exchange, document, out)) return false;
  if (!isEdited) return true;
  translated.release(KEPT_BYTES);
  translated.append(out.slice);
  out.clear();
  if (!editResponse(exchange, translated.slice, out)) out.append(translated.slice);
  return true;
}

/**
 * Translates a whole response for a client that asked for a stream: as an event that says everything, which is what
 * DashScope's whole responses are. Gives the status of the error that was written in its place, or 0.
 */
export function streamResponse(exchange: Exchange, body: Slice, isEdited: bool, out: ByteBuffer): i32 {
  const translator = exchange.config.provider.translateStream(exchange);
  if (translator === null || document.parse(body) != JsonError.None) {
    if (translator) translator.free();
    writeBadResponse(out, BAD_RESPONSE);
    return BAD_GATEWAY;
  }
  // JSON has line ends between its tokens alone; a data line has none.
  for (let p = sliceStart(body); p < sliceEnd(body); p++) if (load<u8>(p) < 0x20) store<u8>(p, 0x20);
  translated.release(KEPT_BYTES);
  sseData(translated);
  translated.append(body);
  sseEnd(translated);
  const source = new TranslatedStream(translator);
  const editor = isEdited ? new ResponseEditor(exchange) : null;
  const stream: ResponseStream = editor ? new EditedStream(exchange, editor, source) : source;
  const events = stream.push(translated.slice, true);
  const status = source.hasBegun ? 0 : source.errorStatus;
  out.append(status ? firstError(events) : events);
  stream.free();
  return status;
}

/** Writes the edited response; `false`, and nothing written, where it is not JSON or needs no edit. */
export function editResponse(exchange: Exchange, body: Slice, out: ByteBuffer): bool {
  if (document.parse(body) != JsonError.None) return false;
  if (tellsUsage(exchange.api)) exchange.usage.read(document.get("usage"));
  edit.begin(document);
  ResponseEditor.editWhole(exchange, document, edit);
  if (edit.changed) edit.write(out);
  return edit.changed;
}
