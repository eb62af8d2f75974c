import { Api } from "../../../assembly/ai/api";
import { pathOfApi } from "../../../assembly/ai/api-path";
import { ConfigReader } from "../../../assembly/config/reader";
import { readHost } from "../config/address";
import { CustomUrl } from "../config/custom-url";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";
import { ProviderOptions } from "../provider";

/** What only `vllm` has: where its server is. */
class VllmOptions extends ProviderOptions {
  constructor(
    readonly url: CustomUrl,
    readonly host: string,
  ) {
    super();
  }
}

const SERVED = [
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
];

/** A vLLM server. https://docs.vllm.ai/en/stable/serving/openai_compatible_server/ */
class Vllm extends OpenAiCompatible {
  constructor() {
    super("vllm", "vllm-service.cluster.local");
    for (let i = 0; i < SERVED.length; i++) this.serve(SERVED[i], pathOfApi(SERVED[i]));
  }

  override requiresToken(): bool {
    return false;
  }

  override readOptions(reader: ConfigReader): ProviderOptions {
    return new VllmOptions(CustomUrl.read(reader, "vllmCustomUrl", this.paths), readHost(reader, "vllmServerHost"));
  }

  override host(exchange: Exchange): string {
    const options = changetype<VllmOptions>(exchange.config.options);
    if (options.url.host.length) return options.url.host;
    return options.host.length ? options.host : super.host(exchange);
  }

  override path(exchange: Exchange): string {
    const url = urlOf(exchange);
    return url.host.length ? url.paths[exchange.api] : super.path(exchange);
  }

  override base(exchange: Exchange): string {
    return urlOf(exchange).base;
  }

  override query(exchange: Exchange): string {
    return urlOf(exchange).query;
  }
}

/** The type `vllm`. */
export const vllm = new Vllm();

function urlOf(exchange: Exchange): CustomUrl {
  return changetype<VllmOptions>(exchange.config.options).url;
}
