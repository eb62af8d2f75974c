import { OPENAI_APIS } from "../../../assembly/ai/api";
import { ConfigReader } from "../../../assembly/config/reader";
import { ProviderSettings } from "../config/provider-settings";
import { ProviderOptions } from "../config/provider-type";
import { OpenAiCompatible } from "../openai-compatible";

/** OpenAI, and any server with its API. https://platform.openai.com/docs/api-reference */
class OpenAi extends OpenAiCompatible {
  override readOptions(reader: ConfigReader): ProviderOptions {
    const options = super.readOptions(reader);
    if (options.url) options.settings = settings(false);
    return options;
  }
}

/** The type `openai`. */
export const openai = new OpenAi(settings(true));

/** Of another server it is not known whether it knows `developer`. */
function settings(isOpenAi: bool): ProviderSettings {
  return {
    type: "openai",
    host: "api.openai.com",
    urlOption: "openaiCustomUrl",
    apis: OPENAI_APIS,
    refusesUnknownApis: false,
    requiresToken: false,
    knowsDeveloper: isOpenAi,
    // https://platform.openai.com/docs/guides/reasoning
    asksKnownModels: isOpenAi,
    hasOwnModels: isOpenAi,
  };
}
