import { OPENAI_APIS } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ConfigReader } from "../../../assembly/config/reader";
import { CustomUrl } from "../config/custom-url";
import { ProviderSettings } from "../config/provider-settings";
import { ProviderOptions } from "../config/provider-type";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";

/** The options that only `openai` has: the address of another server. */
class OpenAiOptions extends ProviderOptions {
  constructor(readonly url: CustomUrl) {
    super();
    this.host = url.host;
    if (url.host.length) this.settings = settings(false);
  }
}

/** OpenAI, and any server with its API. https://platform.openai.com/docs/api-reference */
class OpenAi extends OpenAiCompatible {
  override readOptions(reader: ConfigReader): ProviderOptions {
    return new OpenAiOptions(CustomUrl.read(reader, "openaiCustomUrl"));
  }

  override writePath(exchange: Exchange, out: ByteBuffer): bool {
    const url = (exchange.config.options as OpenAiOptions).url;
    return url.host.length ? url.writePath(exchange.tail, out) : super.writePath(exchange, out);
  }
}

/** The type `openai`. */
export const openai = new OpenAi(settings(true));

/** Of another server it is not known whether it knows `developer`. */
function settings(knowsDeveloper: bool): ProviderSettings {
  return {
    type: "openai",
    host: "api.openai.com",
    apis: OPENAI_APIS,
    refusesUnknownApis: false,
    requiresToken: false,
    knowsDeveloper,
  };
}
