import { Api } from "../../assembly/ai/api";
import { apiOfPath } from "../../assembly/ai/api-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { decodePercent } from "../../assembly/bytes/percent";
import { QueryParameters, queryOf, withoutQuery } from "../../assembly/bytes/query";
import {
  ABSENT,
  byteAt,
  Slice,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceIncludes,
  sliceSize,
  startsWithIgnoringCase,
} from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { JsonKind, jsonKind } from "../../assembly/json/value";
import { isListed, textOf } from "./model-list";
import { modelOfPath, PathModel } from "./model-path";

/** What is known about a request of a consumer that may use some models only. */
export const enum ModelAccess {
  Allowed,
  /** The body has to be read. */
  NeedsBody,
  /** The model is none of the consumer's. */
  Denied,
  /** The request does not say which model it wants in a way that can be checked. */
  Unclear,
  /** The body names a model twice. */
  Ambiguous,
}

const document = new JsonDocument();
const parameters = new QueryParameters();
const requested = new ByteBuffer();
const name = new ByteBuffer();

/** Whether a request to the API is about a model that it must name: one that does not is not let through. */
function mustNameModel(api: Api): bool {
  switch (api) {
    case Api.ChatCompletions:
    case Api.Completions:
    case Api.Embeddings:
    case Api.AudioSpeech:
    case Api.AudioTranscription:
    case Api.AudioTranslation:
    case Api.Responses:
    case Api.Messages:
    case Api.CountTokens:
    case Api.Complete:
    case Api.CohereRerank:
    case Api.QwenRerank:
    case Api.ImageGeneration:
    case Api.ImageVariation:
    case Api.ImageEdit:
    case Api.Videos:
    case Api.FineTuningJobs:
      return true;
    default:
      return false;
  }
}

/** What the headers tell. `models` is a JSON list of names and of `x*`. */
export function accessByHeaders(headers: HeaderMap, models: Slice, endOfStream: bool): ModelAccess {
  const path = headers.get(":path");
  const api = apiOfPath(withoutQuery(path));
  if (!endOfStream) {
    const ofPath = modelOfPath(withoutQuery(path), models);
    if (ofPath != PathModel.Fine) return ofPath == PathModel.Denied ? ModelAccess.Denied : ModelAccess.Unclear;
  }
  const ofQuery = accessByQuery(queryOf(path), models);
  const namesNone = ofQuery == ModelAccess.Unclear && api != Api.Realtime;
  if (ofQuery != ModelAccess.Allowed && !namesNone) return ofQuery;
  if (endOfStream) return ModelAccess.Allowed;
  // In another conversation that nobody reads any model may be named, and so in what is no plain text.
  const isConversation = sliceEqualsIgnoringCase(headers.get("upgrade"), "websocket");
  if (isConversation && api == Api.Realtime) return ModelAccess.Allowed;
  if (isConversation || isEncoded(headers)) return ModelAccess.Unclear;
  // The models of a batch stand in a file.
  if (api == Api.Batches) return ModelAccess.Unclear;
  if (!startsWithIgnoringCase(headers.get("content-type"), "multipart/")) return ModelAccess.NeedsBody;
  if (api == Api.Files) return ModelAccess.Allowed;
  // On paths that nobody knows the type is a claim of the client.
  return api == Api.Unknown ? ModelAccess.NeedsBody : ModelAccess.Unclear;
}

/** What the body tells. */
export function accessByBody(body: Slice, path: Slice, models: Slice): ModelAccess {
  const api = apiOfPath(withoutQuery(path));
  if (sliceSize(body) == 0) return mustNameModel(api) ? ModelAccess.Unclear : ModelAccess.Allowed;
  if (document.parse(body) != JsonError.None || !document.isObject) {
    return api == Api.Unknown && !mayNameModel(body) ? ModelAccess.Allowed : ModelAccess.Unclear;
  }
  let model = ABSENT;
  for (let i = 0; i < document.count; i++) {
    // Some servers read keys without regard to case, as Go's encoding/json does.
    if (!sliceEqualsIgnoringCase(textOf(document.keyAt(i), name), "model")) continue;
    if (model != ABSENT) return ModelAccess.Ambiguous;
    model = document.valueAt(i);
  }
  if (model == ABSENT) return mustNameModel(api) ? ModelAccess.Unclear : ModelAccess.Allowed;
  if (jsonKind(model) != JsonKind.String) return ModelAccess.Unclear;
  return access(textOf(model, requested), models);
}

function accessByQuery(query: Slice, models: Slice): ModelAccess {
  let model = ABSENT;
  parameters.begin(query);
  while (parameters.next()) {
    name.clear();
    if (!sliceEqualsIgnoringCase(decodePercent(parameters.name, name, true), "model")) continue;
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

/** Whether someone who reads leniently might find a model in what is no JSON object: in a list, in a form, in a broken object. */
function mayNameModel(body: Slice): bool {
  for (let i = 0; i < sliceSize(body); i++) {
    const byte = byteAt(body, i);
    // White space, the zeros of UTF-16, and byte order marks.
    if (byte <= 0x20 || byte == 0xef || byte == 0xbb || byte == 0xbf || byte == 0xfe || byte == 0xff) continue;
    if (byte == 0x7b || byte == 0x5b) return true;
    break;
  }
  return sliceIncludes(body, '"model"') || sliceIncludes(body, "name=model");
}
