import { Api } from "../../../assembly/ai/api";
import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, subslice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { escapeJson } from "../../../assembly/json/writer";
import { GEMINI_PROVIDERS } from "../config/built-protocols";
import { ChatOptions } from "../config/chat-options";
import { Protocol } from "../config/provider-config";
import { Exchange } from "../exchange";
import { providerOf } from "../providers";
import { needsSettingsOnly } from "./body-need";
import { requestReader, requestWriter } from "./request-protocols";

const CHAT_PATH = "/v1/chat/completions";
const VERSION_SIZE = 3;
const KEPT_BYTES = 4096;

const path = new ByteBuffer().text(CHAT_PATH);
const model = new ByteBuffer();
const instructions = new ByteBuffer();
let valid = ABSENT;

/**
 * Chooses the protocol in which the provider is asked for a chat: the client's own where the provider speaks it, or where the
 * configuration names a path for it; else that of the provider's chats. The path with the query, and the API unless it
 * counts tokens, are then those of a chat. Where the provider counts no tokens, the gateway estimates them.
 */
export function chooseProtocol(exchange: Exchange): void {
  const config = exchange.config;
  const api = exchange.api;
  if (config.protocol == Protocol.Original || !isChat(api)) return;
  const client = protocolOf(api);
  exchange.client = client;
  exchange.upstream = client;
  if (config.capabilities[api] !== null || needsSettingsOnly(exchange)) return;
  const provider = providerOf(exchange);
  const hasPath = config.capabilities[Api.ChatCompletions] !== null;
  const upstream = hasPath ? ChatProtocol.OpenAi : provider.chatProtocol(exchange);
  if (upstream == client) return;
  if (client != ChatProtocol.OpenAi) {
    if (provider.speaks(exchange) && !isForced(client, config.chat)) return;
    exchange.estimatesTokens = api == Api.CountTokens && !countsTokens(upstream);
  }
  if (exchange.estimatesTokens || requestReader(exchange) === null) return;
  exchange.api = Api.ChatCompletions;
  if (!hasPath && !provider.serves(exchange)) {
    exchange.api = api;
    return;
  }
  exchange.upstream = upstream;
  if (api == Api.CountTokens) exchange.api = api;
  if (client == ChatProtocol.OpenAi) return;
  exchange.path = path.slice;
  exchange.tail = subslice(path.slice, VERSION_SIZE);
  const edits = exchange.headers;
  edits.remove("anthropic-version");
  edits.remove("anthropic-beta");
  edits.remove("x-api-key");
}

/**
 * Writes the provider's request for a client's; `context`, UTF-8 or ABSENT, is added to the instructions of one that is no
 * chat of OpenAI. `false` if `exchange.refuse` was called.
 */
export function writeRequest(exchange: Exchange, request: JsonDocument, context: Slice, out: ByteBuffer): bool {
  const reader = requestReader(exchange);
  if (reader === null) return exchange.refuse("The gateway cannot translate this request.");
  const writer = requestWriter(exchange);
  writer.out = out;
  reader.dropsServerTools = exchange.config.chat.dropsServerTools;
  reader.model = exchange.model.size ? escaped(exchange.model.slice, model) : ABSENT;
  reader.context = context == ABSENT ? ABSENT : escaped(context, instructions);
  const isRead = reader.read(request, writer);
  if (!isRead) exchange.refuse(writer.refusal, writer.refusalParam, "unsupported_value");
  else if (writer.dropped.size) exchange.noteAllDropped(writer.dropped.slice);
  valid = writer.valid;
  writer.reset();
  return isRead;
}

/** What need not be validated of the request that was written last: see `RequestSink.valid`. */
export function validPart(): Slice {
  return valid;
}

/** Whether a path names an API of chats. */
function isChat(api: Api): bool {
  return api == Api.ChatCompletions || api == Api.Messages || api == Api.CountTokens || api == Api.Responses;
}

function protocolOf(api: Api): ChatProtocol {
  if (api == Api.Responses) return ChatProtocol.Responses;
  return api == Api.ChatCompletions ? ChatProtocol.OpenAi : ChatProtocol.Messages;
}

/** Whether a protocol has a request for the number of a chat's tokens, beside Anthropic's Messages. */
function countsTokens(protocol: ChatProtocol): bool {
  return GEMINI_PROVIDERS && protocol == ChatProtocol.Gemini;
}

/** Whether the configuration wants chats in place of the client's protocol. */
function isForced(client: ChatProtocol, options: ChatOptions): bool {
  return client == ChatProtocol.Responses ? options.translatesResponses : options.translatesMessages;
}

function escaped(text: Slice, into: ByteBuffer): Slice {
  into.release(KEPT_BYTES);
  escapeJson(text, into);
  return into.slice;
}
