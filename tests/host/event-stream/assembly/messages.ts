import { FinishReason } from "../../../../assembly/ai/hub/finish-reason";
import { ResponseSink } from "../../../../assembly/ai/hub/response-sink";
import { UsageStatus } from "../../../../assembly/ai/usage";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonInteger,
  jsonKind,
  JsonKind,
  jsonNext,
} from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { Exchange } from "../../../../plugins/ai-proxy/exchange";
import { ProviderState } from "../../../../plugins/ai-proxy/provider-state";

const id = new ByteBuffer();

/** What the response repeats of the request. */
export class ConverseState extends ProviderState {
  messages: i32 = 0;
}

/** Translates a chat of texts; refuses everything else. */
export function translateRequest(exchange: Exchange, request: JsonDocument, out: ByteBuffer): bool {
  const state = new ConverseState();
  exchange.state = state;
  const writer = new JsonWriter(out);
  writer.beginObject().key("messages").beginArray();
  const messages = request.get("messages");
  for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
    const content = jsonGet(message, "content");
    if (jsonKind(content) != JsonKind.String) return exchange.refuse("'content' must be a string.", "messages");
    writer.beginObject().key("role").raw(jsonGet(message, "role")).key("content").beginArray();
    writer.beginObject().key("text").raw(content).endObject().endArray().endObject();
    state.messages++;
  }
  writer.endArray().endObject();
  return true;
}

/** Reads a whole response into the client's sink. */
export function readResponse(exchange: Exchange, response: JsonDocument, sink: ResponseSink): bool {
  const content = jsonGet(jsonGet(response.get("output"), "message"), "content");
  const text = jsonGet(jsonFirst(content), "text");
  const choice = sink.choose(0);
  if (choice === null || jsonKind(text) != JsonKind.String) return false;
  beginInto(sink, exchange);
  sink.text(choice, jsonContent(text));
  readUsage(exchange, response.get("usage"));
  sink.usage(exchange.usage);
  sink.finish(choice, finishReason(response.get("stopReason")));
  sink.end();
  return true;
}

/** Begins the response; its id says how many messages the request had. */
export function beginInto(sink: ResponseSink, exchange: Exchange): void {
  id.clear();
  sink.begin(id.text("messages-").integer((exchange.state as ConverseState).messages).slice);
}

/** Reads Converse's usage. */
export function readUsage(exchange: Exchange, usage: Slice): void {
  const tokens = exchange.usage;
  tokens.prompt = jsonInteger(jsonGet(usage, "inputTokens"), 0);
  tokens.completion = jsonInteger(jsonGet(usage, "outputTokens"), 0);
  tokens.status = UsageStatus.Complete;
  tokens.hasChanged = true;
}

/** Converse's stop reason. */
export function finishReason(reason: Slice): FinishReason {
  return jsonEquals(reason, "max_tokens") ? FinishReason.Length : FinishReason.Stop;
}
