import { Api } from "../../../assembly/ai/api";
import { pathOfApi } from "../../../assembly/ai/api-path";
import { ConfigReader } from "../../../assembly/config/reader";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";
import { ProviderOptions } from "../provider";

/** What only `openai` has: a server of one's own in the place of api.openai.com. */
class OpenAiOptions extends ProviderOptions {
  host: string = "";
  /** The path that serves each API. */
  readonly paths: StaticArray<string> = new StaticArray<string>(Api.Count).fill("");
}

const LEAVES = [
  "/completions",
  "/embeddings",
  "/audio/speech",
  "/audio/transcriptions",
  "/audio/translations",
  "/images/generations",
  "/images/variations",
  "/images/edits",
  "/models",
  "/responses",
  "/fine_tuning/jobs",
  "/fine_tuning/checkpoints",
  "/realtime",
  "/videos",
];
const VERSION = "/v1";

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
    const options = new OpenAiOptions();
    let url = reader.text("openaiCustomUrl");
    if (!url.length) return options;
    const scheme = url.indexOf("://");
    if (scheme >= 0) url = url.substring(scheme + 3);
    const slash = url.indexOf("/");
    options.host = slash < 0 ? url : url.substring(0, slash);
    if (!options.host.length) reader.fail("openaiCustomUrl", "must name a host");
    let path = slash < 0 ? VERSION : url.substring(slash);
    if (path.endsWith("/")) path = path.substring(0, path.length - 1);
    let isDirect = false;
    for (let i = 0; i < LEAVES.length; i++) if (path.endsWith(LEAVES[i])) isDirect = true;
    for (let api = <i32>Api.Unknown; api < <i32>Api.Count; api++) {
      const own = this.paths[api];
      if (isDirect) options.paths[api] = path;
      else if (own.length) options.paths[api] = path + own.substring(VERSION.length);
    }
    return options;
  }

  override host(exchange: Exchange): string {
    const own = changetype<OpenAiOptions>(exchange.config.options).host;
    return own.length ? own : super.host(exchange);
  }

  override path(exchange: Exchange): string {
    const options = changetype<OpenAiOptions>(exchange.config.options);
    return options.host.length ? options.paths[exchange.api] : super.path(exchange);
  }

  override refusesUnknownApis(): bool {
    return false;
  }
}

/** The type `openai`. */
export const openai = new OpenAi();
