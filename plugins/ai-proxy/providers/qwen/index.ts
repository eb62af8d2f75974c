import { Api } from "../../../../assembly/ai/api";
import { ResponseSink } from "../../../../assembly/ai/hub/response-sink";
import { StreamTransform } from "../../../../assembly/ai/hub/stream-transform";
import { errorCodeOf, errorMessageOf } from "../../../../assembly/ai/protocols/dashscope/errors";
import { DashScopeReader } from "../../../../assembly/ai/protocols/dashscope/reader";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { Slice } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { JsonDocument } from "../../../../assembly/json/document";
import { DASHSCOPE_PROVIDERS } from "../../config/built-protocols";
import { streamSink, wholeSink } from "../../client-sink";
import { ProviderOptions } from "../../config/provider-type";
import { Exchange } from "../../exchange";
import { OpenAiCompatible } from "../../openai-compatible";
import { BodyTreatment } from "../../provider";
import { translateChat } from "./chat-request";
import { translateEmbeddingList, translateEmbeddings } from "./embeddings";
import { QwenOptions } from "./options";
import { nativePath } from "./paths";
import { QWEN_SETTINGS } from "./settings";
import { QwenState, qwenState } from "./state";

/**
 * Qwen and the other models of Alibaba Cloud's DashScope, by its OpenAI-compatible endpoints or its native API. What the
 * native API lacks goes to the compatible endpoints in either case: host and API keys are the same.
 */
class Qwen extends OpenAiCompatible {
  override writePath(exchange: Exchange, out: ByteBuffer): bool {
    const state = exchange.state;
    const isMultimodal = state ? (state as QwenState).isMultimodal : false;
    const native = optionsOf(exchange).compatible ? "" : nativePath(exchange.api, isMultimodal);
    if (!native.length) return super.writePath(exchange, out);
    out.text(native);
    return true;
  }

  override readOptions(reader: ConfigReader): ProviderOptions {
    return QwenOptions.read(reader);
  }

  override requestTreatment(exchange: Exchange): BodyTreatment {
    return isConverted(exchange) ? BodyTreatment.Converted : BodyTreatment.OpenAi;
  }

  override translateRequest(exchange: Exchange, request: JsonDocument, out: ByteBuffer): bool {
    if (!DASHSCOPE_PROVIDERS) return false;
    return exchange.api == Api.Embeddings
      ? translateEmbeddings(exchange, request, out)
      : translateChat(exchange, optionsOf(exchange), request, out);
  }

  override responseTreatment(exchange: Exchange): BodyTreatment {
    return isConverted(exchange) ? BodyTreatment.Converted : BodyTreatment.OpenAi;
  }

  override translateResponse(exchange: Exchange, response: JsonDocument, out: ByteBuffer): bool {
    if (!DASHSCOPE_PROVIDERS) return false;
    if (exchange.api == Api.Embeddings) return translateEmbeddingList(exchange, response, out);
    const reader = readerInto(wholeSink(exchange), exchange);
    const isRead = reader.readWhole(response, out);
    reader.free();
    return isRead;
  }

  override translateStream(exchange: Exchange): StreamTransform | null {
    if (!DASHSCOPE_PROVIDERS) return null;
    return exchange.api == Api.ChatCompletions ? readerInto(streamSink(exchange), exchange) : null;
  }

  override errorMessage(response: JsonDocument): Slice {
    return errorMessageOf(response);
  }

  override errorCode(response: JsonDocument): Slice {
    return errorCodeOf(response);
  }
}

/** The type `qwen`. */
export const qwen = new Qwen(QWEN_SETTINGS);

function optionsOf(exchange: Exchange): QwenOptions {
  return exchange.config.options as QwenOptions;
}

function isConverted(exchange: Exchange): bool {
  return !optionsOf(exchange).compatible && (exchange.api == Api.ChatCompletions || exchange.api == Api.Embeddings);
}

function readerInto(sink: ResponseSink, exchange: Exchange): DashScopeReader {
  const state = qwenState(exchange);
  sink.isCumulative = exchange.streaming && state.isCumulative;
  return new DashScopeReader(sink, exchange.usage, state.choices);
}
