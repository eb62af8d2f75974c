import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { JsonError } from "../../assembly/json/validate";
import { AnswerEditor } from "./answer-editor";
import { Exchange } from "./exchange";

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

/** Writes the edited response; `false`, and nothing written, where it is not JSON or needs no edit. */
export function editResponse(exchange: Exchange, body: Slice, out: ByteBuffer): bool {
  if (document.parse(body) != JsonError.None) return false;
  edit.begin(document);
  const editor = new AnswerEditor(exchange);
  editor.editWhole(document, edit);
  editor.free();
  if (edit.changed) edit.write(out);
  return edit.changed;
}
