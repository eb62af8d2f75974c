import { ResponseSink } from "../../assembly/ai/hub/response-sink";
import { ChunkWriter } from "../../assembly/ai/protocols/openai-chat/chunk-writer";
import { CompletionWriter } from "../../assembly/ai/protocols/openai-chat/completion-writer";
import { Exchange } from "./exchange";

/** The writer of a chat's stream in the client's protocol. Its owner frees it. */
export function streamSink(exchange: Exchange): ResponseSink {
  return prepared(new ChunkWriter(exchange.config.reasoning), exchange);
}

/** The writer of a chat's whole response in the client's protocol. Its owner frees it. */
export function wholeSink(exchange: Exchange): ResponseSink {
  return prepared(new CompletionWriter(exchange.config.reasoning), exchange);
}

function prepared(sink: ResponseSink, exchange: Exchange): ResponseSink {
  sink.created = exchange.created;
  sink.model = exchange.model;
  sink.wantsUsage = exchange.includeUsage;
  return sink;
}
