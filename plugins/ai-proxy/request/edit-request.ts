import { Api } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { JsonError } from "../../../assembly/json/validate";
import { jsonGet, JsonKind, jsonKind } from "../../../assembly/json/value";
import { MESSAGES_CLIENTS } from "../config/built-protocols";
import { applySettings } from "../config/custom-settings";
import { Exchange } from "../exchange";
import { fitModel } from "./fit-model";
import { editMessages, renameDeveloper, renameSystem } from "./messages";
import { knowsDeveloper } from "./client-name";
import { noteRenamedLimit, renameLimit } from "./output-limit";
import { dropForeignBlocks } from "./foreign-blocks";
import { fitChatMessages, fitFields } from "./provider-fields";

const edit = new JsonEdit();
const literals = new ByteBuffer();
const prepared = new ByteBuffer();
const KEPT_BYTES = 256 * 1024;
const EQUALS = 0x3d;

/**
 * The edit of a body that has the provider's protocol: the mapped model, the request for usage, what provider and model take,
 * the configured `response_format`, `context` (the text that is added to every chat, or `ABSENT`). `null` for no edit;
 * all other bytes stay as they are.
 */
export function editRequest(exchange: Exchange, request: JsonDocument, context: Slice): JsonEdit | null {
  const config = exchange.config;
  const isChat = exchange.api == Api.ChatCompletions;
  let changes = exchange.hasSettings;
  edit.begin(request);
  if (isChat && editChatMessages(exchange, request, context)) changes = true;
  if (MESSAGES_CLIENTS && fitMessages(exchange, request)) changes = true;
  if (exchange.model.size && exchange.isModelChanged) {
    edit.setText("model", exchange.model.slice);
    changes = true;
  }
  if (exchange.asksForUsage) {
    askForUsage(request);
    changes = true;
  }
  if (isChat && fitFields(exchange, request, edit)) changes = true;
  if (fitModel(exchange, request, false, edit)) changes = true;
  if (isChat && nameLimit(exchange, request)) changes = true;
  const schema = config.responseJsonSchema;
  if (schema && isChat) {
    edit.set("response_format", sliceOfBuffer(schema));
    changes = true;
  }
  return changes ? edit : null;
}

/**
 * Applies to a request that is translated next what the model takes and, if it is a chat, the configured changes, and parses it
 * again.
 */
export function prepareRequest(exchange: Exchange, request: JsonDocument, context: Slice): void {
  const edits = exchange.config.chat.messages;
  const schema = exchange.config.responseJsonSchema;
  const isChat = exchange.api == Api.ChatCompletions && exchange.hasChat;
  const editsChat = isChat && (edits.any || context != ABSENT || schema !== null);
  if (!editsChat && exchange.traits === null) return;
  edit.begin(request);
  if (isChat && (edits.any || context != ABSENT)) editMessages(edits, context, request, edit);
  if (isChat && schema) edit.set("response_format", sliceOfBuffer(schema));
  fitModel(exchange, request, exchange.isBridgedElsewhere, edit);
  if (!edit.changed) return;
  prepared.release(KEPT_BYTES);
  edit.write(prepared);
  request.parse(prepared.slice);
}

/** The edit that applies `customSettings` to a body that is not read otherwise; `null` for none. */
export function putSettings(exchange: Exchange, request: JsonDocument, body: Slice): JsonEdit | null {
  if (request.parse(body) != JsonError.None || !request.isObject) return null;
  if (!applySettings(exchange.config.chat.settings, request)) return null;
  edit.begin(request);
  return edit;
}

/** Changes what the provider refuses in the conversation of Messages that pass; returns whether anything changed. */
function fitMessages(exchange: Exchange, request: JsonDocument): bool {
  if (exchange.api != Api.Messages && exchange.api != Api.CountTokens) return false;
  if (exchange.config.settings.isAnthropic) return dropForeignBlocks(exchange, request, edit);
  if (!renameSystem(request, edit)) return false;
  literals.clear();
  exchange.noteChanged("messages.role", EQUALS, literals.text("user").slice);
  return true;
}

function editChatMessages(exchange: Exchange, request: JsonDocument, context: Slice): bool {
  const config = exchange.config;
  const settings = config.settings;
  const hasOthers = settings.droppedOfMessages.length > 0 || settings.renamedOfMessages.length > 0;
  const renamed = hasOthers
    ? fitChatMessages(exchange, request, edit)
    : !exchange.isBridged && !knowsDeveloper(exchange) && renameDeveloper(request, edit);
  if (!config.chat.messages.any && context == ABSENT) return renamed;
  if (renamed) {
    // `editMessages` copies messages from the text of the request.
    prepared.release(KEPT_BYTES);
    edit.write(prepared);
    request.parse(prepared.slice);
    edit.begin(request);
  }
  editMessages(config.chat.messages, context, request, edit);
  return renamed || edit.changed;
}

/** Gives the limit of the response the one name that the model, or the provider, knows; returns whether anything changed. */
function nameLimit(exchange: Exchange, request: JsonDocument): bool {
  const traits = exchange.traits;
  const ofModel = traits ? traits.limitField : "";
  const field = ofModel.length ? ofModel : exchange.config.settings.limitField;
  if (!field.length || !renameLimit(field, traits ? traits.mostTokens : 0, request, edit)) return false;
  if (ofModel.length) noteRenamedLimit(exchange, field);
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
