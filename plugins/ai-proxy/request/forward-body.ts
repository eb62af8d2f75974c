import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { BodyBuffer } from "../../../assembly/host/body";
import { nowInSeconds } from "../../../assembly/host/clock";
import { requestHeaders } from "../../../assembly/host/headers";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { BRIDGES, MESSAGES_CLIENTS, RESPONSES_CLIENTS } from "../config/built-protocols";
import { Exchange } from "../exchange";
import { BodyTreatment } from "../provider";
import { providerOf } from "../providers";
import { contextOf } from "./awaited-values";
import { validPart, writeRequest } from "./bridge";
import { needsSettingsOnly } from "./body-need";
import { editRequest, prepareRequest, putSettings } from "./edit-request";
import { readTraits } from "./fit-model";
import { limitFirstByte } from "./first-byte";
import { FormUpload } from "./form-upload";
import { forward } from "./forward";
import { readBody, readRequest } from "./read-request";
import { replyWithEstimate } from "./token-estimate";
import { readValue } from "./shared-value";

// What is built for one request is passed to the host before the next one is read.
const document = new JsonDocument();
const built = new ByteBuffer();
const length = new ByteBuffer();
/** The chat that was made of a request in another protocol. */
const bridged = new ByteBuffer();

/** Bytes of memory that are kept for the next body. */
const KEPT_BYTES = 256 * 1024;
/** The parts of an edited body of more bytes are passed to the host one by one, without a copy. */
const WHOLE_BYTES = 32 * 1024;

/** Reads the body and passes on what the provider gets; `false` if the request is refused, as `exchange` says. */
export function forwardBody(exchange: Exchange, body: BodyBuffer): bool {
  exchange.headers.clear();
  if (exchange.isOnlySigned) return forward(exchange, requestHeaders, body.bytes());
  if (needsSettingsOnly(exchange)) return forwardEdited(exchange, body, putSettings(exchange, document, body.bytes()));
  let bytes = body.bytes();
  let valid = ABSENT;
  if (MESSAGES_CLIENTS) {
    if (exchange.estimatesTokens) {
      // The reply takes the place of a refusal.
      if (readBody(exchange, document, bytes)) replyWithEstimate(bytes);
      return false;
    }
  }
  if (MESSAGES_CLIENTS || RESPONSES_CLIENTS) {
    if (exchange.isBridgedFromChat) {
      if (!readBody(exchange, document, bytes)) return false;
      bridged.release(KEPT_BYTES);
      if (!writeRequest(exchange, document, ABSENT, bridged)) return false;
      bytes = bridged.slice;
      valid = validPart();
      exchange.wasTranslated = true;
      exchange.created = nowInSeconds();
    }
  }
  if (!readRequest(exchange, document, bytes, valid) || !readTraits(exchange, document)) return false;
  if (exchange.streaming) limitFirstByte(exchange);
  const source = contextOf(exchange);
  const context = source ? readValue(source) : ABSENT;
  if (source && context == ABSENT) {
    const message = "The gateway could not fetch the text that belongs to every conversation.";
    return exchange.refuse(message, "", "context_unavailable", 503);
  }
  const provider = providerOf(exchange);
  const isElsewhere = exchange.isBridgedElsewhere;
  if (!isElsewhere && provider.requestTreatment(exchange) != BodyTreatment.Converted) {
    return forwardEdited(exchange, body, editRequest(exchange, document, context));
  }
  built.release(KEPT_BYTES);
  exchange.created = nowInSeconds();
  prepareRequest(exchange, document, context);
  if (BRIDGES && isElsewhere) {
    if (!writeRequest(exchange, document, exchange.hasChat ? ABSENT : context, built)) return false;
  } else if (!provider.translateRequest(exchange, document, built)) {
    // The client does not know the chat that was made of its request.
    if (exchange.isBridgedFromChat) exchange.refusalParam = "";
    return false;
  }
  exchange.wasTranslated = true;
  return forwardBuilt(exchange, body);
}

/** Passes an upload on, as far as it has come, with the mapped model; `false` if it is refused, as `exchange` says. */
export function forwardForm(exchange: Exchange, upload: FormUpload, body: BodyBuffer): bool {
  exchange.headers.clear();
  if (!upload.mapModel()) return false;
  upload.edit(body);
  setLength(exchange, upload.length + upload.growth);
  return forward(exchange, requestHeaders, ABSENT);
}

/** Passes the client's body on with the edit, `null` for none. */
function forwardEdited(exchange: Exchange, body: BodyBuffer, edit: JsonEdit | null): bool {
  const signs = exchange.config.settings.signs;
  if (edit === null && exchange.isBridgedFromChat) return forwardBytes(exchange, body, bridged.slice);
  if (edit === null) return forward(exchange, requestHeaders, signs ? body.bytes() : ABSENT);
  if (signs || body.size <= WHOLE_BYTES) {
    built.release(KEPT_BYTES);
    edit.write(built);
    return forwardBuilt(exchange, body);
  }
  let size = 0;
  for (let i = 0; i < edit.partCount; i++) size += sliceSize(edit.part(i));
  setLength(exchange, size);
  if (!forward(exchange, requestHeaders, ABSENT)) return false;
  body.replace(edit.part(0));
  for (let i = 1; i < edit.partCount; i++) body.append(edit.part(i));
  return true;
}

/** Passes `built` on in place of the client's body. */
function forwardBuilt(exchange: Exchange, body: BodyBuffer): bool {
  return forwardBytes(exchange, body, built.slice);
}

function forwardBytes(exchange: Exchange, body: BodyBuffer, bytes: Slice): bool {
  setLength(exchange, sliceSize(bytes));
  if (!forward(exchange, requestHeaders, bytes)) return false;
  body.replace(bytes);
  return true;
}

function setLength(exchange: Exchange, size: i32): void {
  if (!exchange.hasLength) return;
  length.clear();
  exchange.headers.set("content-length", length.integer(size).slice);
}
