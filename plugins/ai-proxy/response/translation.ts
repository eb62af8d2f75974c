import { Api, listsModels } from "../../../assembly/ai/api";
import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { StreamTransform } from "../../../assembly/ai/hub/stream-transform";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { JsonDocument } from "../../../assembly/json/document";
import { streamSink, wholeSink } from "../client-sink";
import { BRIDGES, GEMINI_PROVIDERS, MESSAGES_CLIENTS, MESSAGES_PROVIDERS } from "../config/built-protocols";
import { Exchange } from "../exchange";
import { BodyTreatment } from "../provider";
import { providerOf } from "../providers";
import { EditedStream } from "./edited-stream";
import { writeModelsForChats, writeModelsForMessages } from "./model-list";
import { ResponseEditor } from "./response-editor";
import { responseReader } from "./response-protocols";
import { ResponseStream, TranslatedStream } from "./response-stream";
import { writeTokenCount } from "./token-count";

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

/**
 * Appends the client's response for the provider's whole one. Gives 0, or the status of the error that was appended in its place; -1,
 * and nothing appended, if it is not what the provider documents.
 */
export function translatedBody(exchange: Exchange, response: JsonDocument, out: ByteBuffer): i32 {
  if (MESSAGES_CLIENTS || MESSAGES_PROVIDERS) {
    if (listsModels(exchange.api)) {
      const isForMessages = exchange.client == ChatProtocol.Messages;
      return (isForMessages ? writeModelsForMessages(response, out) : writeModelsForChats(response, out)) ? 0 : -1;
    }
  }
  if (isProvidersOwn(exchange)) return providerOf(exchange).translateResponse(exchange, response, out) ? 0 : -1;
  if (MESSAGES_CLIENTS && GEMINI_PROVIDERS) {
    if (exchange.api == Api.CountTokens) return writeTokenCount(response.get("totalTokens"), out) ? 0 : -1;
  }
  if (!BRIDGES) return -1;
  const reader = responseReader(exchange, wholeSink(exchange));
  let status = reader.readWhole(response, out) ? 0 : -1;
  // A body that is an error although the status is 200, as in a stream.
  if (status && (reader.errorStatus || reader.pushWhole(response, out))) status = reader.errorStatus;
  reader.free();
  return status;
}
