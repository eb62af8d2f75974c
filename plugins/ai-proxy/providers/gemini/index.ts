import { Api } from "../../../../assembly/ai/api";
import { ChatProtocol } from "../../../../assembly/ai/chat-protocol";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceIncludes, sliceOfBuffer, subslice } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { JsonDocument } from "../../../../assembly/json/document";
import { jsonFirst, jsonGet } from "../../../../assembly/json/value";
import { ApiToken } from "../../config/api-token";
import { ProviderOptions } from "../../config/provider-type";
import { Exchange } from "../../exchange";
import { OpenAiCompatible } from "../../openai-compatible";
import { BodyTreatment } from "../../provider";
import { translateEmbeddingList, translateEmbeddings } from "./embeddings";
import { writeMethod } from "./method";
import { GeminiOptions } from "./options";
import { geminiSettings } from "./settings";

/**
 * Google's Gemini, by its own API or its OpenAI-compatible endpoints. Lists of models and pictures come from the compatible
 * endpoints in either case: host and API keys are the same. https://ai.google.dev/api/generate-content
 */
class Gemini extends OpenAiCompatible {
  override readOptions(reader: ConfigReader): ProviderOptions {
    return GeminiOptions.read(reader);
  }

  override chatProtocol(exchange: Exchange): ChatProtocol {
    return optionsOf(exchange).compatible ? ChatProtocol.OpenAi : ChatProtocol.Gemini;
  }

  override putsModelInPath(exchange: Exchange): bool {
    return isNative(exchange);
  }

  override writePath(exchange: Exchange, out: ByteBuffer): bool {
    if (!isNative(exchange)) return super.writePath(exchange, out);
    return writeMethod(exchange, optionsOf(exchange).version, out);
  }

  /** Google takes API keys as bearer tokens at the compatible endpoints only. https://ai.google.dev/gemini-api/docs/api-key */
  override authorize(token: ApiToken, exchange: Exchange): void {
    const isCompatible = exchange.tail == ABSENT ? sliceIncludes(exchange.path, "/openai/") : !isNative(exchange);
    if (isCompatible) return super.authorize(token, exchange);
    exchange.headers.set("x-goog-api-key", subslice(sliceOfBuffer(token.header), this.settings.tokenScheme.length));
  }

  override requestTreatment(exchange: Exchange): BodyTreatment {
    return convertsEmbeddings(exchange) ? BodyTreatment.Converted : BodyTreatment.OpenAi;
  }

  override translateRequest(exchange: Exchange, request: JsonDocument, out: ByteBuffer): bool {
    return translateEmbeddings(exchange, request, out);
  }

  override responseTreatment(exchange: Exchange): BodyTreatment {
    return convertsEmbeddings(exchange) ? BodyTreatment.Converted : BodyTreatment.OpenAi;
  }

  override translateResponse(exchange: Exchange, response: JsonDocument, out: ByteBuffer): bool {
    return translateEmbeddingList(exchange, response, out);
  }

  override errorMessage(response: JsonDocument): Slice {
    return jsonGet(errorOf(response), "message");
  }

  override errorCode(response: JsonDocument): Slice {
    return jsonGet(errorOf(response), "status");
  }
}

/** The type `gemini`. */
export const gemini = new Gemini(geminiSettings());

function optionsOf(exchange: Exchange): GeminiOptions {
  return exchange.config.options as GeminiOptions;
}

/** Whether the request goes to Gemini's own API. */
function isNative(exchange: Exchange): bool {
  if (exchange.api == Api.ChatCompletions || exchange.api == Api.CountTokens) {
    return exchange.upstream == ChatProtocol.Gemini;
  }
  return convertsEmbeddings(exchange);
}

function convertsEmbeddings(exchange: Exchange): bool {
  const hasPath = exchange.config.capabilities[Api.Embeddings] !== null;
  return exchange.api == Api.Embeddings && !hasPath && !optionsOf(exchange).compatible;
}

/** The error object; the compatible endpoints wrap theirs in a list. https://google.aip.dev/193 */
function errorOf(response: JsonDocument): Slice {
  const error = response.get("error");
  return error == ABSENT ? jsonGet(jsonFirst(response.root), "error") : error;
}
