import { Api, takesModel } from "../../../assembly/ai/api";
import {
  ABSENT,
  includesIgnoringCase,
  Slice,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceSize,
  startsWithIgnoringCase,
} from "../../../assembly/bytes/slice";
import { CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, METHOD } from "../../../assembly/host/header-names";
import { HeaderMap } from "../../../assembly/host/headers";
import { Exchange } from "../exchange";
import { BodyTreatment } from "../provider";
import { providerOf } from "../providers";
import { Protocol } from "../config/provider-config";

/** What a request needs after its headers were read. */
export const enum BodyNeed {
  /** Nothing: everything is decided. */
  None,
  /** Its body. */
  Whole,
  /** Its body up to the part of a form that names the model. */
  Form,
  /** Nothing of its body, but its headers are signed, maybe with a value that is fetched first. */
  Signature,
  /** An error for the client: `exchange` says which. */
  Refused,
}

/** What has to be read of a request before it is forwarded. */
export function bodyNeed(exchange: Exchange, headers: HeaderMap, endOfStream: bool): BodyNeed {
  const need = unsignedNeed(exchange, headers, endOfStream);
  if (!exchange.config.settings.signs) return need;
  if (need == BodyNeed.Form) {
    const message = "This provider's requests are signed: a form whose model has to be mapped cannot be sent to it.";
    return refused(exchange.refuse(message));
  }
  if (need != BodyNeed.None) return need;
  if (endOfStream || !hasBody(headers.of(METHOD))) return BodyNeed.Signature;
  exchange.isOnlySigned = true;
  return BodyNeed.Whole;
}

/** Whether requests of the method have a body: others, such as the handshake of a WebSocket, do not end before a response. */
function hasBody(method: Slice): bool {
  return sliceEquals(method, "POST") || sliceEquals(method, "PUT") || sliceEquals(method, "PATCH");
}

function unsignedNeed(exchange: Exchange, headers: HeaderMap, endOfStream: bool): BodyNeed {
  const config = exchange.config;
  if (exchange.api == Api.Unknown && config.protocol != Protocol.Original) return BodyNeed.None;
  const settingsOnly = needsSettingsOnly(exchange);
  if (settingsOnly && !config.chat.settings.length) return BodyNeed.None;
  if (!sliceEquals(headers.of(METHOD), "POST")) return BodyNeed.None;
  const type = headers.of(CONTENT_TYPE);
  const isJson = isJsonType(headers);
  const isTranslated = exchange.estimatesTokens || exchange.isBridged;
  if ((takesModel(exchange.api) || isTranslated) && !settingsOnly) {
    if (endOfStream) return refused(exchange.refuse("The request has no body; it must be a JSON object."));
    if (isCompressed(headers)) return refuseCompressed(exchange);
    // These APIs take JSON alone; curl's `-d` sends another type. The body is read in any case.
    if (!isJson) exchange.headers.setText("content-type", "application/json");
  } else {
    if (!settingsOnly && isForm(headers)) return formNeed(exchange, headers, endOfStream);
    if (endOfStream || (!isJson && type != ABSENT)) return BodyNeed.None;
    const isNeeded = mustBeRead(exchange);
    // Only the model is read in the body of an API without a row of its own.
    if (exchange.api == Api.Other && (!isNeeded || !isJson)) return BodyNeed.None;
    if (isCompressed(headers)) return isNeeded ? refuseCompressed(exchange) : BodyNeed.None;
  }
  exchange.hasLength = headers.of(CONTENT_LENGTH) != ABSENT;
  return BodyNeed.Whole;
}

/** Uploads pass unread unless the path needs the model or the model is mapped. */
function formNeed(exchange: Exchange, headers: HeaderMap, endOfStream: bool): BodyNeed {
  if (!namesModelInForm(exchange.api)) return BodyNeed.None;
  const isInPath = providerOf(exchange).putsModelInPath(exchange);
  if (isInPath && exchange.deployment != ABSENT) return BodyNeed.None;
  if (!isInPath && !exchange.config.models.any && exchange.deployment == ABSENT) return BodyNeed.None;
  if (endOfStream) return refused(exchange.refuse("The request has no body; it must be a form."));
  if (isCompressed(headers)) return refuseCompressed(exchange);
  exchange.hasLength = headers.of(CONTENT_LENGTH) != ABSENT;
  return BodyNeed.Form;
}

/** https://platform.openai.com/docs/api-reference/audio · …/images · …/videos */
function namesModelInForm(api: Api): bool {
  if (api == Api.AudioTranscription || api == Api.AudioTranslation || api == Api.Videos) return true;
  return api == Api.ImageEdit || api == Api.ImageVariation;
}

/** Whether a body is only edited by `customSettings`. */
export function needsSettingsOnly(exchange: Exchange): bool {
  const config = exchange.config;
  return (
    config.protocol == Protocol.Original || providerOf(exchange).requestTreatment(exchange) == BodyTreatment.Untouched
  );
}

/** Whether something in the body must be known or changed, so that it cannot pass unread. */
function mustBeRead(exchange: Exchange): bool {
  const config = exchange.config;
  if (config.models.any || exchange.deployment != ABSENT || providerOf(exchange).putsModelInPath(exchange)) return true;
  return config.chat.settings.length > 0 && exchange.api != Api.Other;
}

/** Media types are case-insensitive. https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1 */
function isJsonType(headers: HeaderMap): bool {
  return includesIgnoringCase(headers.of(CONTENT_TYPE), "json");
}

function isForm(headers: HeaderMap): bool {
  return startsWithIgnoringCase(headers.of(CONTENT_TYPE), "multipart/form-data");
}

function isCompressed(headers: HeaderMap): bool {
  const encoding = headers.of(CONTENT_ENCODING);
  return sliceSize(encoding) > 0 && !sliceEqualsIgnoringCase(encoding, "identity");
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16 */
function refuseCompressed(exchange: Exchange): BodyNeed {
  const message =
    "The gateway has to read this request's body, and cannot: it is compressed (content-encoding). Send it uncompressed.";
  return refused(exchange.refuse(message, "", "unsupported_content_encoding", 415));
}

function refused(isRead: bool): BodyNeed {
  return isRead ? BodyNeed.Whole : BodyNeed.Refused;
}
