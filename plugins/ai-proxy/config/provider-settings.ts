import { Api } from "../../../assembly/ai/api";
import { OPENAI_SETTINGS } from "./custom-settings";

/** A fixed path of one API, without parts that stand for ids. */
export class ApiPath {
  constructor(
    readonly api: Api,
    readonly path: string,
  ) {}
}

/**
 * What the gateway knows about a type of provider, as data. The defaults describe a server with OpenAI's API at `/v1`.
 * Written as an object literal that names only what differs.
 */
export class ProviderSettings {
  /** The `type` in the configuration. */
  type: string = "";
  /** The `:authority` of the service; "" keeps the client's. */
  host: string = "";
  /** Replaces `/v1` in the path of an API. */
  base: string = "/v1";
  /** The APIs that are served below `base`, or below one of the bases that follow. */
  apis: Api[] = [];
  /** Replaces `/v1` in the paths of Anthropic's Messages, which are then served; `null` for none. */
  messagesBase: string | null = null;
  /** Replaces `/v1` in the paths of OpenAI's Responses, which are then served; `null` for none. */
  responsesBase: string | null = null;
  /** The APIs whose path is not the client's below a base. */
  paths: ApiPath[] = [];
  /** Whether an API that the provider does not serve gets 404 from the gateway; else the request is passed on. */
  refusesUnknownApis: bool = true;

  /** The request header of the API key. */
  tokenHeader: string = "authorization";
  /** Precedes the API key in that header. */
  tokenScheme: string = "Bearer ";
  /** Whether the configuration must have an API key. */
  requiresToken: bool = true;
  /** Whether `Provider.sign` is called for each request: its body is then always read whole. */
  signs: bool = false;
  /** Whether the provider refuses `Origin` and `Referer` of pages that it does not know: then neither is sent. */
  refusesOrigins: bool = false;

  /** The one limit of the response that the provider knows, `max_tokens` or `max_completion_tokens`; "" for both. */
  limitField: string = "";
  /** Whether messages may have the role `developer`; else it becomes `system`. */
  knowsDeveloper: bool = false;
  /** Whether the gateway may add `stream_options.include_usage` to a request for a stream. */
  asksForUsage: bool = true;
  /** A field of the request beside which the provider refuses `stream_options`; "" for none. */
  usageExcludedBy: string = "";
  /** The query parameter for the model in the handshake of the Realtime API. */
  modelParameter: string = "model";
  /** Whether `Provider.eventEditor` returns an editor for streams of chats. */
  editsChatStreams: bool = false;

  /** The names that `customSettings` may have with `protocol: original`. */
  settingNames: string[] = OPENAI_SETTINGS;
  /** The object of an original request that has those members; "" for the request itself. */
  settingsHolder: string = "";
}
