import { Api } from "../../../assembly/ai/api";
import { NO_BUDGET } from "../../../assembly/ai/protocols/gemini/thinking";
import { OPENAI_SETTINGS } from "./custom-settings";

/** A fixed path of one API, without parts that stand for ids. */
export class ApiPath {
  constructor(
    readonly api: Api,
    readonly path: string,
  ) {}
}

/** A field of the request that the provider knows by another name. */
export class RenamedField {
  constructor(
    readonly from: string,
    readonly to: string,
  ) {}
}

/** A base that replaces the usual one if an option of the configuration is `true`. */
export class BaseOption {
  constructor(
    readonly option: string,
    readonly base: string,
  ) {}
}

/** How a provider switches reasoning on and off. */
export const enum ReasoningSwitch {
  /** By `reasoning_effort`, as OpenAI does. */
  Effort,
  /** By `thinking: {"type": "enabled" | "disabled"}`. */
  Thinking,
  /** By `enable_thinking: true | false`. */
  EnableThinking,
}

/** Where a provider writes reasoning, besides `reasoning_content`: any of these, added. */
export const enum ReasoningPlace {
  /** Nowhere else. */
  Standard = 0,
  /** In `reasoning`. */
  Renamed = 1,
  /** At the start of the content, between `<think>` and `</think>`. */
  Tags = 2,
  /** In parts of the type `thinking` of a content that is a list. */
  Parts = 4,
}

/**
 * What the gateway knows about a type of provider, as data. The defaults describe a server with OpenAI's API at `/v1`.
 * Written as an object literal that names only what differs.
 */
export class ProviderSettings {
  /** The `type` in the configuration. */
  type: string = "";
  /** `host` and `base` as one text, as the provider's page names them, without the scheme; "" if they are set alone. */
  address: string = "";
  /** The `:authority` of the service; "" keeps the client's. `{name}` stands for a required option. */
  host: string = "";
  /** Replaces `/v1` in the path of an API. `{name}` stands for a required option. */
  base: string = "/v1";
  /** The option that names another host; "" for none. */
  hostOption: string = "";
  /** The option that names another address, with the base in place of `/v1`; "" for none. */
  urlOption: string = "";
  /** Whether the configuration must name a host: by one of those options, or by `providerDomain`. */
  requiresHost: bool = false;
  /** The bases that options select. */
  baseOptions: BaseOption[] = [];
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
  /** The request header of the API key for Anthropic's Messages, without a scheme; "" for `tokenHeader`. */
  messagesTokenHeader: string = "";
  /** Whether the configuration must have an API key. */
  requiresToken: bool = true;
  /** Whether `Provider.sign` is called for each request: its body is then always read whole. */
  signs: bool = false;
  /** Whether the provider refuses `Origin` and `Referer` of pages that it does not know: then neither is sent. */
  refusesOrigins: bool = false;

  /** The one limit of the response that the provider knows, `max_tokens` or `max_completion_tokens`; "" for both. */
  limitField: string = "";
  /**
   * The fields of a chat that the provider refuses, divided by blanks: they are removed, and the response header
   * `x-ai-dropped-params` names them. `messages.x` is the field `x` of each message.
   */
  drops: string = "";
  /** The names in `drops`, without those of messages. */
  droppedFields: string[] = [];
  /** The names in `drops` that begin with `messages.`, without it. At most 32. */
  droppedOfMessages: string[] = [];
  /** Nothing is dropped for models whose name has this part; "" for none. */
  keepsFor: string = "";
  /** The fields of a chat that the provider knows by another name; `messages.x` is the field `x` of each message. */
  renames: RenamedField[] = [];
  /** Those of `renames` that begin with `messages.`, without it. */
  renamedOfMessages: RenamedField[] = [];
  /** What `reasoning_effort` becomes; `none` switches reasoning off. */
  reasoningSwitch: ReasoningSwitch = ReasoningSwitch.Effort;
  /** Whether the provider takes `reasoning_effort` beside another switch. */
  keepsEffort: bool = false;
  /** Whether only models of the shipped table are asked to reason: others may refuse `reasoning_effort` (translated requests). */
  asksKnownModels: bool = false;
  /** Whether the models are those that the shipped table knows by the type; not where any server may stand behind it. */
  hasOwnModels: bool = true;
  /** Whether the provider switches reasoning by `enable_thinking` and limits it by `thinking_budget` (translated requests). */
  takesThinkingBudget: bool = false;
  /** Whether the provider reads `reasoning_content` in messages of the assistant (translated requests). */
  takesReasoning: bool = false;
  /** The format of the signatures that tool calls of chats have; "" for none (translated requests). */
  callSignatures: string = "";
  /** Whether parts of messages may have Anthropic's `cache_control` (translated requests). */
  takesCacheControl: bool = false;
  /** Whether the provider knows `top_k` (translated requests). */
  takesTopK: bool = false;
  /** Whether the provider holds responses to a JSON schema (translated requests, and Messages). */
  takesSchema: bool = true;
  /** Whether the provider's Messages are Anthropic's: the system may speak within the conversation, and reasoning is signed. */
  isAnthropic: bool = false;
  /** Gemini's `safetySettings`, as JSON; "" for none. */
  safetySettings: string = "";
  /** The tokens of reasoning where a request does not say, for models with budgets (Gemini); `NO_BUDGET` for none. */
  thinkingBudget: i64 = NO_BUDGET;
  /** Where responses have their reasoning: the client gets it in `reasoning_content`. */
  reasoningPlace: ReasoningPlace = ReasoningPlace.Standard;
  /** The member of a response of status 200 whose value is not 0 if the request failed; "" for none. */
  failureMember: string = "";
  /** Whether messages may have the role `developer`; else it becomes `system`. */
  knowsDeveloper: bool = false;
  /** Whether the gateway may add `stream_options.include_usage` to a request for a stream; never if `drops` names the field. */
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
