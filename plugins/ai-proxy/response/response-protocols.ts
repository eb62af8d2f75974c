import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { ResponseReader } from "../../../assembly/ai/hub/response-reader";
import { ResponseSink } from "../../../assembly/ai/hub/response-sink";
import { GeminiReader } from "../../../assembly/ai/protocols/gemini/reader";
import { MessagesReader } from "../../../assembly/ai/protocols/messages/reader";
import { ChatReader } from "../../../assembly/ai/protocols/openai-chat/reader";
import { GEMINI_PROVIDERS, MESSAGES_PROVIDERS } from "../config/built-protocols";
import { Exchange } from "../exchange";

/** The reader of the provider's responses: a line for each protocol that a provider has. Its owner frees it. */
export function responseReader(exchange: Exchange, sink: ResponseSink): ResponseReader {
  const upstream = exchange.upstream;
  if (MESSAGES_PROVIDERS) {
    if (upstream == ChatProtocol.Messages) return new MessagesReader(sink, exchange.usage);
  }
  if (GEMINI_PROVIDERS) {
    if (upstream == ChatProtocol.Gemini) return new GeminiReader(sink, exchange.usage);
  }
  return new ChatReader(sink, exchange.usage);
}
