import { Api, hasDeployment } from "../../../assembly/ai/api";
import { apiOfTail, pathOfApi } from "../../../assembly/ai/api-path";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { percentEncode } from "../../../assembly/bytes/percent-encode";
import { ABSENT, sliceOfBuffer, sliceSize } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { JsonDocument } from "../../../assembly/json/document";
import { HttpAddress } from "../config/address";
import { ApiToken } from "../config/api-token";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";
import { ProviderOptions } from "../provider";

const DEPLOYMENTS = "/openai/deployments/";
const RESOURCE = "/openai";
const VERSIONLESS = "/openai/v1";
/** Before this version nobody knows `stream_options` and `max_completion_tokens`. */
const NEWER_FIELDS = "2024-09-01";

/** How `azureServiceUrl` says where requests go. */
const enum Form {
  /** The host alone: the mapped model is the deployment. */
  Host,
  /** `/openai/deployments/X`: one deployment. */
  Deployment,
  /** `/openai/v1`: no deployment in the path. */
  Versionless,
  /** Any other path: it serves every request; one that ends in an API of a deployment serves this API. */
  Whole,
}

/** What only `azure` has. */
class AzureOptions extends ProviderOptions {
  host: string = "";
  form: Form = Form.Host;
  /** The path of the address, without a slash at its end. */
  path: string = "";
  query: string = "";
  /** `/openai/deployments/X`, where the address names one; else "". */
  deployment: string = "";
  /** The API that a whole address names; `Unknown` where it names none. */
  api: Api = Api.Unknown;
  /** The version of the API; "" where the address names none. */
  version: string = "";

  static read(reader: ConfigReader): AzureOptions {
    const options = new AzureOptions();
    if (!reader.has("azureServiceUrl")) reader.fail("azureServiceUrl", "is required");
    const address = HttpAddress.read(reader, "azureServiceUrl");
    options.host = address.host;
    options.path = address.path;
    options.query = address.query;
    options.version = queryValue(options.query, "api-version=");
    while (options.path.endsWith("/")) options.path = options.path.substring(0, options.path.length - 1);
    options.form = formOf(options.path);
    options.readDeployment();
    if (reader.failed) return options;
    if (!options.version.length && options.form != Form.Versionless) {
      reader.fail("azureServiceUrl", "must say api-version=…, unless its path is /openai/v1");
    }
    return options;
  }

  private readDeployment(): void {
    if (!this.path.startsWith(DEPLOYMENTS)) return;
    const end = this.path.indexOf("/", DEPLOYMENTS.length);
    if (end < 0) this.deployment = this.path;
    else {
      const tail = String.UTF8.encode(this.path.substring(end));
      this.api = apiOfTail(sliceOfBuffer(tail));
      if (hasDeployment(this.api)) this.deployment = this.path.substring(0, end);
      else this.api = Api.Unknown;
    }
  }
}

/** Azure OpenAI. https://learn.microsoft.com/en-us/azure/ai-services/openai/reference */
class Azure extends OpenAiCompatible {
  constructor() {
    super("azure", "");
    for (let api = <i32>Api.ChatCompletions; api < <i32>Api.Messages; api++) {
      this.serve(api, pathOfApi(api).substring(3));
    }
  }

  override readOptions(reader: ConfigReader): ProviderOptions {
    return AzureOptions.read(reader);
  }

  override host(exchange: Exchange): string {
    return optionsOf(exchange).host;
  }

  override path(exchange: Exchange): string {
    const options = optionsOf(exchange);
    return isWhole(options, exchange.api) ? options.path : super.path(exchange);
  }

  override base(exchange: Exchange): string {
    return prefixOf(optionsOf(exchange), exchange.api);
  }

  override putsModelInPath(exchange: Exchange): bool {
    return optionsOf(exchange).form == Form.Host && hasDeployment(exchange.api);
  }

  /** https://learn.microsoft.com/azure/ai-foundry/openai/how-to/realtime-audio-websockets */
  override modelParameter(exchange: Exchange): string {
    return optionsOf(exchange).form == Form.Versionless ? "model" : "deployment";
  }

  override writePathPrefix(exchange: Exchange, out: ByteBuffer): void {
    const options = optionsOf(exchange);
    if (this.putsModelInPath(exchange)) writeDeployment(exchange, out);
    else out.text(prefixOf(options, exchange.api));
  }

  override query(exchange: Exchange): string {
    return optionsOf(exchange).query;
  }

  override authorize(token: ApiToken, exchange: Exchange): void {
    exchange.headers.set("api-key", sliceOfBuffer(token.plain));
  }

  override refusesUnknownApis(): bool {
    return false;
  }

  override knowsDeveloper(exchange: Exchange): bool {
    return true;
  }

  /**
   * Azure refuses `stream_options` beside `data_sources`:
   * https://learn.microsoft.com/en-us/azure/ai-foundry/openai/references/on-your-data
   */
  override mayAskForUsage(exchange: Exchange, request: JsonDocument): bool {
    return !isOld(exchange) && request.get("data_sources") == ABSENT;
  }

  override limitField(exchange: Exchange): string {
    return isOld(exchange) ? "max_tokens" : "";
  }
}

/** The type `azure`. */
export const azure = new Azure();

function optionsOf(exchange: Exchange): AzureOptions {
  return changetype<AzureOptions>(exchange.config.options);
}

function isOld(exchange: Exchange): bool {
  const options = optionsOf(exchange);
  return options.form != Form.Versionless && options.version < NEWER_FIELDS;
}

/** Whether the whole address is where requests of the API go: that of one API of a deployment serves no other. */
function isWhole(options: AzureOptions, api: Api): bool {
  return options.form == Form.Whole && (options.deployment == "" || api == options.api || api == Api.Unknown);
}

function prefixOf(options: AzureOptions, api: Api): string {
  if (isWhole(options, api)) return "";
  if (options.form == Form.Versionless) return VERSIONLESS;
  return options.form != Form.Host && hasDeployment(api) ? options.deployment : RESOURCE;
}

/** A body that is not read names no model: then only `*` of the mapping does. */
function writeDeployment(exchange: Exchange, out: ByteBuffer): void {
  const model = sliceSize(exchange.model.slice) ? exchange.model.slice : exchange.config.models.map(ABSENT);
  const prefix = sliceSize(model) ? DEPLOYMENTS : RESOURCE;
  percentEncode(model, out.text(prefix));
}

function formOf(path: string): Form {
  if (path == "" || path == RESOURCE) return Form.Host;
  if (path == VERSIONLESS) return Form.Versionless;
  const isDeployment = path.startsWith(DEPLOYMENTS) && path.indexOf("/", DEPLOYMENTS.length) < 0;
  return isDeployment ? Form.Deployment : Form.Whole;
}

function queryValue(query: string, name: string): string {
  const fields = query.split("&");
  for (let i = 0; i < fields.length; i++) if (fields[i].startsWith(name)) return fields[i].substring(name.length);
  return "";
}
