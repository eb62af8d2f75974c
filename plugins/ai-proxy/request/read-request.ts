import { Api, takesModel } from "../../../assembly/ai/api";
import { LONGEST_MODEL } from "../../../assembly/ai/body-model";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { decodePercent } from "../../../assembly/bytes/percent";
import { ABSENT, Slice, sliceSize, slicesEqual, sliceToString } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError, jsonFaultText } from "../../../assembly/json/validate";
import {
  jsonContent,
  jsonFirst,
  jsonGet,
  jsonIsTrue,
  JsonKind,
  jsonKind,
  jsonPlain,
  jsonUnescape,
} from "../../../assembly/json/value";
import { escapeJson } from "../../../assembly/json/writer";
import { ResponseModel } from "../config/chat-options";
import { applySettings } from "../config/custom-settings";
import { Protocol } from "../config/provider-config";
import { ProviderSettings } from "../config/provider-settings";
import { Exchange } from "../exchange";

const requested = new ByteBuffer();
const escaped = new ByteBuffer();
/** A key of more bytes is not shown to the client. */
const LONGEST_KEY = 256;
/** With `responseModel: requested` each event repeats the client's name: the most bytes that it may have as JSON. */
const LONGEST_REPEATED = 256;

/**
 * Reads what the gateway must know of the request: the model (mapped into `exchange.model`), whether it streams, and
 * whether the client wants usage. `valid` is as for `readBody`. Returns `false` if `exchange.refuse` was called.
 */
export function readRequest(exchange: Exchange, request: JsonDocument, body: Slice, valid: Slice = ABSENT): bool {
  if (!readBody(exchange, request, body, valid)) return false;
  if (exchange.api == Api.Other) {
    exchange.streaming = jsonIsTrue(request.get("stream"));
    return readModel(exchange, request);
  }
  const settings = exchange.config.chat.settings;
  exchange.hasSettings = settings.length > 0 && applySettings(settings, request);
  if (!readModel(exchange, request) || !readStream(exchange, request)) return false;
  return readFormat(exchange, request) && readMessages(exchange, request);
}

/** Parses a body that must be a JSON object; `valid` is as for `JsonDocument.parse`. `false` if `exchange.refuse` was called. */
export function readBody(exchange: Exchange, request: JsonDocument, body: Slice, valid: Slice = ABSENT): bool {
  const error = request.parse(body, valid);
  if (sliceSize(body) == 0) return exchange.refuse("The request has no body; it must be a JSON object.");
  if (error != JsonError.None) {
    return exchange.refuse(`The request's body is not valid JSON: ${jsonFaultText(request.fault)}.`);
  }
  if (!request.isObject) return exchange.refuse("The request's body must be a JSON object.");
  if (request.duplicate != ABSENT) {
    const content = jsonContent(request.duplicate);
    const key = sliceSize(content) > LONGEST_KEY ? "" : sliceToString(content);
    return exchange.refuse(`The request's body names '${key}' twice.`, key, "duplicate_parameter");
  }
  return true;
}

/** Maps the model in the path of an Azure client into `exchange.model`; `false` if it is refused. */
export function readPathModel(exchange: Exchange): bool {
  if (exchange.deployment == ABSENT || exchange.config.protocol == Protocol.Original) return true;
  requested.release(LONGEST_MODEL);
  exchange.model.clear();
  decodePercent(exchange.deployment, requested);
  if (requested.size > LONGEST_MODEL) return exchange.refuse("'model' is too long.", "model", "invalid_value");
  exchange.model.append(exchange.config.models.map(requested.slice));
  exchange.isModelChanged = true;
  return true;
}

function readModel(exchange: Exchange, request: JsonDocument): bool {
  const model = request.get("model");
  const kind = jsonKind(model);
  if (exchange.deployment != ABSENT) {
    // As in Azure, the deployment in the path takes precedence over the body.
    if (!readPathModel(exchange)) return false;
    return keepRequested(exchange);
  }
  requested.release(LONGEST_MODEL);
  exchange.model.clear();
  const isOptional = !takesModel(exchange.api) && !exchange.isBridged;
  if (isOptional && (kind == JsonKind.Null || (exchange.api == Api.Other && kind != JsonKind.String))) return true;
  if (kind == JsonKind.Absent) {
    if (isOptional) return true;
    return exchange.refuse("You must provide a model parameter.", "model", "missing_required_parameter");
  }
  if (kind != JsonKind.String || sliceSize(jsonContent(model)) == 0) {
    return exchange.refuse("'model' must be a string that is not empty.", "model", "invalid_type");
  }
  const plain = jsonPlain(model);
  if (plain != ABSENT) requested.append(plain);
  else jsonUnescape(model, requested);
  if (requested.size > LONGEST_MODEL) return exchange.refuse("'model' is too long.", "model", "invalid_value");
  exchange.model.append(exchange.config.models.map(requested.slice));
  exchange.isModelChanged = !slicesEqual(requested.slice, exchange.model.slice);
  return keepRequested(exchange);
}

/** Keeps the client's name of the model if the response repeats it; refuses one that is too long for that. */
function keepRequested(exchange: Exchange): bool {
  if (exchange.config.chat.responseModel != ResponseModel.Requested) return true;
  // Each byte may become six.
  escaped.clear();
  escapeJson(requested.slice, escaped);
  if (escaped.size > LONGEST_REPEATED) return exchange.refuse("'model' is too long.", "model", "invalid_value");
  exchange.keepRequestedModel(requested.slice);
  return true;
}

function readStream(exchange: Exchange, request: JsonDocument): bool {
  const stream = request.get("stream");
  const kind = jsonKind(stream);
  if (kind != JsonKind.Absent && kind != JsonKind.Null && kind != JsonKind.True && kind != JsonKind.False) {
    return exchange.refuse("'stream' must be true or false.", "stream", "invalid_type");
  }
  exchange.streaming = jsonIsTrue(stream) && exchange.api != Api.CountTokens;
  if (exchange.api != Api.ChatCompletions && exchange.api != Api.Completions) return true;
  const options = request.get("stream_options");
  const optionsKind = jsonKind(options);
  if (optionsKind != JsonKind.Absent && optionsKind != JsonKind.Null && optionsKind != JsonKind.Object) {
    return exchange.refuse("'stream_options' must be an object.", "stream_options", "invalid_type");
  }
  exchange.includeUsage = exchange.streaming && jsonIsTrue(jsonGet(options, "include_usage"));
  const config = exchange.config;
  const mayAsk = !config.disableStreamUsageStats && acceptsUsageOption(config.settings, request);
  exchange.asksForUsage = exchange.streaming && !exchange.includeUsage && mayAsk;
  return true;
}

function acceptsUsageOption(settings: ProviderSettings, request: JsonDocument): bool {
  const other = settings.usageExcludedBy;
  return settings.asksForUsage && (!other.length || request.get(other) == ABSENT);
}

/** Refuses a schema of Messages that the provider would ignore. */
function readFormat(exchange: Exchange, request: JsonDocument): bool {
  if (exchange.api != Api.Messages || exchange.config.settings.takesSchema) return true;
  if (jsonGet(request.get("output_config"), "format") == ABSENT) return true;
  const message =
    "This provider's Messages ignore 'output_config.format'; with translateMessages it gets a chat for JSON.";
  return exchange.refuse(message, "output_config.format", "unsupported_parameter");
}

function readMessages(exchange: Exchange, request: JsonDocument): bool {
  if (exchange.api == Api.Embeddings && request.get("input") == ABSENT) {
    return exchange.refuse("You must provide an input parameter.", "input", "missing_required_parameter");
  }
  if (exchange.api != Api.ChatCompletions || !exchange.hasChat) return true;
  const messages = request.get("messages");
  if (messages == ABSENT) {
    return exchange.refuse("You must provide a messages parameter.", "messages", "missing_required_parameter");
  }
  const first = jsonKind(messages) == JsonKind.Array ? jsonFirst(messages) : ABSENT;
  if (first == ABSENT) {
    const code = jsonKind(messages) == JsonKind.Array ? "empty_array" : "invalid_type";
    return exchange.refuse("'messages' must be a list of at least one message.", "messages", code);
  }
  if (jsonKind(first) != JsonKind.Object) {
    return exchange.refuse("'messages[0]' must be an object.", "messages[0]", "invalid_type");
  }
  return true;
}
