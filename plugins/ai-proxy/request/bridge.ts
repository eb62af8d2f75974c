import { Api } from "../../../assembly/ai/api";
import { ClientProtocol } from "../../../assembly/ai/client-protocol";
import { ChatRequestWriter } from "../../../assembly/ai/protocols/openai-chat/request-writer";
import { MessagesRequestReader } from "../../../assembly/ai/protocols/messages/request-reader";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { subslice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { Protocol } from "../config/provider-config";
import { Exchange } from "../exchange";
import { providerOf } from "../providers";
import { needsSettingsOnly } from "./body-need";

const CHAT_PATH = "/v1/chat/completions";
const VERSION_SIZE = 3;

const path = new ByteBuffer().text(CHAT_PATH);
const reader = new MessagesRequestReader();
const writer = new ChatRequestWriter();

/**
 * Makes a request of Anthropic's Messages one for a chat, where the provider has no Messages of its own and the configuration
 * names no path for them. Its path, with the query, is then that of a chat. Where the provider counts no tokens, the gateway
 * estimates them.
 */
export function chooseProtocol(exchange: Exchange): void {
  const config = exchange.config;
  const api = exchange.api;
  if (config.protocol == Protocol.Original || (api != Api.Messages && api != Api.CountTokens)) return;
  exchange.client = ClientProtocol.Messages;
  if (config.capabilities[api] !== null || needsSettingsOnly(exchange)) return;
  const provider = providerOf(exchange);
  if (provider.speaks(exchange) && !config.chat.translatesMessages) return;
  if (api == Api.CountTokens) {
    exchange.estimatesTokens = true;
    return;
  }
  exchange.api = Api.ChatCompletions;
  const hasChats = config.capabilities[Api.ChatCompletions] !== null || provider.serves(exchange);
  if (!hasChats) {
    exchange.api = api;
    return;
  }
  exchange.isBridged = true;
  exchange.path = path.slice;
  exchange.tail = subslice(path.slice, VERSION_SIZE);
  const edits = exchange.headers;
  edits.remove("anthropic-version");
  edits.remove("anthropic-beta");
  edits.remove("x-api-key");
}

/** Writes the chat for a request of Messages; `false` if `exchange.refuse` was called. */
export function writeChat(exchange: Exchange, request: JsonDocument, out: ByteBuffer): bool {
  const settings = exchange.config.settings;
  writer.reset();
  writer.out = out;
  writer.takesReasoning = settings.takesReasoning;
  writer.takesBudget = settings.takesThinkingBudget;
  writer.takesCacheControl = settings.takesCacheControl;
  writer.takesTopK = settings.takesTopK;
  reader.dropsServerTools = exchange.config.chat.dropsServerTools;
  const isRead = reader.read(request, writer);
  if (!isRead) exchange.refuse(writer.refusal, writer.refusalParam, "unsupported_value");
  else if (writer.dropped.size) exchange.noteAllDropped(writer.dropped.slice);
  writer.reset();
  return isRead;
}
