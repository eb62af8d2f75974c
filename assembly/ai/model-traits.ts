import { ParameterRule } from "./parameter-rule";

/** How a model is told how much to reason. */
export const enum Thinking {
  /** That is not known. */
  Unknown,
  /** It does not reason. */
  None,
  /** By a number of tokens. */
  Budget,
  /** By the name of an effort (OpenAI). */
  Effort,
  /** By the name of a level (Gemini). */
  Level,
  /** It is switched on or off, and limited by a number of tokens (DashScope). */
  Switch,
  /** By an effort, or not at all: then it does not reason (Anthropic, and what follows). */
  Adaptive,
  /** By an effort; it reasons unless it is told not to. */
  AdaptiveByDefault,
  /** By an effort; it always reasons. */
  AdaptiveAlways,
}

/** What a model has; bits of a set. */
export const enum Feature {
  /** It takes a JSON schema for its response, and strict tools. */
  JsonSchema = 1,
  /** It can be made to call a tool. */
  ForcedTools = 2,
  /** It leaves its reasoning out of responses unless a summary is asked for. */
  HiddenThinking = 4,
  /** It refuses tool calls without signatures, and takes media in the results of tools. */
  SignedCalls = 8,
  /** It reads files at URLs. */
  FileUrls = 16,
  /** It knows the role `developer`. */
  Developer = 32,
}

/** The names of the features, in the order of their bits. */
export const FEATURE_NAMES: string[] = [
  "json_schema",
  "forced_tools",
  "hidden_thinking",
  "signed_calls",
  "file_urls",
  "developer_role",
];

/** What is known about a model. The defaults are those of a model that is not known. */
export class ModelTraits {
  thinking: Thinking = Thinking.Unknown;
  /** The levels of reasoning that it takes, a bit for each of `LEVEL_NAMES`; with a budget, whether 0 is one. */
  levels: u32 = 0;
  /** The limits of a budget; 0 for a model that takes none. */
  leastBudget: i64 = 0;
  mostBudget: i64 = 0;
  /** The most tokens of a response; 0 where that is not known. */
  mostTokens: i64 = 0;
  /** The limit of tokens for requests that name none, where the protocol requires one. */
  defaultTokens: i64 = 32_000;
  /** The features of a model of Anthropic's that is not known: those of the newest. */
  features: u32 = Feature.JsonSchema | Feature.HiddenThinking;
  /** The name of the limit in OpenAI's chats; "" for any. */
  limitField: string = "";
  /** What is done with parameters that it does not take. */
  rules: ParameterRule[] = [];

  /** Whether it has the feature. */
  @inline
  has(feature: Feature): bool {
    return (this.features & feature) != 0;
  }
}

/** A model that is not known. */
export const UNKNOWN_MODEL = new ModelTraits();
