import { Api } from "../../../assembly/ai/api";
import { pathOfApi } from "../../../assembly/ai/api-path";
import { ConfigReader } from "../../../assembly/config/reader";
import { CustomUrl } from "../config/custom-url";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";
import { ProviderOptions } from "../provider";

/** What only `openai` has: a server of one's own in the place of api.openai.com. */
class OpenAiOptions extends ProviderOptions {
  constructor(readonly url: CustomUrl) {
    super();
  }
}

/** OpenAI, and any server that speaks like it. https://platform.openai.com/docs/api-reference */
class OpenAi extends OpenAiCompatible {
  constructor() {
    super("openai", "api.openai.com");
    for (let api = <i32>Api.ChatCompletions; api < <i32>Api.Messages; api++) this.serve(api, pathOfApi(api));
  }

  override requiresToken(): bool {
    return false;
  }

  override readOptions(reader: ConfigReader): ProviderOptions {
    return new OpenAiOptions(CustomUrl.read(reader, "openaiCustomUrl", this.paths));
  }

  override host(exchange: Exchange): string {
    const own = urlOf(exchange).host;
    return own.length ? own : super.host(exchange);
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

  override refusesUnknownApis(): bool {
    return false;
  }

  /** OpenAI itself does; of a server of one's own it is not known. */
  override knowsDeveloper(exchange: Exchange): bool {
    return !urlOf(exchange).host.length;
  }
}

/** The type `openai`. */
export const openai = new OpenAi();

function urlOf(exchange: Exchange): CustomUrl {
  return changetype<OpenAiOptions>(exchange.config.options).url;
}
