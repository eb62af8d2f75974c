import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { JsonDocument } from "../../../../assembly/json/document";
import { jsonFirst, jsonKind, JsonKind } from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { ABSENT } from "../../../../assembly/bytes/slice";
import { Exchange } from "../../exchange";
import { MessagesWriter, messagesHaveMedia } from "./messages";
import { isLongModel, isMultimodalModel } from "./models";
import { QwenOptions } from "./options";
import { writeParameters } from "./parameters";
import { qwenState } from "./state";

/** Translates an OpenAI chat into DashScope's; `false` when `exchange.refuse` said why not. */
export function translateChat(exchange: Exchange, options: QwenOptions, request: JsonDocument, out: ByteBuffer): bool {
  const messages = request.get("messages");
  if (jsonKind(messages) != JsonKind.Array || jsonFirst(messages) == ABSENT) {
    return exchange.refuse("'messages' must be a list of at least one message.", "messages", "invalid_type");
  }
  const model = exchange.model.slice;
  const isMultimodal = isMultimodalModel(model) || messagesHaveMedia(messages);
  qwenState(exchange).isMultimodal = isMultimodal;
  setHeaders(exchange);

  const writer = new JsonWriter(out);
  const fileUrls = isLongModel(model) ? options.fileUrls : "";
  writer.beginObject().key("model").text(model).key("input").beginObject().key("messages");
  if (!new MessagesWriter(exchange, writer, isMultimodal, fileUrls).write(messages)) return false;
  writer.endObject().key("parameters");
  if (!writeParameters(exchange, request, options.search, writer)) return false;
  writer.endObject();
  return true;
}

/** DashScope streams if a header asks for it; there is no field for it in the body. */
function setHeaders(exchange: Exchange): void {
  if (exchange.streaming) {
    exchange.headers.setText("accept", "text/event-stream");
    exchange.headers.setText("x-dashscope-sse", "enable");
  } else {
    exchange.headers.setText("accept", "application/json");
    exchange.headers.remove("x-dashscope-sse");
  }
}
