import { ResponseSink } from "../../assembly/ai/hub/response-sink";
import { ChunkWriter } from "../../assembly/ai/protocols/openai-chat/chunk-writer";
import { CompletionWriter } from "../../assembly/ai/protocols/openai-chat/completion-writer";
import { MessageEventWriter } from "../../assembly/ai/protocols/messages/event-writer";
import { MessageWriter } from "../../assembly/ai/protocols/messages/message-writer";
import { ReasoningMode } from "../../assembly/ai/reasoning-mode";
import { Exchange } from "./exchange";

/** The writer of a chat's stream in the client's protocol. Its owner frees it. */
export function streamSink(exchange: Exchange): ResponseSink {
  if (exchange.isBridged) return prepared(new MessageEventWriter(hidesReasoning(exchange)), exchange);
  return prepared(new ChunkWriter(exchange.config.reasoning), exchange);
}

/** The writer of a chat's whole response in the client's protocol. Its owner frees it. */
export function wholeSink(exchange: Exchange): ResponseSink {
  if (exchange.isBridged) return prepared(new MessageWriter(hidesReasoning(exchange)), exchange);
  return prepared(new CompletionWriter(exchange.config.reasoning), exchange);
}

function prepared(sink: ResponseSink, exchange: Exchange): ResponseSink {
  sink.created = exchange.created;
  sink.model = exchange.isBridged ? exchange.namedModel : exchange.model;
  sink.wantsUsage = exchange.includeUsage || exchange.isBridged;
  return sink;
}

function hidesReasoning(exchange: Exchange): bool {
  return exchange.config.reasoning == ReasoningMode.Ignore;
}
