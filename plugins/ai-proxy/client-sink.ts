import { ChatProtocol } from "../../assembly/ai/chat-protocol";
import { ResponseSink } from "../../assembly/ai/hub/response-sink";
import { ChunkWriter } from "../../assembly/ai/protocols/openai-chat/chunk-writer";
import { CompletionWriter } from "../../assembly/ai/protocols/openai-chat/completion-writer";
import { MessageEventWriter } from "../../assembly/ai/protocols/messages/event-writer";
import { MessageWriter } from "../../assembly/ai/protocols/messages/message-writer";
import { ResponseEventWriter } from "../../assembly/ai/protocols/responses/event-writer";
import { ResponseWriter } from "../../assembly/ai/protocols/responses/response-writer";
import { ReasoningMode } from "../../assembly/ai/reasoning-mode";
import { MESSAGES_CLIENTS, RESPONSES_CLIENTS } from "./config/built-protocols";
import { Exchange } from "./exchange";

/** The writer of a chat's stream in the client's protocol. Its owner frees it. */
export function streamSink(exchange: Exchange): ResponseSink {
  return prepared(newStreamSink(exchange), exchange);
}

/** The writer of a chat's whole response in the client's protocol. Its owner frees it. */
export function wholeSink(exchange: Exchange): ResponseSink {
  return prepared(newWholeSink(exchange), exchange);
}

function newStreamSink(exchange: Exchange): ResponseSink {
  const client = exchange.client;
  if (MESSAGES_CLIENTS) {
    if (client == ChatProtocol.Messages) return new MessageEventWriter(hidesReasoning(exchange));
  }
  if (RESPONSES_CLIENTS) {
    if (client == ChatProtocol.Responses)
      return new ResponseEventWriter(exchange.askedResponse, hidesReasoning(exchange));
  }
  return new ChunkWriter(exchange.config.reasoning);
}

function newWholeSink(exchange: Exchange): ResponseSink {
  const client = exchange.client;
  if (MESSAGES_CLIENTS) {
    if (client == ChatProtocol.Messages) return new MessageWriter(hidesReasoning(exchange));
  }
  if (RESPONSES_CLIENTS) {
    if (client == ChatProtocol.Responses) return new ResponseWriter(exchange.askedResponse, hidesReasoning(exchange));
  }
  return new CompletionWriter(exchange.config.reasoning);
}

function prepared(sink: ResponseSink, exchange: Exchange): ResponseSink {
  sink.created = exchange.created;
  sink.model = exchange.namedModel;
  sink.wantsUsage = exchange.includeUsage || exchange.client != ChatProtocol.OpenAi;
  return sink;
}

function hidesReasoning(exchange: Exchange): bool {
  return exchange.config.reasoning == ReasoningMode.Ignore;
}
