import { hasPort } from "../../../assembly/config/host";
import { Api } from "../../../assembly/ai/api";
import { pathOfApi } from "../../../assembly/ai/api-path";
import { ConfigReader } from "../../../assembly/config/reader";
import { readHost } from "../config/address";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";
import { ProviderOptions } from "../provider";

/** What only `ollama` has: where its server is. */
class OllamaOptions extends ProviderOptions {
  constructor(readonly authority: string) {
    super();
  }
}

const PORT = 11434;

/** An Ollama server, by its OpenAI endpoints. https://docs.ollama.com/api/openai-compatibility */
class Ollama extends OpenAiCompatible {
  constructor() {
    super("ollama", "");
    const served = [Api.ChatCompletions, Api.Completions, Api.Embeddings, Api.Models, Api.RetrieveModel];
    for (let i = 0; i < served.length; i++) this.serve(served[i], pathOfApi(served[i]));
    this.limitBy("max_tokens");
  }

  override requiresToken(): bool {
    return false;
  }

  override readOptions(reader: ConfigReader): ProviderOptions {
    if (!reader.has("ollamaServerHost")) reader.fail("ollamaServerHost", "is required");
    const host = readHost(reader, "ollamaServerHost");
    if (hasPort(host)) reader.fail("ollamaServerHost", "must be the host alone: its port stands in ollamaServerPort");
    return new OllamaOptions(`${host}:${reader.integerOrText("ollamaServerPort", PORT, 1, 65535)}`);
  }

  override host(exchange: Exchange): string {
    return changetype<OllamaOptions>(exchange.config.options).authority;
  }

  /** All but its own machine's, unless OLLAMA_ORIGINS names them. https://docs.ollama.com/faq */
  override refusesOrigins(): bool {
    return true;
  }

  override refusesUnknownApis(): bool {
    return false;
  }
}

/** The type `ollama`. */
export const ollama = new Ollama();
