import { Api } from "../../assembly/ai/api";
import { apiOfPath } from "../../assembly/ai/api-path";
import { CREDENTIAL_HEADERS } from "../../assembly/ai/contract";
import { writeError } from "../../assembly/ai/error";
import { HeaderEdits } from "../../assembly/ai/header-edits";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import {
  ABSENT,
  sliceEquals,
  sliceIncludes,
  sliceSize,
  slicesEqual,
  startsWithIgnoringCase,
} from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { nowInSeconds, randomBelow } from "../../assembly/host/clock";
import { HeaderMap, requestHeaders } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { Exchange } from "./exchange";
import { BodyTreatment } from "./provider";
import { Protocol } from "./provider-config";
import { editRequest, readRequest, takesModel } from "./request-body";
import { withoutBasePath, withoutQuery, writeUpstreamPath } from "./upstream-path";

/** What a request still needs after its headers were looked at. */
export const enum BodyNeed {
  /** Nothing: everything is decided. */
  None,
  /** Its body. */
  Whole,
  /** An error for the client: `exchange` says which. */
  Refused,
}

// What is built for one request is handed to the host before the next one is looked at.
const document = new JsonDocument();
const translated = new ByteBuffer();
const path = new ByteBuffer();
const bearer = new ByteBuffer();
const texts = new ByteBuffer();

/** Memory for a body that is kept from one request to the next. */
const KEPT_BYTES = 256 * 1024;
/** Above this many bytes the parts of an edited body are handed over one by one rather than put together first. */
const WHOLE_BYTES = 32 * 1024;

/** Reads the request's headers, puts host and key in place, and the path, if no body is needed for it. */
export function prepareHeaders(exchange: Exchange, headers: HeaderMap, endOfStream: bool): BodyNeed {
  const config = exchange.config;
  exchange.keepPath(headers.get(":path"));
  exchange.path = withoutBasePath(exchange.path, exchange);
  exchange.api = apiOfPath(withoutQuery(exchange.path));
  if (lacksApi(exchange)) return BodyNeed.Refused;
  const need = bodyNeed(exchange, headers, endOfStream);
  if (need == BodyNeed.Refused) return need;
  const edits = exchange.headers;
  edits.clear();
  const host = config.domain.length ? config.domain : config.provider.host(exchange);
  if (host.length) edits.setText(":authority", host);
  authorize(exchange, headers);
  if (config.protocol == Protocol.OpenAi && takesModel(exchange.api)) removeIfThere(headers, "accept-encoding");
  if (need == BodyNeed.None) setPath(exchange);
  apply(edits, headers);
  return need;
}

/** Reads the body and hands the provider its own; `false` when `exchange` says why the client gets an error. */
export function forwardBody(exchange: Exchange, body: BodyBuffer): bool {
  const edits = exchange.headers;
  edits.clear();
  if (!readRequest(exchange, document, body.bytes())) return false;
  if (exchange.config.provider.requestTreatment(exchange) == BodyTreatment.Converted) {
    translated.release(KEPT_BYTES);
    exchange.created = nowInSeconds();
    if (!exchange.config.provider.translateRequest(exchange, document, translated)) return false;
    body.replace(translated.slice);
    setLength(exchange, translated.size);
  } else {
    const edit = editRequest(exchange, document);
    if (edit) setLength(exchange, replaceBody(body, edit));
  }
  setPath(exchange);
  apply(edits, requestHeaders);
  return true;
}

/** Answers the client with the refusal that stands in `exchange`, in OpenAI's shape. */
export function refuse(exchange: Exchange): void {
  texts.clear();
  const message = texts.text(exchange.refusalMessage).slice;
  translated.release(KEPT_BYTES);
  const param = cleared(bearer).text(exchange.refusalParam);
  const code = cleared(path).text(exchange.refusalCode);
  writeError(
    translated,
    exchange.refusalStatus,
    message,
    param.size ? param.slice : ABSENT,
    code.size ? code.slice : ABSENT,
  );
  const reason = exchange.refusalStatus == 404 ? "unsupported_api" : "bad_request";
  sendLocalReply(exchange.refusalStatus, `ai-proxy.${reason}`, "application/json", translated.slice);
}

function lacksApi(exchange: Exchange): bool {
  const config = exchange.config;
  if (config.protocol == Protocol.Original || exchange.api == Api.Unknown) return false;
  if (config.capabilities[exchange.api] !== null || config.provider.path(exchange).length) return false;
  if (!config.provider.refusesUnknownApis()) return false;
  exchange.refuse(`The provider '${config.name}' does not have this API.`, "", "unsupported_api", 404);
  return true;
}

function bodyNeed(exchange: Exchange, headers: HeaderMap, endOfStream: bool): BodyNeed {
  if (exchange.config.protocol == Protocol.Original || exchange.api == Api.Unknown) return BodyNeed.None;
  if (!sliceEquals(headers.get(":method"), "POST")) return BodyNeed.None;
  if (exchange.config.provider.requestTreatment(exchange) == BodyTreatment.Untouched) return BodyNeed.None;
  const type = headers.get("content-type");
  const isJson = sliceIncludes(type, "json");
  if (takesModel(exchange.api)) {
    if (endOfStream) {
      exchange.refuse("The request has no body; it must be a JSON object.");
      return BodyNeed.Refused;
    }
    // These APIs take JSON and nothing else: what curl says of `-d` by default, or nothing, must not lead past the gateway.
    if (!isJson) headers.setText("content-type", "application/json");
  } else if (endOfStream || (!isJson && type != ABSENT)) return BodyNeed.None;
  exchange.hasLength = headers.get("content-length") != ABSENT;
  return BodyNeed.Whole;
}

/** With a key of ours none of the client's goes on; without one the client's is put where providers look for it. */
function authorize(exchange: Exchange, headers: HeaderMap): void {
  const config = exchange.config;
  if (config.tokens.length) {
    for (let i = 0; i < CREDENTIAL_HEADERS.length; i++) removeIfThere(headers, CREDENTIAL_HEADERS[i]);
    const chosen = config.tokens.length == 1 ? 0 : randomBelow(config.tokens.length);
    config.provider.authorize(config.tokens[chosen], exchange);
    return;
  }
  if (headers.get("authorization") != ABSENT) return;
  let own = headers.get("x-api-key");
  if (own == ABSENT) own = headers.get("api-key");
  if (own == ABSENT) own = headers.get("x-authorization");
  if (own == ABSENT) return;
  bearer.clear();
  if (!startsWithIgnoringCase(own, "bearer ")) bearer.text("Bearer ");
  exchange.headers.set("authorization", bearer.append(own).slice);
}

function setPath(exchange: Exchange): void {
  path.clear();
  writeUpstreamPath(exchange, path);
  if (!slicesEqual(path.slice, exchange.clientPath)) exchange.headers.set(":path", path.slice);
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

function apply(edits: HeaderEdits, headers: HeaderMap): void {
  for (let i = 0; i < edits.count; i++) {
    const name = edits.nameAt(i);
    if (edits.isRemoval(i)) removeIfThere(headers, name);
    else if (edits.valueAt(i) != ABSENT) headers.set(name, edits.valueAt(i));
    else headers.setText(name, edits.textAt(i));
  }
}

function removeIfThere(headers: HeaderMap, name: string): void {
  if (headers.get(name) != ABSENT) headers.remove(name);
}

function cleared(buffer: ByteBuffer): ByteBuffer {
  buffer.clear();
  return buffer;
}
