import { Api } from "../../assembly/ai/api";
import { RequestPath } from "../../assembly/ai/request-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { decodePercent } from "../../assembly/bytes/percent";
import { QueryParameters, queryOf, withoutQuery } from "../../assembly/bytes/query";
import {
  ABSENT,
  Slice,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceSize,
  sliceStartsWith,
  startsWithIgnoringCase,
} from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { accessByModels, hasStoredModels, ModelAccess, mustNameModel } from "./body-models";
import { isListed } from "../../assembly/ai/model-list";
import { modelOfPath, PathModel } from "./model-path";

export { ModelAccess } from "./body-models";

const document = new JsonDocument();
const requestPath = new RequestPath();
const parameters = new QueryParameters();
const requested = new ByteBuffer();
const name = new ByteBuffer();

/** The access by the headers. `models` is a JSON list of names and of `x*`. */
export function accessByHeaders(headers: HeaderMap, models: Slice, endOfStream: bool): ModelAccess {
  const path = headers.get(":path");
  requestPath.read(withoutQuery(path));
  const api = requestPath.api;
  if (!endOfStream) {
    const ofPath = modelOfPath(withoutQuery(path), models, api == Api.Unknown);
    if (ofPath != PathModel.Fine) return ofPath == PathModel.Denied ? ModelAccess.Denied : ModelAccess.Unclear;
  }
  const ofQuery = accessByQuery(queryOf(path), models, api == Api.Realtime);
  const namesNone = ofQuery == ModelAccess.Unclear && api != Api.Realtime;
  if (ofQuery != ModelAccess.Allowed && !namesNone) return ofQuery;
  if (endOfStream) return ModelAccess.Allowed;
  // A WebSocket of another API and an encoded body are not read, and may name any model.
  const isConversation = sliceEqualsIgnoringCase(headers.get("upgrade"), "websocket");
  if (isConversation && api == Api.Realtime) return ModelAccess.Allowed;
  if (isConversation || isEncoded(headers) || hasStoredModels(requestPath)) return ModelAccess.Unclear;
  const isForm = startsWithIgnoringCase(headers.get("content-type"), "multipart/");
  return isForm && takesFiles(requestPath) ? ModelAccess.Allowed : ModelAccess.NeedsBody;
}

/** The access by the body. A body that is not a JSON object may name a model in a way that only its server knows. */
export function accessByBody(body: Slice, path: Slice, models: Slice): ModelAccess {
  requestPath.read(withoutQuery(path));
  if (sliceSize(body) == 0) {
    const isNamed = requestPath.deployment != ABSENT || !mustNameModel(requestPath);
    return isNamed ? ModelAccess.Allowed : ModelAccess.Unclear;
  }
  if (document.parse(body) != JsonError.None || !document.isObject) return ModelAccess.Unclear;
  return accessByModels(requestPath, document, models);
}

/** Whether forms of the API carry files and no model. */
function takesFiles(path: RequestPath): bool {
  if (path.api == Api.Files) return true;
  if (path.api != Api.Other) return false;
  return sliceStartsWith(path.tail, "/uploads/") || sliceStartsWith(path.tail, "/containers/");
}

/** The access by the query; Azure's handshake of a realtime session names a deployment. */
function accessByQuery(query: Slice, models: Slice, isRealtime: bool): ModelAccess {
  let model = ABSENT;
  parameters.begin(query);
  while (parameters.next()) {
    name.clear();
    const key = decodePercent(parameters.name, name, true);
    const isDeployment = isRealtime && sliceEqualsIgnoringCase(key, "deployment");
    if (!isDeployment && !sliceEqualsIgnoringCase(key, "model")) continue;
    if (model != ABSENT) return ModelAccess.Ambiguous;
    requested.clear();
    model = decodePercent(parameters.value, requested, true);
  }
  return model == ABSENT ? ModelAccess.Unclear : access(model, models);
}

function access(model: Slice, models: Slice): ModelAccess {
  return isListed(model, models) ? ModelAccess.Allowed : ModelAccess.Denied;
}

function isEncoded(headers: HeaderMap): bool {
  for (let i = 0; i < headers.count; i++) {
    if (!sliceEquals(headers.nameAt(i), "content-encoding")) continue;
    if (!sliceEqualsIgnoringCase(headers.valueAt(i), "identity")) return true;
  }
  return false;
}
