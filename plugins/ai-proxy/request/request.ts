import { Api } from "../../../assembly/ai/api";
import { writeError } from "../../../assembly/ai/error";
import { RequestPath } from "../../../assembly/ai/request-path";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { withoutQuery } from "../../../assembly/bytes/query";
import { ABSENT, includesIgnoringCase, sliceEquals, sliceSize, slicesEqual } from "../../../assembly/bytes/slice";
import { BodyBuffer } from "../../../assembly/host/body";
import { nowInSeconds } from "../../../assembly/host/clock";
import { HeaderMap, requestHeaders } from "../../../assembly/host/headers";
import { namedProperty } from "../../../assembly/host/property";
import { sendLocalReply } from "../../../assembly/host/reply";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { BodyNeed, bodyNeed, needsSettingsOnly } from "./body-need";
import { applyEdits, keepClientHeaders, restoreClientHeaders } from "./client-headers";
import { authorize } from "./credentials";
import { Exchange } from "../exchange";
import { FormUpload } from "./form-upload";
import { BodyTreatment } from "../provider";
import { Protocol } from "../config/provider-config";
import { editRequest, prepareChat, putSettings, readPathModel, readRequest } from "./request-body";
import { logServed } from "./served-log";
import { readText } from "./shared-text";
import { TextSource } from "../config/text-source";
import { withoutBasePath, writeUpstreamPath } from "./upstream-path";
import { readQueryModel } from "./upstream-query";

// What is built for one request is handed to the host before the next one is looked at.
const document = new JsonDocument();
const requestPath = new RequestPath();
const translated = new ByteBuffer();
const path = new ByteBuffer();
const params = new ByteBuffer();
const texts = new ByteBuffer();

/** Memory for a body that is kept from one request to the next. */
const KEPT_BYTES = 256 * 1024;
/** Above this many bytes the parts of an edited body are handed over one by one rather than put together first. */
const WHOLE_BYTES = 32 * 1024;

/** Reads the request's headers, puts host and key in place, and the path, if no body is needed for it. */
export function prepareHeaders(exchange: Exchange, headers: HeaderMap, endOfStream: bool): BodyNeed {
  const config = exchange.config;
  restoreClientHeaders(exchange, headers);
  exchange.keepPath(headers.get(":path"));
  exchange.path = withoutBasePath(exchange.path, exchange);
  readPath(exchange);
  if (lacksApi(exchange) || !readPathModel(exchange) || !readQueryModel(exchange)) return BodyNeed.Refused;
  const edits = exchange.headers;
  edits.clear();
  const need = bodyNeed(exchange, headers, endOfStream);
  if (need == BodyNeed.Refused) return need;
  const host = hostOf(exchange);
  if (host.length) edits.setText(":authority", host);
  authorize(exchange, headers);
  // An error is read whatever the API, and any response that may repeat a key.
  const readsErrors = config.protocol == Protocol.OpenAi && exchange.api != Api.Unknown;
  if (readsErrors || config.secrets) edits.remove("accept-encoding");
  if (mayStream(exchange, headers)) limitFirstByte(exchange);
  if (need == BodyNeed.None) forward(exchange, headers);
  else applyEdits(exchange, headers);
  return need;
}

/** Reads the body and hands the provider its own; `false` when `exchange` says why the client gets an error. */
export function forwardBody(exchange: Exchange, body: BodyBuffer): bool {
  const edits = exchange.headers;
  edits.clear();
  if (needsSettingsOnly(exchange)) {
    const edit = putSettings(exchange, document, body.bytes());
    if (edit) setLength(exchange, replaceBody(body, edit));
    forward(exchange, requestHeaders);
    return true;
  }
  if (!readRequest(exchange, document, body.bytes())) return false;
  if (exchange.streaming) limitFirstByte(exchange);
  const source = contextOf(exchange);
  const context = source ? readText(source) : ABSENT;
  if (source && context == ABSENT) {
    const message = "The gateway could not fetch the text that belongs to every conversation.";
    return exchange.refuse(message, "", "context_unavailable", 503);
  }
  if (exchange.config.provider.requestTreatment(exchange) == BodyTreatment.Converted) {
    translated.release(KEPT_BYTES);
    exchange.created = nowInSeconds();
    prepareChat(exchange, document, context);
    if (!exchange.config.provider.translateRequest(exchange, document, translated)) return false;
    exchange.wasTranslated = true;
    body.replace(translated.slice);
    setLength(exchange, translated.size);
  } else {
    const edit = editRequest(exchange, document, context);
    if (edit) setLength(exchange, replaceBody(body, edit));
  }
  forward(exchange, requestHeaders);
  return true;
}

/**
 * Hands an upload on, as far as it has come, with the model that its form names mapped; `false` when `exchange` says why the
 * client gets an error.
 */
export function forwardForm(exchange: Exchange, upload: FormUpload, body: BodyBuffer): bool {
  exchange.headers.clear();
  if (!upload.mapModel()) return false;
  upload.edit(body);
  setLength(exchange, upload.length + upload.growth);
  forward(exchange, requestHeaders);
  return true;
}

/** The text that stands in the request's conversation; `null` where there is none. */
export function contextOf(exchange: Exchange): TextSource | null {
  if (exchange.api != Api.ChatCompletions || needsSettingsOnly(exchange)) return null;
  return exchange.config.chat.context;
}

/** Answers the client with the refusal that stands in `exchange`, in OpenAI's shape. */
export function refuse(exchange: Exchange): void {
  texts.clear();
  const message = texts.text(exchange.refusalMessage).slice;
  translated.release(KEPT_BYTES);
  const param = cleared(params).text(exchange.refusalParam);
  const code = cleared(path).text(exchange.refusalCode);
  writeError(
    translated,
    exchange.refusalStatus,
    message,
    param.size ? param.slice : ABSENT,
    code.size ? code.slice : ABSENT,
  );
  const status = exchange.refusalStatus;
  sendLocalReply(status, `ai-proxy.${reasonOf(status)}`, "application/json", translated.slice);
}

function reasonOf(status: i32): string {
  if (status == 404) return "unsupported_api";
  if (status == 415) return "unsupported_content_encoding";
  return status == 503 ? "context_unavailable" : "bad_request";
}

function hostOf(exchange: Exchange): string {
  const domain = exchange.config.domain;
  return domain.length ? domain : exchange.config.provider.host(exchange);
}

function readPath(exchange: Exchange): void {
  requestPath.read(withoutQuery(exchange.path));
  exchange.api = requestPath.api;
  exchange.tail = requestPath.tail;
  exchange.deployment = requestPath.deployment;
  exchange.isDated = requestPath.isDated && !needsSettingsOnly(exchange);
}

function lacksApi(exchange: Exchange): bool {
  const config = exchange.config;
  if (config.protocol == Protocol.Original || exchange.api == Api.Unknown || exchange.api == Api.Other) return false;
  if (config.capabilities[exchange.api] !== null || config.provider.path(exchange).length) return false;
  if (!config.provider.refusesUnknownApis() || config.provider.servesBelowBase(exchange)) return false;
  exchange.refuse(`The provider '${config.name}' does not have this API.`, "", "unsupported_api", 404);
  return true;
}

/** Whether a request whose body is not looked at may be one for a stream. */
function mayStream(exchange: Exchange, headers: HeaderMap): bool {
  if (!exchange.config.chat.firstByteTimeout.length || !needsSettingsOnly(exchange)) return false;
  if (exchange.config.protocol != Protocol.Original) return true;
  const dashScope = headers.get("x-dashscope-sse");
  return sliceEquals(dashScope, "enable") || includesIgnoringCase(headers.get("accept"), "event-stream");
}

/**
 * Lets Envoy end a try that does not begin to answer in time: it does not limit an answer that has begun. The router has
 * read the header before its own chain runs: there, where the upstream's address is known, it would only go out.
 */
function limitFirstByte(exchange: Exchange): void {
  const timeout = exchange.config.chat.firstByteTimeout;
  if (timeout.length && namedProperty("upstream\0address") == ABSENT)
    exchange.headers.setText("x-envoy-upstream-rq-per-try-timeout-ms", timeout);
}

/** Puts the path in place, with all other changes: the last thing that is done before the request goes on. */
function forward(exchange: Exchange, headers: HeaderMap): void {
  path.clear();
  writeUpstreamPath(exchange, path);
  if (!slicesEqual(path.slice, exchange.clientPath)) exchange.headers.set(":path", path.slice);
  applyEdits(exchange, headers);
  keepClientHeaders(exchange, hostOf(exchange), path.slice, headers);
  logServed(exchange);
  exchange.forgetPath();
}

function setLength(exchange: Exchange, size: i32): void {
  if (!exchange.hasLength) return;
  texts.clear();
  exchange.headers.set("content-length", texts.integer(size).slice);
}

/** Puts the edited body in the place of the client's; gives its size. */
function replaceBody(body: BodyBuffer, edit: JsonEdit): i32 {
  const count = edit.partCount;
  if (body.size <= WHOLE_BYTES) {
    translated.release(KEPT_BYTES);
    edit.write(translated);
    body.replace(translated.slice);
    return translated.size;
  }
  let size = 0;
  for (let i = 0; i < count; i++) {
    const part = edit.part(i);
    if (i == 0) body.replace(part);
    else body.append(part);
    size += sliceSize(part);
  }
  return size;
}

function cleared(buffer: ByteBuffer): ByteBuffer {
  buffer.clear();
  return buffer;
}
