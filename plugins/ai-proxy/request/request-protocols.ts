import { Api } from "../../../assembly/ai/api";
import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { RequestReader } from "../../../assembly/ai/hub/request-reader";
import { RequestSink } from "../../../assembly/ai/hub/request-sink";
import { GeminiRequestWriter } from "../../../assembly/ai/protocols/gemini/request-writer";
import { MessagesRequestReader } from "../../../assembly/ai/protocols/messages/request-reader";
import { MessagesRequestWriter } from "../../../assembly/ai/protocols/messages/request-writer";
import { ChatRequestReader } from "../../../assembly/ai/protocols/openai-chat/request-reader";
import { ChatRequestWriter } from "../../../assembly/ai/protocols/openai-chat/request-writer";
import { ResponsesRequestReader } from "../../../assembly/ai/protocols/responses/request-reader";
import { ModelTraits, UNKNOWN_MODEL } from "../../../assembly/ai/model-traits";
import { GEMINI_PROVIDERS, MESSAGES_CLIENTS, MESSAGES_PROVIDERS, RESPONSES_CLIENTS } from "../config/built-protocols";
import { ProviderSettings } from "../config/provider-settings";
import { Exchange } from "../exchange";
import { providerOf } from "../providers";

// One request is translated at a time: all share the readers and writers. Each is made for the first request that needs it, and only
// then is its class named: so a build without a protocol has no code of it.
let messagesReader: RequestReader | null = null;
let chatReader: RequestReader | null = null;
let responsesReader: RequestReader | null = null;
let messagesWriter: RequestSink | null = null;
let chatWriter: RequestSink | null = null;
let geminiWriter: RequestSink | null = null;

/** The reader of requests in the client's protocol: a line for each; `null` where they are not translated. */
export function requestReader(exchange: Exchange): RequestReader | null {
  const client = exchange.client;
  if (MESSAGES_CLIENTS) {
    if (client == ChatProtocol.Messages) {
      const known = messagesReader;
      return known ? known : (messagesReader = new MessagesRequestReader());
    }
  }
  if (RESPONSES_CLIENTS) {
    if (client == ChatProtocol.Responses) return responsesReaderFor(exchange);
  }
  if (MESSAGES_PROVIDERS || GEMINI_PROVIDERS) {
    if (client == ChatProtocol.OpenAi) {
      const known = chatReader;
      return known ? known : (chatReader = new ChatRequestReader());
    }
  }
  return null;
}

/** The writer of requests in the provider's protocol, ready for one: a line for each. Its user resets it. */
export function requestWriter(exchange: Exchange): RequestSink {
  const upstream = exchange.upstream;
  if (MESSAGES_PROVIDERS) {
    if (upstream == ChatProtocol.Messages) return messagesWriterFor(exchange);
  }
  if (GEMINI_PROVIDERS) {
    if (upstream == ChatProtocol.Gemini) return geminiWriterFor(exchange);
  }
  return chatWriterFor(exchange.config.settings);
}

function responsesReaderFor(exchange: Exchange): RequestReader {
  const reader = responsesReader ? (responsesReader as ResponsesRequestReader) : new ResponsesRequestReader();
  responsesReader = reader;
  reader.asked = exchange.askedResponse;
  return reader;
}

function traitsOf(exchange: Exchange): ModelTraits {
  const known = exchange.traits;
  return known ? known : UNKNOWN_MODEL;
}

function messagesWriterFor(exchange: Exchange): RequestSink {
  const writer = messagesWriter ? (messagesWriter as MessagesRequestWriter) : new MessagesRequestWriter();
  messagesWriter = writer;
  writer.traits = traitsOf(exchange);
  providerOf(exchange).prepareMessages(exchange, writer);
  return writer;
}

function geminiWriterFor(exchange: Exchange): RequestSink {
  const writer = geminiWriter ? (geminiWriter as GeminiRequestWriter) : new GeminiRequestWriter();
  geminiWriter = writer;
  const settings = exchange.config.settings;
  writer.traits = traitsOf(exchange);
  writer.countsTokens = exchange.api == Api.CountTokens;
  writer.safetySettings = settings.safetySettings;
  writer.thinkingBudget = settings.thinkingBudget;
  return writer;
}

function chatWriterFor(settings: ProviderSettings): RequestSink {
  const writer = chatWriter ? (chatWriter as ChatRequestWriter) : new ChatRequestWriter();
  chatWriter = writer;
  writer.callSignatures = settings.callSignatures;
  writer.takesReasoning = settings.takesReasoning;
  writer.takesBudget = settings.takesThinkingBudget;
  writer.takesCacheControl = settings.takesCacheControl;
  writer.takesTopK = settings.takesTopK;
  writer.takesSchema = settings.takesSchema;
  return writer;
}
