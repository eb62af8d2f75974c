import { Api } from "../../../assembly/ai/api";
import { apiOfName } from "../../../assembly/ai/api-path";
import { PathTemplate } from "../../../assembly/ai/path-template";
import { ReasoningMode } from "../../../assembly/ai/reasoning-mode";
import { SecretSet } from "../../../assembly/bytes/secret-set";
import { bufferOf, ABSENT, sliceEqualsIgnoringCase } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonContent, jsonKind, JsonKind } from "../../../assembly/json/value";
import { checkPath, readHost } from "./address";
import { ApiToken } from "./api-token";
import { readApiTokens, readForwarding, secretsOf } from "./api-tokens";
import { notBuilt, REASONING } from "./built-features";
import { ChatOptions } from "./chat-options";
import { KeyFailover } from "./key-failover";
import { ModelMapping } from "./model-mapping";
import { ProviderSettings } from "./provider-settings";
import { KnownModels } from "../models/known-models";
import { ProviderOptions, ProviderType } from "./provider-type";

/** The protocol of requests and responses. */
export const enum Protocol {
  /** OpenAI's: bodies are read, and translated if the provider needs it. */
  OpenAi,
  /** The provider's own: bodies are not read. */
  Original,
}

/** What happens to `basePath`. */
export const enum BasePathHandling {
  RemovePrefix,
  Prepend,
}

const DEFAULT_TIMEOUT = 120_000;
const LONGEST_TIMEOUT = 3_600_000;

/** One configured provider: the fields that all types have, and the options of its own type. */
export class ProviderConfig {
  /** The name by which `activeProviderId` picks it. */
  id: string = "";
  /** The API keys; empty if the client sends its own. */
  tokens: ApiToken[] = [];
  /** The API keys to mask in responses; `null` for none. */
  secrets: SecretSet | null = null;
  /** What happens to an API key that fails; `null` for nothing. */
  failover: KeyFailover | null = null;
  /** Whether, without an API key here, the credentials of a consumer of key-auth are passed on. */
  forwardsCredentials: bool = false;
  /** The provider's models by the client's names. */
  models: ModelMapping = new ModelMapping();
  /** What is known of the provider's models. */
  known: KnownModels = new KnownModels();
  /** The protocol of requests and responses. */
  protocol: Protocol = Protocol.OpenAi;
  /** The prefix that is removed from the client's path, or added, without a slash at its end; "" for none. */
  basePath: string = "";
  /** What happens to `basePath`. */
  basePathHandling: BasePathHandling = BasePathHandling.RemovePrefix;
  /** The `:authority` of requests; "" keeps the client's. */
  host: string = "";
  /** Precedes every path that the provider gets. */
  providerBasePath: string = "";
  /** The paths that replace the provider's own, by API; `null` for its own. */
  capabilities: StaticArray<PathTemplate | null> = new StaticArray<PathTemplate | null>(Api.Count);
  /** How reasoning is passed to the client. */
  reasoning: ReasoningMode = ReasoningMode.Passthrough;
  /** The JSON for `response_format` of every chat; `null` for none. */
  responseJsonSchema: ArrayBuffer | null = null;
  /** Whether the gateway does not ask for the usage of streams. */
  disableStreamUsageStats: bool = false;
  /** Milliseconds for the plugin's own callouts, not for the request. */
  timeout: i32 = DEFAULT_TIMEOUT;
  /** The options that all types have. */
  chat: ChatOptions = new ChatOptions();
  /** The options that only this type has. */
  options: ProviderOptions = new ProviderOptions();

  /** What is known about the provider under these options. */
  settings: ProviderSettings;

  constructor(
    /** The number of its type in the list of providers. */
    readonly number: i32,
    type: ProviderType,
  ) {
    this.settings = type.settings;
  }

  /** Its name in the response header and the log: the id, or the type. */
  get name(): string {
    return this.id.length ? this.id : this.settings.type;
  }

  /** Reads one provider object; its `type` was read before, and has this number in the list of providers. */
  static read(reader: ConfigReader, number: i32, type: ProviderType): ProviderConfig {
    const config = new ProviderConfig(number, type);
    const settings = type.settings;
    config.id = reader.textOrNumber("id");
    if (!canStandInHeader(config.id))
      reader.fail("id", "must hold no control characters: a header of the response shows it");
    config.tokens = readApiTokens(reader, settings);
    config.secrets = secretsOf(config.tokens);
    config.failover = KeyFailover.read(reader, config.name, config.tokens, settings.signs);
    config.forwardsCredentials = readForwarding(reader, config.tokens.length > 0);
    config.models = ModelMapping.read(reader);
    config.protocol = reader.choice("protocol", ["openai", "original"], Protocol.OpenAi);
    config.readPaths(reader);
    config.readCapabilities(reader);
    config.reasoning = readReasoningMode(reader);
    config.responseJsonSchema = readRaw(reader, "responseJsonSchema");
    config.disableStreamUsageStats = reader.booleanOrText("disableStreamUsageStats", false);
    config.timeout = <i32>reader.integerOrText("timeout", DEFAULT_TIMEOUT, 1, LONGEST_TIMEOUT);
    config.chat = ChatOptions.read(reader, config.protocol == Protocol.Original, settings, config.timeout);
    const own = type.readContext(reader, config.tokens, config.timeout);
    if (own) config.chat.context = own;
    config.readOptions(reader, type);
    config.known = KnownModels.read(reader, config.settings.hasOwnModels ? settings.type : "");
    if (config.protocol == Protocol.Original && reader.has("models")) {
      reader.warn("models", "has no effect with protocol: original");
    }
    return config;
  }

  private readOptions(reader: ConfigReader, type: ProviderType): void {
    const options = type.readOptions(reader);
    this.options = options;
    const settings = options.settings;
    if (settings) this.settings = settings;
    const domain = readHost(reader, "providerDomain");
    if (domain.length) this.host = domain;
    else this.host = options.host.length ? options.host : this.settings.host;
  }

  private readPaths(reader: ConfigReader): void {
    const hasSubPath = reader.has("subPath");
    if (hasSubPath && reader.has("basePath")) reader.fail("subPath", "says the same as basePath: remove one of them");
    this.basePath = withoutLastSlash(hasSubPath ? reader.text("subPath") : reader.text("basePath"));
    const removes = BasePathHandling.RemovePrefix;
    this.basePathHandling = reader.choice("basePathHandling", ["removePrefix", "prepend"], removes);
    this.providerBasePath = withoutLastSlash(reader.text("providerBasePath"));
    checkBase(reader, hasSubPath ? "subPath" : "basePath", this.basePath);
    checkBase(reader, "providerBasePath", this.providerBasePath);
  }

  private readCapabilities(reader: ConfigReader): void {
    const paths = reader.textMap("capabilities");
    const names = paths.keys();
    for (let i = 0; i < names.length; i++) {
      const api = apiOfName(names[i]);
      const key = `capabilities.${names[i]}`;
      const path = paths.get(names[i]);
      if (api == Api.Unknown) reader.fail(key, "is not the name of an API");
      else this.capabilities[api] = new PathTemplate(path);
      if (path.length) checkPath(reader, key, path);
      else reader.fail(key, "must not be empty");
    }
  }
}

function readReasoningMode(reader: ConfigReader): ReasoningMode {
  const value = reader.value("reasoningContentMode");
  if (value == ABSENT) return ReasoningMode.Passthrough;
  const mode = jsonKind(value) == JsonKind.String ? jsonContent(value) : ABSENT;
  if (sliceEqualsIgnoringCase(mode, "passthrough")) return ReasoningMode.Passthrough;
  if (!REASONING) {
    reader.fail("reasoningContentMode", notBuilt("reasoning"));
    return ReasoningMode.Passthrough;
  }
  if (sliceEqualsIgnoringCase(mode, "ignore")) return ReasoningMode.Ignore;
  if (sliceEqualsIgnoringCase(mode, "concat")) return ReasoningMode.Concat;
  reader.fail("reasoningContentMode", "must be one of passthrough, ignore, concat");
  return ReasoningMode.Passthrough;
}

function readRaw(reader: ConfigReader, key: string): ArrayBuffer | null {
  const value = reader.value(key);
  if (value == ABSENT) return null;
  if (jsonKind(value) != JsonKind.Object) reader.fail(key, "must be an object");
  return bufferOf(value);
}

/** Whether a text can be the value of a header (RFC 9110, section 5.5): beyond ASCII it goes out as UTF-8. */
function canStandInHeader(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit == 0x7f) return false;
  }
  return true;
}

function withoutLastSlash(path: string): string {
  return path.endsWith("/") ? path.substring(0, path.length - 1) : path;
}

/** A base has no query: it would stand in the middle of the path. */
function checkBase(reader: ConfigReader, key: string, path: string): void {
  if (path.includes("?")) reader.fail(key, "must be a path without a query");
  else checkPath(reader, key, path);
}
