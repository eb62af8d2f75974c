import { Api } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { decodePercent } from "../../../assembly/bytes/percent";
import { ABSENT, Slice, sliceOfBuffer, sliceSize, slicesEqual, sliceToString } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
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
import { Exchange } from "../exchange";
import { editMessages, renameDeveloper } from "./messages";
import { Protocol } from "../config/provider-config";

const requested = new ByteBuffer();
const edit = new JsonEdit();
const literals = new ByteBuffer();
const prepared = new ByteBuffer();
const KEPT_BYTES = 256 * 1024;
/** A key of more bytes than this is not shown to the client. */
const LONGEST_KEY = 256;
/** A model's name of more bytes than this is refused. */
export const LONGEST_MODEL: i32 = 1024;
/** With `responseModel: requested` each event repeats the name: then it has at most so many bytes as JSON. */
const LONGEST_REPEATED = 256;

/** Whether the API takes a JSON body that names a model, and is of no use without one. */
export function takesModel(api: Api): bool {
  return api == Api.ChatCompletions || api == Api.Completions || api == Api.Embeddings;
}

/**
 * Reads what the gateway must know of the request: the model (mapped into `exchange.model`), whether it streams, and
 * whether the client wants usage. Gives `false` when `exchange.refuse` said what is wrong.
 */
export function readRequest(exchange: Exchange, request: JsonDocument, body: Slice): bool {
  const error = request.parse(body);
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
  if (exchange.api == Api.Other) {
    exchange.streaming = jsonIsTrue(request.get("stream"));
    return readModel(exchange, request);
  }
  const settings = exchange.config.chat.settings;
  exchange.hasSettings = settings.length > 0 && applySettings(settings, request);
  return readModel(exchange, request) && readStream(exchange, request) && readMessages(exchange, request);
}

/**
 * What must change in a body that is OpenAI's on both sides: the mapped model, the question for usage, the configured
 * `response_format`. `null` if nothing must; everything else stays byte for byte. `context` is the text that
 * stands in every conversation, or ABSENT.
 */
export function editRequest(exchange: Exchange, request: JsonDocument, context: Slice): JsonEdit | null {
  const config = exchange.config;
  const isChat = exchange.api == Api.ChatCompletions;
  let changes = exchange.hasSettings;
  edit.begin(request);
  if (isChat && editChatMessages(exchange, request, context)) changes = true;
  const isNamedInPath = exchange.deployment != ABSENT;
  if (sliceSize(exchange.model.slice) && (isNamedInPath || !slicesEqual(requested.slice, exchange.model.slice))) {
    edit.setText("model", exchange.model.slice);
    changes = true;
  }
  if (exchange.asksForUsage) {
    askForUsage(request);
    changes = true;
  }
  const limit = isChat ? config.provider.limitField(exchange) : "";
  if (limit.length && limitBy(limit, request)) changes = true;
  const schema = config.responseJsonSchema;
  if (schema && isChat) {
    edit.set("response_format", sliceOfBuffer(schema));
    changes = true;
  }
  return changes ? edit : null;
}

/** Puts the configured changes into a chat that a provider translates, which is then parsed anew. */
export function prepareChat(exchange: Exchange, request: JsonDocument, context: Slice): void {
  const edits = exchange.config.chat.messages;
  const schema = exchange.config.responseJsonSchema;
  if (exchange.api != Api.ChatCompletions || (!edits.any && context == ABSENT && schema === null)) return;
  edit.begin(request);
  if (edits.any || context != ABSENT) editMessages(edits, context, request, edit);
  if (schema) edit.set("response_format", sliceOfBuffer(schema));
  if (!edit.changed) return;
  prepared.release(KEPT_BYTES);
  edit.write(prepared);
  request.parse(prepared.slice);
}

/** Puts the configured settings, and nothing else, into a body that is not looked at otherwise. */
export function putSettings(exchange: Exchange, request: JsonDocument, body: Slice): JsonEdit | null {
  if (request.parse(body) != JsonError.None || !request.isObject) return null;
  if (!applySettings(exchange.config.chat.settings, request)) return null;
  edit.begin(request);
  return edit;
}

function editChatMessages(exchange: Exchange, request: JsonDocument, context: Slice): bool {
  const config = exchange.config;
  const renamed = !config.provider.knowsDeveloper(exchange) && renameDeveloper(request, edit);
  if (!config.chat.messages.any && context == ABSENT) return renamed;
  if (renamed) {
    // What is built anew below is built from the text as it stands then.
    prepared.release(KEPT_BYTES);
    edit.write(prepared);
    request.parse(prepared.slice);
    edit.begin(request);
  }
  editMessages(config.chat.messages, context, request, edit);
  return renamed || edit.changed;
}

/** Reads the model that an Azure client names in its path, and maps it into `exchange.model`; `false` if it is refused. */
export function readPathModel(exchange: Exchange): bool {
  if (exchange.deployment == ABSENT || exchange.config.protocol == Protocol.Original) return true;
  requested.release(LONGEST_MODEL);
  exchange.model.clear();
  decodePercent(exchange.deployment, requested);
  if (requested.size > LONGEST_MODEL) return exchange.refuse("'model' is too long.", "model", "invalid_value");
  exchange.model.append(exchange.config.models.map(requested.slice));
  return true;
}

function readModel(exchange: Exchange, request: JsonDocument): bool {
  const model = request.get("model");
  const kind = jsonKind(model);
  if (exchange.deployment != ABSENT) {
    // The deployment says which model it is, whatever stands in the body: so does Azure read it.
    if (!readPathModel(exchange)) return false;
    return keepRequested(exchange);
  }
  requested.release(LONGEST_MODEL);
  exchange.model.clear();
  const isOptional = !takesModel(exchange.api);
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
  return keepRequested(exchange);
}

/** Keeps the client's name of the model, where the answer repeats it; `false` if it is too long for that. */
function keepRequested(exchange: Exchange): bool {
  if (exchange.config.chat.responseModel != ResponseModel.Requested) return true;
  // Each byte may become six.
  literals.clear();
  escapeJson(requested.slice, literals);
  if (literals.size > LONGEST_REPEATED) return exchange.refuse("'model' is too long.", "model", "invalid_value");
  exchange.keepRequestedModel(requested.slice);
  return true;
}

function readStream(exchange: Exchange, request: JsonDocument): bool {
  const stream = request.get("stream");
  const kind = jsonKind(stream);
  if (kind != JsonKind.Absent && kind != JsonKind.Null && kind != JsonKind.True && kind != JsonKind.False) {
    return exchange.refuse("'stream' must be true or false.", "stream", "invalid_type");
  }
  exchange.streaming = jsonIsTrue(stream);
  if (exchange.api != Api.ChatCompletions && exchange.api != Api.Completions) return true;
  const options = request.get("stream_options");
  const optionsKind = jsonKind(options);
  if (optionsKind != JsonKind.Absent && optionsKind != JsonKind.Null && optionsKind != JsonKind.Object) {
    return exchange.refuse("'stream_options' must be an object.", "stream_options", "invalid_type");
  }
  exchange.includeUsage = exchange.streaming && jsonIsTrue(jsonGet(options, "include_usage"));
  const config = exchange.config;
  const mayAsk = !config.disableStreamUsageStats && config.provider.mayAskForUsage(exchange, request);
  exchange.asksForUsage = exchange.streaming && !exchange.includeUsage && mayAsk;
  return true;
}

function readMessages(exchange: Exchange, request: JsonDocument): bool {
  if (exchange.api == Api.Embeddings && request.get("input") == ABSENT) {
    return exchange.refuse("You must provide an input parameter.", "input", "missing_required_parameter");
  }
  if (exchange.api != Api.ChatCompletions) return true;
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

function askForUsage(request: JsonDocument): void {
  const options = request.get("stream_options");
  literals.clear();
  if (jsonKind(options) != JsonKind.Object) {
    edit.set("stream_options", literals.text('{"include_usage":true}').slice);
    return;
  }
  const yes = literals.text("true").slice;
  const asked = jsonGet(options, "include_usage");
  if (asked == ABSENT) edit.insertMember(options, "include_usage", yes);
  else edit.replace(asked, yes);
}

/** Gives the limit of the answer the one name that the provider knows; its value, and its place, stay. */
function limitBy(field: string, request: JsonDocument): bool {
  const other = field == "max_tokens" ? "max_completion_tokens" : "max_tokens";
  const index = request.indexOf(other);
  if (index < 0) return false;
  const known = request.get(field);
  const isNull = jsonKind(known) == JsonKind.Null;
  if (known != ABSENT && (!isNull || jsonKind(request.valueAt(index)) == JsonKind.Null)) edit.remove(other);
  else if (isNull) {
    // `null` is no limit: the value of the other name takes its place.
    edit.remove(other);
    edit.replace(known, request.valueAt(index));
  } else {
    literals.clear();
    edit.replace(request.keyAt(index), literals.byte(0x22).text(field).byte(0x22).slice);
  }
  return true;
}
