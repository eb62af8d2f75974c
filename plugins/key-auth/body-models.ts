import { Api } from "../../assembly/ai/api";
import { isListed } from "../../assembly/ai/model-list";
import { RequestPath } from "../../assembly/ai/request-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEndsWith, sliceEqualsIgnoringCase, sliceStartsWith } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { JsonTokens } from "../../assembly/json/tokens";
import {
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  JsonKind,
  jsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
  jsonUtf8,
} from "../../assembly/json/value";

/** The access of a request whose consumer may use certain models only. */
export const enum ModelAccess {
  Allowed,
  /** The body must be read. */
  NeedsBody,
  /** The consumer may not use the model. */
  Denied,
  /** The model of the request cannot be determined. */
  Unclear,
  /** The body names a model twice. */
  Ambiguous,
}

const tokens = new JsonTokens();
const name = new ByteBuffer();
const requested = new ByteBuffer();

/** Whether a request to the API must name its model; otherwise it is refused. */
export function mustNameModel(path: RequestPath): bool {
  switch (path.api) {
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
    case Api.VideoRemix:
    case Api.FineTuningJobs:
      return true;
    case Api.Other:
      // A session, or a run without a model, uses one that is stored at the provider.
      return sliceStartsWith(path.tail, "/realtime/") || isRun(path, "/threads");
    default:
      return false;
  }
}

/** Whether the models of a request are stored at the provider: graders of an eval, agents of a session. */
export function hasStoredModels(path: RequestPath): bool {
  if (path.api == Api.Batches) return true;
  return path.api == Api.Other && (isRun(path, "/evals/") || sliceStartsWith(path.tail, "/chatkit/"));
}

/** The access by all models that a JSON body names. */
export function accessByModels(path: RequestPath, request: JsonDocument, models: Slice): ModelAccess {
  let count = 0;
  let isNamed = path.deployment != ABSENT;
  for (let i = 0; i < request.count; i++) {
    const key = jsonUtf8(request.keyAt(i), name);
    const value = request.valueAt(i);
    let found = ModelAccess.Allowed;
    // Some servers match keys case-insensitively, as Go's encoding/json does.
    if (sliceEqualsIgnoringCase(key, "model")) {
      if (++count > 1) return ModelAccess.Ambiguous;
      isNamed = true;
      found = accessByModel(value, models);
    } else if (sliceEqualsIgnoringCase(key, "models") || sliceEqualsIgnoringCase(key, "fallbacks")) {
      // Models that routers fall back to. https://openrouter.ai/docs/guides/routing/model-fallbacks
      found = accessByList(value, models);
    } else if (sliceEqualsIgnoringCase(key, "tools")) found = accessByTools(value, models);
    else if (sliceEqualsIgnoringCase(key, "session") && namesModel(value)) isNamed = true;
    if (found != ModelAccess.Allowed) return found;
  }
  if (!isNamed && mustNameModel(path)) return ModelAccess.Unclear;
  return isFree(path.api) ? ModelAccess.Allowed : accessByAllMembers(request.root, models);
}

/** Whether the body contains objects with arbitrary members of the client: there only certain members are checked. */
function isFree(api: Api): bool {
  switch (api) {
    case Api.ChatCompletions:
    case Api.Completions:
    case Api.Embeddings:
    case Api.Responses:
    case Api.RetrieveResponse:
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

function isRun(path: RequestPath, root: string): bool {
  return sliceStartsWith(path.tail, root) && sliceEndsWith(path.tail, "/runs");
}

function accessByModel(value: Slice, models: Slice): ModelAccess {
  if (jsonKind(value) != JsonKind.String) return ModelAccess.Unclear;
  return isListed(jsonUtf8(value, requested), models) ? ModelAccess.Allowed : ModelAccess.Denied;
}

function accessByList(value: Slice, models: Slice): ModelAccess {
  if (jsonKind(value) != JsonKind.Array) return ModelAccess.Unclear;
  for (let item = jsonFirst(value); item != ABSENT; item = jsonNext(value, item)) {
    const access = accessByModel(item, models);
    if (access != ModelAccess.Allowed) return access;
  }
  return ModelAccess.Allowed;
}

/**
 * Tools that use a model of their own: https://platform.openai.com/docs/guides/tools-image-generation. One that names no
 * model uses the provider's default.
 */
function accessByTools(tools: Slice, models: Slice): ModelAccess {
  for (let tool = jsonFirst(tools); tool != ABSENT; tool = jsonNext(tools, tool)) {
    let isNamed = false;
    let isModel = false;
    for (let key = jsonFirstKey(tool); key != ABSENT;) {
      const value = jsonMemberValue(tool, key);
      const text = jsonUtf8(key, name);
      if (sliceEqualsIgnoringCase(text, "type")) isModel = isModel || jsonEquals(value, "image_generation");
      else if (sliceEqualsIgnoringCase(text, "model") && jsonKind(value) != JsonKind.Null) {
        isNamed = true;
        const access = accessByModel(value, models);
        if (access != ModelAccess.Allowed) return access;
      }
      key = jsonNextKey(tool, value);
    }
    if (isModel && !isNamed) return ModelAccess.Unclear;
  }
  return ModelAccess.Allowed;
}

function namesModel(object: Slice): bool {
  for (let key = jsonFirstKey(object); key != ABSENT;) {
    const value = jsonMemberValue(object, key);
    if (sliceEqualsIgnoringCase(jsonUtf8(key, name), "model") && jsonKind(value) == JsonKind.String) return true;
    key = jsonNextKey(object, value);
  }
  return false;
}

/** Access by all members called `model`, at any depth, in one walk along a valid JSON text. */
function accessByAllMembers(text: Slice, models: Slice): ModelAccess {
  tokens.begin(text);
  while (tokens.next()) {
    if (!tokens.isKey || !sliceEqualsIgnoringCase(jsonUtf8(tokens.token, name), "model")) continue;
    // The colon, and the value: `null` names no model, and anything else but a string cannot be compared.
    tokens.next();
    tokens.next();
    const kind = jsonKind(tokens.token);
    if (kind == JsonKind.Null) continue;
    const access = accessByModel(tokens.token, models);
    if (access != ModelAccess.Allowed) return access;
  }
  return ModelAccess.Allowed;
}
