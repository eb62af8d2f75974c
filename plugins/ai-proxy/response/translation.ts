import { listsModels } from "../../../assembly/ai/api";
import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { StreamTransform } from "../../../assembly/ai/hub/stream-transform";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { JsonDocument } from "../../../assembly/json/document";
import { streamSink, wholeSink } from "../client-sink";
import { BRIDGES } from "../config/built-protocols";
import { Exchange } from "../exchange";
import { BodyTreatment } from "../provider";
import { providerOf } from "../providers";
import { EditedStream } from "./edited-stream";
import { writeModelsForChats, writeModelsForMessages } from "./model-list";
import { ResponseEditor } from "./response-editor";
import { responseReader } from "./response-protocols";
import { ResponseStream, TranslatedStream } from "./response-stream";

/** Whether the provider itself translates its responses. */
export function isProvidersOwn(exchange: Exchange): bool {
  return providerOf(exchange).responseTreatment(exchange) == BodyTreatment.Converted;
}

/** Turns the provider's stream into the client's; `null` if the API has no streams. Its owner frees it. */
export function translatedStream(exchange: Exchange): StreamTransform | null {
  if (isProvidersOwn(exchange)) return providerOf(exchange).translateStream(exchange);
  if (!BRIDGES) return null;
  return responseReader(exchange, streamSink(exchange));
}

/**
 * The client's stream, edited as the configuration wants: where it is a chat of OpenAI, before the translation or behind it.
 * `null` if the API has no streams.
 */
export function clientStream(exchange: Exchange, isEdited: bool): ResponseStream | null {
  const transform = translatedStream(exchange);
  if (transform === null) return null;
  if (!isEdited) return new TranslatedStream(transform, null);
  const editor = new ResponseEditor(exchange);
  if (exchange.isBridgedFromChat) return new TranslatedStream(transform, new EditedStream(exchange, editor, null));
  return new EditedStream(exchange, editor, new TranslatedStream(transform, null));
}

/** Appends the client's response for the provider's whole one; `false` if it is not what the provider documents. */
export function translatedBody(exchange: Exchange, response: JsonDocument, out: ByteBuffer): bool {
  if (listsModels(exchange.api)) {
    const isForMessages = exchange.client == ChatProtocol.Messages;
    return isForMessages ? writeModelsForMessages(response, out) : writeModelsForChats(response, out);
  }
  if (isProvidersOwn(exchange)) return providerOf(exchange).translateResponse(exchange, response, out);
  if (!BRIDGES) return false;
  const reader = responseReader(exchange, wholeSink(exchange));
  const isRead = reader.readWhole(response, out);
  reader.free();
  return isRead;
}
