import { Api } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ConfigReader } from "../../../assembly/config/reader";
import { readHost } from "../config/address";
import { CustomUrl } from "../config/custom-url";
import { ProviderOptions } from "../config/provider-type";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";

/** The options that only `vllm` has: the address of its server, or the host alone. */
class VllmOptions extends ProviderOptions {
  constructor(
    readonly url: CustomUrl,
    host: string,
  ) {
    super();
    this.host = url.host.length ? url.host : host;
  }
}

/** A vLLM server. https://docs.vllm.ai/en/stable/serving/openai_compatible_server/ */
class Vllm extends OpenAiCompatible {
  override readOptions(reader: ConfigReader): ProviderOptions {
    return new VllmOptions(CustomUrl.read(reader, "vllmCustomUrl"), readHost(reader, "vllmServerHost"));
  }

  override serves(exchange: Exchange): bool {
    return (exchange.config.options as VllmOptions).url.isWhole || super.serves(exchange);
  }

  override writePath(exchange: Exchange, out: ByteBuffer): bool {
    const url = (exchange.config.options as VllmOptions).url;
    return url.host.length ? url.writePath(exchange.tail, out) : super.writePath(exchange, out);
  }
}

/** The type `vllm`. */
export const vllm = new Vllm({
  type: "vllm",
  host: "vllm-service.cluster.local",
  apis: [
    Api.ChatCompletions,
    Api.Completions,
    Api.Embeddings,
    Api.Models,
    Api.CohereRerank,
    Api.Responses,
    Api.RetrieveResponse,
    Api.AudioTranscription,
    Api.AudioTranslation,
    Api.Messages,
    Api.CountTokens,
    Api.Realtime,
  ],
  requiresToken: false,
});
