import { Api } from "../../../../assembly/ai/api";
import { StreamTransform } from "../../../../assembly/ai/hub/stream-transform";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { Slice } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { JsonDocument } from "../../../../assembly/json/document";
import { Exchange } from "../../exchange";
import { isBelowMessages } from "../../openai-compatible";
import { BodyTreatment, Provider, ProviderOptions } from "../../provider";
import { translateCompletion } from "./chat-response";
import { ChatEvents } from "./chat-events";
import { translateChat } from "./chat-request";
import { translateEmbeddingList, translateEmbeddings } from "./embeddings";
import { errorCodeOf, errorMessageOf } from "./errors";
import { hasNote, MULTIMODAL } from "./notes";
import { QwenOptions } from "./options";
import { COMPATIBLE_BASE, compatiblePath, HOST, isCompatible, MESSAGES_BASE, nativePath } from "./paths";

/**
 * Qwen and what else Alibaba Cloud's DashScope serves, by its OpenAI-compatible endpoints or in its own protocol. What
 * its own protocol does not cover goes to the compatible endpoints in either case: they have the same host and keys.
 */
class Qwen extends Provider {
  type(): string {
    return "qwen";
  }

  host(exchange: Exchange): string {
    const domain = optionsOf(exchange).domain;
    return domain.length > 0 ? domain : HOST;
  }

  path(exchange: Exchange): string {
    const own = optionsOf(exchange).compatible ? "" : nativePath(exchange.api, hasNote(exchange, MULTIMODAL));
    return own.length > 0 ? own : compatiblePath(exchange.api);
  }

  override base(exchange: Exchange): string {
    return exchange.api == Api.Messages || isBelowMessages(exchange) ? MESSAGES_BASE : COMPATIBLE_BASE;
  }

  override servesBelowBase(exchange: Exchange): bool {
    return isCompatible(exchange.api);
  }

  override readOptions(reader: ConfigReader): ProviderOptions {
    return QwenOptions.read(reader);
  }

  override settingsHolder(): string {
    return "parameters";
  }

  override requestTreatment(exchange: Exchange): BodyTreatment {
    return isConverted(exchange) ? BodyTreatment.Converted : BodyTreatment.OpenAi;
  }

  override translateRequest(exchange: Exchange, request: JsonDocument, out: ByteBuffer): bool {
    return exchange.api == Api.Embeddings
      ? translateEmbeddings(exchange, request, out)
      : translateChat(exchange, optionsOf(exchange), request, out);
  }

  override responseTreatment(exchange: Exchange): BodyTreatment {
    return isConverted(exchange) ? BodyTreatment.Converted : BodyTreatment.OpenAi;
  }

  override translateResponse(exchange: Exchange, response: JsonDocument, out: ByteBuffer): bool {
    return exchange.api == Api.Embeddings
      ? translateEmbeddingList(exchange, response, out)
      : translateCompletion(exchange, response, out);
  }

  override translateStream(exchange: Exchange): StreamTransform | null {
    return exchange.api == Api.ChatCompletions ? new ChatEvents(exchange) : null;
  }

  override errorMessage(response: JsonDocument): Slice {
    return errorMessageOf(response);
  }

  override errorCode(response: JsonDocument): Slice {
    return errorCodeOf(response);
  }
}

/** The type `qwen`. */
export const qwen = new Qwen();

function optionsOf(exchange: Exchange): QwenOptions {
  return changetype<QwenOptions>(exchange.config.options);
}

function isConverted(exchange: Exchange): bool {
  return !optionsOf(exchange).compatible && (exchange.api == Api.ChatCompletions || exchange.api == Api.Embeddings);
}
