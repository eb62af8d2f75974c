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
  sliceSize,
  slicesEqual,
  startsWithIgnoringCase,
  subslice,
} from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import {
  jsonEquals,
  jsonFirst,
  JsonKind,
  jsonKind,
  jsonNext,
  jsonPlain,
  jsonUnescape,
} from "../../assembly/json/value";

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

const STAR: u32 = 0x2a;

const document = new JsonDocument();
const parameters = new QueryParameters();
const requested = new ByteBuffer();
const entry = new ByteBuffer();

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
      return true;
    default:
      return false;
  }
}

/** What the headers tell. `models` is a JSON list of names and of `x*`. */
export function accessByHeaders(headers: HeaderMap, models: Slice, endOfStream: bool): ModelAccess {
  const path = headers.get(":path");
  const api = apiOfPath(withoutQuery(path));
  if (api == Api.Realtime) return accessByQuery(queryOf(path), models);
  if (endOfStream) return ModelAccess.Allowed;
  const encoding = headers.get("content-encoding");
  if (encoding != ABSENT && !sliceEqualsIgnoringCase(encoding, "identity")) return ModelAccess.Unclear;
  if (!startsWithIgnoringCase(headers.get("content-type"), "multipart/")) return ModelAccess.NeedsBody;
  return mustNameModel(api) || isImageApi(api) ? ModelAccess.Unclear : ModelAccess.Allowed;
}

/** What the body tells. */
export function accessByBody(body: Slice, path: Slice, models: Slice): ModelAccess {
  const api = apiOfPath(withoutQuery(path));
  if (sliceSize(body) == 0 || document.parse(body) != JsonError.None || !document.isObject) {
    // Whoever reads leniently what is no JSON must not find a model in it.
    return api == Api.Unknown && !mayBeObject(body) ? ModelAccess.Allowed : ModelAccess.Unclear;
  }
  let model = ABSENT;
  for (let i = 0; i < document.count; i++) {
    if (!jsonEquals(document.keyAt(i), "model")) continue;
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
    if (!sliceEquals(parameters.name, "model")) continue;
    if (model != ABSENT) return ModelAccess.Ambiguous;
    requested.clear();
    model = decodePercent(parameters.value, requested, true);
  }
  return model == ABSENT ? ModelAccess.Unclear : access(model, models);
}

function access(model: Slice, models: Slice): ModelAccess {
  for (let item = jsonFirst(models); item != ABSENT; item = jsonNext(models, item)) {
    if (covers(textOf(item, entry), model)) return ModelAccess.Allowed;
  }
  return ModelAccess.Denied;
}

function covers(pattern: Slice, model: Slice): bool {
  const last = sliceSize(pattern) - 1;
  if (last < 0 || byteAt(pattern, last) != STAR) return slicesEqual(pattern, model);
  return slicesEqual(subslice(pattern, 0, last), subslice(model, 0, last));
}

function isImageApi(api: Api): bool {
  return api == Api.ImageEdit || api == Api.ImageVariation || api == Api.ImageGeneration;
}

function mayBeObject(body: Slice): bool {
  for (let i = 0; i < sliceSize(body); i++) if (byteAt(body, i) > 0x20) return byteAt(body, i) == 0x7b;
  return false;
}

function textOf(token: Slice, scratch: ByteBuffer): Slice {
  const plain = jsonPlain(token);
  if (plain != ABSENT) return plain;
  scratch.clear();
  jsonUnescape(token, scratch);
  return scratch.slice;
}
