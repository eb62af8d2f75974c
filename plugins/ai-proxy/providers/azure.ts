import { Api, hasDeployment, OPENAI_APIS } from "../../../assembly/ai/api";
import { apiOfTail } from "../../../assembly/ai/api-path";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, sliceOfBuffer, sliceSize } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpAddress } from "../config/address";
import { ProviderSettings } from "../config/provider-settings";
import { ProviderOptions } from "../config/provider-type";
import { Exchange } from "../exchange";
import { writeModelSegment } from "../model-segment";
import { OpenAiCompatible } from "../openai-compatible";

const DEPLOYMENTS = "/openai/deployments/";
const RESOURCE = "/openai";
const VERSIONLESS = "/openai/v1";
const QUESTION_MARK = 0x3f;
/** Versions before this one lack `stream_options` and `max_completion_tokens`. */
const NEWER_FIELDS = "2024-09-01";

/** The forms of `azureServiceUrl`. */
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

/** The options that only `azure` has. */
class AzureOptions extends ProviderOptions {
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
    options.settings = settings(options.form == Form.Versionless, options.version);
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
  override readOptions(reader: ConfigReader): ProviderOptions {
    return AzureOptions.read(reader);
  }

  override putsModelInPath(exchange: Exchange): bool {
    return optionsOf(exchange).form == Form.Host && hasDeployment(exchange.api);
  }

  override writePath(exchange: Exchange, out: ByteBuffer): bool {
    const options = optionsOf(exchange);
    if (isWhole(options, exchange.api)) out.text(options.path);
    else if (exchange.tail == ABSENT) return true;
    else if (!this.putsModelInPath(exchange)) out.text(prefixOf(options, exchange.api)).append(exchange.tail);
    else if (!writeDeployment(exchange, out)) return false;
    if (options.query.length) out.byte(QUESTION_MARK).text(options.query);
    return true;
  }
}

/** The type `azure`. */
export const azure = new Azure(settings(true, ""));

function settings(isVersionless: bool, version: string): ProviderSettings {
  const isOld = !isVersionless && version < NEWER_FIELDS;
  return {
    type: "azure",
    apis: OPENAI_APIS,
    refusesUnknownApis: false,
    tokenHeader: "api-key",
    tokenScheme: "",
    knowsDeveloper: true,
    limitField: isOld ? "max_tokens" : "",
    asksForUsage: !isOld,
    // https://learn.microsoft.com/en-us/azure/ai-foundry/openai/references/on-your-data
    usageExcludedBy: "data_sources",
    // https://learn.microsoft.com/azure/ai-foundry/openai/how-to/realtime-audio-websockets
    modelParameter: isVersionless ? "model" : "deployment",
  };
}

function optionsOf(exchange: Exchange): AzureOptions {
  return exchange.config.options as AzureOptions;
}

/** Whether requests of the API go to the whole address; the address of one API of a deployment serves no other API. */
function isWhole(options: AzureOptions, api: Api): bool {
  return options.form == Form.Whole && (options.deployment == "" || api == options.api || api == Api.Unknown);
}

/** What replaces `/v1` in the client's path, except for a deployment that the model names. */
function prefixOf(options: AzureOptions, api: Api): string {
  if (options.form == Form.Versionless) return VERSIONLESS;
  return options.form != Form.Host && hasDeployment(api) ? options.deployment : RESOURCE;
}

/** A request whose body is not read has the model that `*` of the mapping names, or none. */
function writeDeployment(exchange: Exchange, out: ByteBuffer): bool {
  const model = sliceSize(exchange.model.slice) ? exchange.model.slice : exchange.config.models.map(ABSENT);
  out.text(sliceSize(model) ? DEPLOYMENTS : RESOURCE);
  if (!writeModelSegment(exchange, model, out)) return false;
  out.append(exchange.tail);
  return true;
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
