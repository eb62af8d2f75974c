import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import {
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

/** Translates a whole response; its id says how many messages the request had. */
export function translateResponse(exchange: Exchange, response: JsonDocument, out: ByteBuffer): bool {
  const content = jsonGet(jsonGet(response.get("output"), "message"), "content");
  const text = jsonGet(jsonFirst(content), "text");
  if (jsonKind(text) != JsonKind.String) return false;
  readUsage(exchange, response.get("usage"));
  const writer = new JsonWriter(out);
  writer.beginObject().key("id").string(idOf(exchange)).key("object").string("chat.completion");
  writer.key("choices").beginArray().beginObject().key("index").integer(0);
  writer.key("message").beginObject().key("role").string("assistant").key("content").raw(text).endObject();
  writer
    .key("finish_reason")
    .string(finishReason(response.get("stopReason")))
    .endObject()
    .endArray();
  writer.endObject();
  return true;
}

/** The id of a response. */
export function idOf(exchange: Exchange): string {
  return `messages-${(exchange.state as ConverseState).messages}`;
}

/** Reads Converse's usage. */
export function readUsage(exchange: Exchange, usage: Slice): void {
  const tokens = exchange.usage;
  tokens.prompt = jsonInteger(jsonGet(usage, "inputTokens"), 0);
  tokens.completion = jsonInteger(jsonGet(usage, "outputTokens"), 0);
  tokens.total = tokens.prompt + tokens.completion;
  tokens.seen = true;
  tokens.hasChanged = true;
}

/** OpenAI's name of a stop reason. */
export function finishReason(reason: Slice): string {
  return jsonEquals(reason, "max_tokens") ? "length" : "stop";
}
