import { hasPort } from "../../../assembly/config/host";
import { ConfigReader } from "../../../assembly/config/reader";
import { readHost } from "../config/address";
import { ProviderOptions } from "../config/provider-type";
import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

const PORT = 11434;

/** An Ollama server, by its OpenAI endpoints. https://docs.ollama.com/api/openai-compatibility */
class Ollama extends OpenAiCompatible {
  override readOptions(reader: ConfigReader): ProviderOptions {
    if (!reader.has("ollamaServerHost")) reader.fail("ollamaServerHost", "is required");
    const host = readHost(reader, "ollamaServerHost");
    if (hasPort(host)) reader.fail("ollamaServerHost", "must be the host alone: its port stands in ollamaServerPort");
    const options = new ProviderOptions();
    options.host = `${host}:${reader.integerOrText("ollamaServerPort", PORT, 1, 65535)}`;
    return options;
  }
}

/** The type `ollama`. */
export const ollama = new Ollama({
  type: "ollama",
  apis: [Api.ChatCompletions, Api.Completions, Api.Embeddings, Api.Models, Api.RetrieveModel, Api.Responses],
  refusesUnknownApis: false,
  requiresToken: false,
  limitField: "max_tokens",
  // https://docs.ollama.com/api/openai-compatibility
  reasoningPlace: ReasoningPlace.Renamed,
  // OLLAMA_ORIGINS, by default the pages of its own machine: https://docs.ollama.com/faq
  refusesOrigins: true,
});
